//! Corrections from the reading pane: what a person changed becomes corrections that stick; each can be taken back.

use axum::extract::State;
use axum::response::Redirect;
use heard_domain::id::{CategoryId, CorrectionId, FeedbackId, StageId};
use heard_domain::reading::{Change, Emotion, Intent, Passage, Polarity, Span};
use heard_flow::measure::quotes::many;
use heard_flow::read::correct;

use crate::extract::{Form, Id};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Takes the form of one passage.
pub async fn save(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<FeedbackId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let heard = many(&state.flow, &viewer.scope, &[id]).await?.pop().ok_or_else(|| Problem::missing("feedback"))?;
    let reading = heard.reading.ok_or_else(|| Problem::missing("reading"))?;
    let span = span(form.get("span")).ok_or_else(|| Problem::field("span", "must be two numbers joined by a dash"))?;
    let passage = reading.passages.iter().find(|passage| passage.span == span);
    let passage =
        passage.ok_or_else(|| Problem::field("span", "is not a passage of this comment any more: it was read again"))?;
    correct::add_all(&state.flow, &viewer.scope, id, Some(span), changes(passage, &form)?).await?;
    Ok(Redirect::to(&back(form.get("back"))))
}

/// Takes a correction back.
pub async fn undo(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CorrectionId>,
    form: Form,
) -> Result<Redirect, Problem> {
    correct::undo(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to(&back(form.get("back"))))
}

/// Only addresses of the feedback page: a form cannot be made to lead elsewhere.
pub fn back(given: &str) -> String {
    if given.starts_with("/feedback?") { given.to_owned() } else { "/feedback".to_owned() }
}

/// A passage as forms name it: its first byte and the one past its last, joined by a dash.
pub fn span(text: &str) -> Option<Span> {
    let (start, end) = text.split_once('-')?;
    Some(Span { start: start.parse().ok()?, end: end.parse().ok()? })
}

/// What the form says differently from the passage.
fn changes(passage: &Passage, form: &Form) -> Result<Vec<Change>, Problem> {
    let mut changes = vec![];
    let sentiment: Option<Polarity> = chosen(form, "sentiment")?;
    if let Some(to) = sentiment.filter(|to| passage.sentiment.as_ref().is_none_or(|s| s.polarity != *to)) {
        changes.push(Change::Sentiment { to });
    }
    let emotion: Option<Emotion> = chosen(form, "emotion")?;
    if emotion != passage.emotion.as_ref().map(|e| e.value) {
        changes.push(Change::Emotion { to: emotion });
    }
    let stage: Option<StageId> = chosen(form, "stage")?;
    if stage != passage.stage.as_ref().map(|s| s.value) {
        changes.push(Change::Stage { to: stage });
    }
    let categories: Vec<CategoryId> = all(form, "category")?;
    let had: Vec<CategoryId> = passage.categories.iter().map(|c| c.value).collect();
    changes.extend(had.iter().filter(|id| !categories.contains(id)).map(|id| Change::RemoveCategory { category: *id }));
    changes.extend(categories.iter().filter(|id| !had.contains(id)).map(|id| Change::AddCategory { category: *id }));
    let intents: Vec<Intent> = all(form, "intent")?;
    let had: Vec<Intent> = passage.intents.iter().map(|i| i.value).collect();
    changes.extend(had.iter().filter(|i| !intents.contains(i)).map(|i| Change::RemoveIntent { intent: *i }));
    changes.extend(intents.iter().filter(|i| !had.contains(i)).map(|i| Change::AddIntent { intent: *i }));
    Ok(changes)
}

fn chosen<T: std::str::FromStr>(form: &Form, name: &str) -> Result<Option<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    Ok(all(form, name)?.pop())
}

fn all<T: std::str::FromStr>(form: &Form, name: &str) -> Result<Vec<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    let given = form.all(name).filter(|value| !value.is_empty());
    given.map(|value| value.parse().map_err(|error: T::Err| Problem::field(name, error.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::reading::{Label, Sentiment};

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn passage() -> Passage {
        let label = |value| Label { value, confidence: 0.7, evidence: vec![] };
        Passage {
            span: Span::new(0, 10),
            weight: 1.0,
            sentiment: Some(Sentiment { value: -0.5, polarity: Polarity::Negative, confidence: 0.7, evidence: vec![] }),
            emotion: None,
            feelings: vec![],
            stage: Some(Label { value: StageId(4), confidence: 0.6, evidence: vec![] }),
            categories: vec![label(CategoryId(1)), label(CategoryId(2))],
            intents: vec![],
        }
    }

    #[test]
    fn only_what_differs_becomes_a_correction() {
        let same = form(&[
            ("sentiment", "negative"),
            ("emotion", ""),
            ("stage", "4"),
            ("category", "1"),
            ("category", "2"),
            ("category", ""),
        ]);
        assert_eq!(changes(&passage(), &same).unwrap(), vec![]);
        let other = form(&[
            ("sentiment", "neutral"),
            ("emotion", "anger"),
            ("stage", ""),
            ("category", "1"),
            ("category", "7"),
            ("intent", "churn"),
        ]);
        assert_eq!(
            changes(&passage(), &other).unwrap(),
            vec![
                Change::Sentiment { to: Polarity::Neutral },
                Change::Emotion { to: Some(Emotion::Anger) },
                Change::Stage { to: None },
                Change::RemoveCategory { category: CategoryId(2) },
                Change::AddCategory { category: CategoryId(7) },
                Change::AddIntent { intent: Intent::Churn },
            ]
        );
        assert!(changes(&passage(), &form(&[("stage", "x")])).is_err());
    }

    #[test]
    fn a_form_leads_back_only_to_the_feedback_page() {
        assert_eq!(
            [back("/feedback?open=5"), back("//evil.example"), back("https://evil.example/feedback?")],
            ["/feedback?open=5", "/feedback", "/feedback"]
        );
    }
}
