//! The listening ledger as a file for spreadsheets.

use heard_channels::export::line::line;
use heard_domain::directory::Directory;
use heard_domain::ledger::LedgerStep;

use crate::measure::ledger::{Ledger, LedgerLine};

/// The file as text: a header and one line for all, for each stage, and for each stage at each post.
pub fn csv(ledger: &Ledger, directory: &Directory) -> String {
    let steps = LedgerStep::ALL.iter().map(|step| step.code());
    let head: Vec<&str> = ["stage", "post"].into_iter().chain(steps).chain(["debt", "debt_in_money"]).collect();
    let mut text = line(&head);
    let one = |stage: String, post: String, of: &LedgerLine| {
        let money: Vec<String> = of
            .debt_in_money
            .iter()
            .map(|money| format!("{}.{:02} {}", money.minor / 100, money.minor.unsigned_abs() % 100, money.currency))
            .collect();
        let counts = of.line.reached.iter().map(|reached| reached.comments.to_string());
        let cells: Vec<String> = [stage, post].into_iter().chain(counts).chain([of.debt.to_string(), money.join("; ")]).collect();
        line(&cells)
    };
    text.push_str(&one("(all)".to_owned(), "(all)".to_owned(), &ledger.all));
    for of in &ledger.lines {
        let stage = of.line.stage.map_or("(none)", |id| directory.journey.stage(id).map_or("", |stage| stage.name.as_str()));
        let post = |id| directory.posts.iter().find(|post| post.id == id).map_or("", |post| post.name.as_str());
        text.push_str(&one(stage.to_owned(), of.line.post.map_or("(all)", post).to_owned(), of));
    }
    text
}
