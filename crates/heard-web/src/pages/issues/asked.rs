//! What the address of the issues asks for: shelf, filters and order.

use heard_domain::directory::Directory;
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::IssueStanding;
use heard_domain::priority::IssueOrder;
use heard_store::tables::issue::Sought;

/// Where the page is.
pub const PATH: &str = "/issues";

/// The shelves: word in the address, label, standings, states.
pub(crate) const SHELVES: [(&str, &str, &[IssueStanding], &[IssueState]); 5] = [
    (
        "open",
        "Worked on",
        &[IssueStanding::Accepted],
        &[IssueState::Open, IssueState::Acknowledged, IssueState::Planned, IssueState::ReportedFixed],
    ),
    ("proposed", "Proposed", &[IssueStanding::Proposed], &[]),
    ("reported", "Reported fixed", &[IssueStanding::Accepted], &[IssueState::ReportedFixed]),
    ("verified", "Verified fixed", &[IssueStanding::Accepted], &[IssueState::VerifiedFixed]),
    ("all", "All", &[], &[]),
];

/// What the address asks for.
pub struct Asking {
    pub(crate) shelf: &'static str,
    /// Which issues.
    pub sought: Sought,
    /// The filters as they stand in the address.
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) order: IssueOrder,
    pub(crate) currency: String,
}

/// Reads the address; what names nothing that is there is left out.
pub fn asked(pairs: &[(String, String)], directory: &Directory) -> Asking {
    let first = |name: &str| pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str());
    let (shelf, _, standing, state) =
        SHELVES.iter().find(|(word, ..)| Some(*word) == first("shelf")).copied().unwrap_or(SHELVES[0]);
    let department = first("department").and_then(|id| id.parse().ok()).filter(|id| directory.department(*id).is_some());
    let stage = first("stage").and_then(|id| id.parse().ok()).filter(|id| directory.journey.stage(*id).is_some());
    let category = first("category").and_then(|id| id.parse().ok()).filter(|id| directory.taxonomy.category(*id).is_some());
    let mut kept: Vec<(String, String)> = Vec::new();
    kept.extend(department.map(|id| ("department".to_owned(), id.to_string())));
    kept.extend(stage.map(|id| ("stage".to_owned(), id.to_string())));
    kept.extend(category.map(|id| ("category".to_owned(), id.to_string())));
    let order = first("order").and_then(|word| word.parse().ok()).unwrap_or(IssueOrder::Priority);
    Asking {
        shelf,
        sought: Sought {
            standing: standing.to_vec(),
            state: state.to_vec(),
            department: department.into_iter().collect(),
            category: category.into_iter().collect(),
            stage: stage.into_iter().collect(),
        },
        pairs: kept,
        order,
        currency: first("currency").unwrap_or("EUR").chars().filter(char::is_ascii_uppercase).take(3).collect(),
    }
}

impl Asking {
    pub(crate) fn on(&self, path: &str, shelf: &str, order: IssueOrder) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if shelf != SHELVES[0].0 {
            query.append_pair("shelf", shelf);
        }
        query.extend_pairs(&self.pairs);
        if order != IssueOrder::Priority {
            query.append_pair("order", order.code()).append_pair("currency", &self.currency);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}
