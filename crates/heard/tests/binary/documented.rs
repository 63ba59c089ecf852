//! `docs/API.md` says what is true: its examples are run, one after the other, as a reader would.

use std::process::Command;

use crate::folder::Folder;

#[test]
fn the_examples_of_the_api_work() {
    let document = include_str!("../../../../docs/API.md");
    let examples: Vec<&str> = document.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 8, "only {} examples were found", examples.len());
    let folder = Folder::new();
    let token = folder.token();
    let (server, _) = folder.serve();
    // Before each example its first line is said, so that a failure shows which it was.
    let said =
        |example: &&str| format!("echo 'EXAMPLE: {}'\n{example}", example.lines().next().unwrap_or_default().replace('\'', ""));
    let script = std::iter::once("set -eu".to_owned()).chain(examples.iter().map(said)).collect::<Vec<_>>().join("\n");
    let done = Command::new("sh")
        .args(["-c", &script])
        .env("HEARD", format!("http://{}", server.address))
        .env("TOKEN", token)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{out}\n{err}");
    for expected in ["\"outcome\":\"added\"", "\"rows\":", "\"items\":", "\"mapping\":"] {
        assert!(out.contains(expected), "{expected} is in no answer: {out}");
    }
}
