//! Cells: what is said where. Each joins a stage and a category, and tells how often it comes up and how it feels.

use crate::demo::setting::{StageName, Who};

/// A stage and a category together, with the tone of an ordinary day.
#[derive(Debug)]
pub(crate) struct Cell {
    /// The stage.
    pub stage: StageName,
    /// The category.
    pub category: &'static str,
    /// At which contact.
    pub touchpoint: &'static str,
    /// Share of all comments of an ordinary day, per mille.
    pub weight: f64,
    /// Share of bad ones.
    pub bad: f64,
    /// Share of questions and suggestions.
    pub ask: f64,
    /// Who says it.
    pub who: Who,
}

const fn cell(
    stage: StageName,
    category: &'static str,
    touchpoint: &'static str,
    (weight, bad, ask): (f64, f64, f64),
    who: Who,
) -> Cell {
    Cell { stage, category, touchpoint, weight, bad, ask, who }
}

use StageName::{Buy, Discover, Evaluate, GetHelp, Onboard, Renew, Use};
use Who::{Anyone, Business};

/// All cells.
pub(crate) const CELLS: &[Cell] = &[
    cell(Discover, "Fees and price", "Search and adverts", (18.0, 0.26, 0.12), Anyone),
    cell(Discover, "Friendly service", "Fairs and events", (16.0, 0.24, 0.05), Anyone),
    cell(Discover, "Navigation and design", "Search and adverts", (18.0, 0.21, 0.05), Anyone),
    cell(Discover, "Security", "Word of mouth", (12.0, 0.24, 0.08), Anyone),
    cell(Discover, "Promises kept", "Search and adverts", (10.0, 0.28, 0.05), Anyone),
    cell(Evaluate, "Fees and price", "Quote", (24.0, 0.27, 0.10), Anyone),
    cell(Evaluate, "Answer quality", "Talk with sales", (22.0, 0.21, 0.08), Anyone),
    cell(Evaluate, "Accounting connection", "Demo account", (14.0, 0.28, 0.15), Business),
    cell(Evaluate, "Navigation and design", "Demo account", (18.0, 0.22, 0.06), Anyone),
    cell(Evaluate, "Promises kept", "Talk with sales", (10.0, 0.24, 0.0), Anyone),
    cell(Buy, "Invoice layout", "First invoice", (9.0, 0.30, 0.12), Anyone),
    cell(Buy, "Fees and price", "Contract", (12.0, 0.38, 0.06), Anyone),
    cell(Buy, "Account checks", "Identity check", (13.0, 0.36, 0.08), Anyone),
    cell(Buy, "Account opening time", "Contract", (14.0, 0.28, 0.06), Anyone),
    cell(Buy, "Friendly service", "Contract", (9.0, 0.19, 0.0), Anyone),
    cell(Onboard, "Login code", "First sign-in", (12.0, 0.28, 0.12), Anyone),
    cell(Onboard, "Device change", "First sign-in", (13.0, 0.45, 0.08), Anyone),
    cell(Onboard, "Account opening time", "Cards and terminals arrive", (26.0, 0.31, 0.06), Anyone),
    cell(Onboard, "Help articles", "Setting up", (18.0, 0.31, 0.06), Anyone),
    cell(Onboard, "Friendly service", "Welcome call", (26.0, 0.15, 0.0), Anyone),
    cell(Onboard, "Accounting connection", "Setting up", (14.0, 0.33, 0.08), Business),
    cell(Onboard, "Account checks", "Setting up", (13.0, 0.43, 0.08), Anyone),
    cell(Use, "Instant payments", "Payments", (16.0, 0.24, 0.16), Anyone),
    cell(Use, "Card payments", "Cards", (44.0, 0.29, 0.05), Anyone),
    cell(Use, "Fees and price", "Payments", (34.0, 0.40, 0.05), Anyone),
    cell(Use, "Exchange rates", "Payments", (16.0, 0.38, 0.06), Anyone),
    cell(Use, "Outages and crashes", "App and web", (42.0, 0.31, 0.03), Anyone),
    cell(Use, "Navigation and design", "App and web", (72.0, 0.23, 0.10), Anyone),
    cell(Use, "Statements and export", "Statements and export", (40.0, 0.30, 0.14), Anyone),
    cell(Use, "Accounting connection", "Statements and export", (28.0, 0.19, 0.08), Business),
    cell(Use, "Online shop checkout", "Online checkout", (20.0, 0.31, 0.05), Business),
    cell(Use, "Security", "App and web", (32.0, 0.26, 0.06), Anyone),
    cell(Use, "Device change", "App and web", (9.0, 0.39, 0.0), Anyone),
    cell(Use, "Friendly service", "Payments", (11.0, 0.12, 0.0), Anyone),
    cell(GetHelp, "Waiting time on the phone", "Help line", (28.0, 0.52, 0.02), Anyone),
    cell(GetHelp, "Answer quality", "Chat and e-mail", (56.0, 0.34, 0.04), Anyone),
    cell(GetHelp, "Friendly service", "Help line", (54.0, 0.18, 0.0), Anyone),
    cell(GetHelp, "Help articles", "Help pages", (22.0, 0.43, 0.08), Anyone),
    cell(GetHelp, "Promises kept", "Chat and e-mail", (24.0, 0.36, 0.04), Anyone),
    cell(GetHelp, "Security", "Fraud and blocks", (13.0, 0.36, 0.06), Anyone),
    cell(GetHelp, "Account checks", "Fraud and blocks", (13.0, 0.48, 0.08), Anyone),
    cell(Renew, "Advisers know my business", "Yearly review", (13.0, 0.28, 0.04), Business),
    cell(Renew, "Fees and price", "Renewal offer", (9.0, 0.43, 0.06), Anyone),
    cell(Renew, "Promises kept", "Yearly review", (8.0, 0.33, 0.06), Anyone),
    cell(Renew, "Friendly service", "Renewal offer", (11.0, 0.22, 0.0), Anyone),
];

/// The place of a cell in [`CELLS`].
#[cfg(test)]
pub(crate) fn place_of(stage: StageName, category: &str) -> Option<usize> {
    CELLS.iter().position(|cell| cell.stage == stage && cell.category == category)
}
