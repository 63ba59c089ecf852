//! `heard eval` and `heard bench read`: what they print, on a small written fixture and on a slice of the real sets.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::folder::{Folder, data_sets, program};

/// The sets in small, written for this test, in the shape of the real ones.
fn sets(folder: &Path) {
    let write = |file: &str, text: &str| {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let rows = |row: &dyn Fn(&str, f64) -> String| {
        [("what a wonderful day", 3.1), ("this was horrible and rude", -3.2), ("the box is blue", 0.0), ("i love it", 2.9)]
            .iter()
            .flat_map(|(text, value)| (0..12).map(move |i| (format!("{text} {}", "so ".repeat(i)), *value)))
            .map(|(text, value)| row(text.trim(), value))
            .collect::<String>()
    };
    let class = |value: f64| {
        if value < 0.0 {
            "negative"
        } else if value > 0.0 {
            "positive"
        } else {
            "neutral"
        }
    };
    write(
        "airline/tweets.csv",
        &format!("id,sentiment,c,d,e,f,g,h,i,j,text\n{}", rows(&|text, value| format!("1,{},,,,,,,,,{text}\n", class(value)))),
    );
    for file in ["tweets", "amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets"] {
        write(&format!("vader/{file}_GroundTruth.txt"), &rows(&|text, value| format!("1\t{value}\t{text}\n")));
    }
    let names = "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval \
        disgust embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief \
        remorse sadness surprise neutral";
    write("goemotions/labels.txt", &(names.split_whitespace().collect::<Vec<_>>().join("\n") + "\n"));
    write(
        "goemotions/test.tsv",
        "Thank you so much!\t15\ta\nThank you for your help\t15\tb\nI am so angry\t2\tc\nIt is a box\t27\td\n",
    );
    write("suggestion/SubtaskA_EvaluationData_labeled.csv", "1,Please add a search to the list.,1\n2,The box is blue.,0\n");
    let tongues = [
        ("french", "Le service est catastrophique, je ne reviendrai jamais."),
        ("german", "Der Fahrer war sehr freundlich und hat alles erklärt."),
        ("portuguese", "O pedido chegou atrasado e ninguém atende o telefone."),
        ("spanish", "El pedido llegó tarde y nadie contesta el teléfono."),
    ];
    for (name, text) in tongues {
        write(&format!("multilingual/{name}/valid.csv"), &format!("text,label\n\"{text}\",1\n"));
    }
}

/// Tasks of the fixture: it has no sets for the others.
const SMALL: &str = "airline,vader,emotions,suggestions,languages,size";

fn judged(data: &Path, more: &[&str]) -> Vec<Value> {
    let done = program().args(["eval", "--json", "--data"]).arg(data).args(more).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn the_table_of_how_well_comments_are_read() {
    let folder = Folder::new();
    let data = folder.path().join("sets");
    sets(&data);
    let rows = judged(&data, &["--task", SMALL]);
    let value = |task: &str, figure: &str| {
        let row = rows.iter().find(|r| r["task"].as_str().unwrap().starts_with(task) && r["figure"] == figure);
        row.unwrap_or_else(|| panic!("{task}, {figure} is not in {rows:?}"))["value"].as_f64().unwrap()
    };
    assert!(value("airline sentiment", "macro-F1") > 0.9);
    assert!(value("VADER tweets", "Pearson r") > 0.9);
    assert!(value("suggestions", "F1") > 0.9);
    assert!(value("language, short", "macro accuracy") > 0.9);
    assert!((1.0..25.0).contains(&value("model and heads", "MB")));
    let table = program().args(["eval", "--task", "suggestions", "--data"]).arg(&data).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(
        table.starts_with("| task |") && table.contains("| suggestions, task A test | F1 | 1.000 | 2 | 0.65 | 0.75 | moonshot |"),
        "{table}"
    );
}

#[test]
fn a_folder_without_the_sets_and_a_task_that_nobody_knows_are_refused() {
    let done = program().arg("eval").output().unwrap();
    assert!(done.status.code() == Some(1) && String::from_utf8_lossy(&done.stderr).contains("--data FOLDER"));
    let folder = Folder::new();
    for (args, said) in [
        (&["eval", "--data", "nowhere"][..], "airline/tweets.csv"),
        (&["eval", "--data", ".", "--task", "weather"], "known are: airline"),
    ] {
        let done = program().args(args).current_dir(folder.path()).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{args:?}");
        let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.stdout.is_empty() && stderr.contains(said), "{args:?}: {stderr}");
    }
}

#[test]
fn the_real_sets_give_figures_as_well() {
    let Some(data) = data_sets() else { return };
    let rows = judged(&data, &["--every", "25", "--task", SMALL]);
    let good = rows.iter().filter(|row| row["value"].as_f64().is_some_and(|value| value > 0.3)).count();
    assert!(rows.len() >= 15 && good * 10 >= rows.len() * 9, "{rows:?}");
}

#[test]
fn how_fast_comments_are_read_beside_a_peer() {
    let folder = Folder::new();
    let texts = folder.file("texts.txt", "Late again.\nGreat crew, thank you!\n".repeat(10));
    let mut bench = program();
    bench.args(["bench", "read", "--json", "--rounds", "1", "--texts"]).arg(&texts);
    // A peer that answers as it reads; how long it takes is nobody's business here.
    let done = bench.args(["--peer", "cat"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() {
        let said: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(said["documents"], 4000);
        assert!(said["documents_per_second"].as_f64().unwrap() > 0.0 && said["times_peer"].as_f64().unwrap() > 0.0);
    } else {
        assert!(stderr.contains("all at once"), "{stderr}");
    }
    let done = program().args(["bench", "read", "--rounds", "1", "--peer", "true"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1), "a peer that answers nothing is no peer");
}
