//! Everything that fits a filter leaves as a file, page by page, in the order in which it came in, and can come back: what was
//! heard is written as it was handed over, with names instead of identifiers, and what Heard understood stands beside it.
//!
//! The list is fixed when the export begins: what comes in meanwhile is not in it. Never more than a page is held.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use heard_channels::export::lines::Line;
use heard_channels::export::table::{Layout, Table};
use heard_domain::account::Identity;
use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::feedback::{Feedback, NewAuthor, NewFeedback, NewRating};
use heard_domain::id::{FeedbackId, PersonId, PostId};
use heard_domain::import::FileFormat;
use heard_domain::question::Filter;
use heard_domain::reading::Reading;
use heard_domain::scope::Scope;
use heard_domain::score::Scale;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;
use serde::Serialize;
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::tell::content::ContentHash;

/// How many are looked through at once.
const LOOKED_THROUGH: usize = 2_000;
/// How many are written at once.
const PAGE: usize = 500;
/// Verbatims of one page have at most so many characters together, unless a single one has more.
const PAGE_CHARACTERS: u64 = 1 << 20;
/// Beyond so many columns a table could not come back.
const MOST_COLUMNS: usize = 1_900;

/// The columns of what Heard has found out.
const FOUND: [&str; 10] =
    ["id", "heard", "language", "sentiment", "polarity", "emotion", "stage", "categories", "intents", "left_out"];

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which feedback.
    pub filter: Filter,
    /// Which days.
    pub period: Option<Period>,
    /// CSV or JSONL.
    pub format: FileFormat,
    /// CSV: cells are not guarded against being run by a spreadsheet.
    pub raw: bool,
}

/// An export under way.
pub struct Export {
    flow: Arc<Flow>,
    scope: Scope,
    wanted: Wanted,
    directory: Arc<Directory>,
    /// After which one the listing goes on; `None` at its end.
    next: Option<FeedbackId>,
    up_to: FeedbackId,
    waiting: VecDeque<FeedbackId>,
    table: Option<Table<Vec<u8>>>,
    /// What stands before the first feedback.
    head: Vec<u8>,
    hash: ContentHash,
}

/// What Heard has found out, in words.
#[derive(Debug, Clone, Serialize)]
struct Found {
    id: FeedbackId,
    heard: String,
    language: Option<String>,
    sentiment: Option<f32>,
    polarity: Option<&'static str>,
    emotion: Option<&'static str>,
    stage: Option<String>,
    categories: Vec<String>,
    intents: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<&'static str>,
}

/// One feedback on its way out.
struct Outgoing {
    post: PostId,
    feedback: NewFeedback,
    found: Found,
}

/// What is left out for who may not see persons, in words: it stands in the file itself.
pub const WITHOUT_PERSONS: &str = "author and link: persons:read is needed";

impl Export {
    /// Begins. Who may not see persons gets a file that says so.
    pub async fn begin(flow: &Arc<Flow>, scope: &Scope, wanted: Wanted) -> Result<Self, FlowError> {
        need(scope, Grant::ReadFeedback)?;
        let (now, detail) = (flow.now(), json!({ "format": wanted.format, "persons": scope.may(Grant::ReadPersons) }));
        flow.store.write(scope, move |tx| tables::audit::note(tx, now, Act::Exported, Noun::Feedback, None, &detail)).await?;
        let newest = |view: &View| Ok(tables::feedback::latest(view, FeedbackId(0), 1)?.first().copied());
        let up_to = flow.store.read(scope, newest).await?;
        let directory = flow.directory();
        let mut table = match wanted.format {
            FileFormat::Csv => Some(table(&directory, wanted.raw)?),
            _ => None,
        };
        let head = table.as_mut().map(Table::take).unwrap_or_default();
        Ok(Self {
            flow: Arc::clone(flow),
            scope: scope.clone(),
            wanted,
            directory,
            next: up_to.map(|_| FeedbackId(0)),
            up_to: up_to.unwrap_or(FeedbackId(0)),
            waiting: VecDeque::new(),
            table,
            head,
            hash: ContentHash::default(),
        })
    }

    /// The next part of the file; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FlowError> {
        if !self.head.is_empty() {
            return Ok(Some(std::mem::take(&mut self.head)));
        }
        let page = self.page().await?;
        if page.is_empty() {
            return Ok(None);
        }
        let (directory, persons) = (Arc::clone(&self.directory), self.scope.may(Grant::ReadPersons));
        let load = move |view: &View| load(view, &directory, &page, persons);
        let loaded = self.flow.store.read(&self.scope, load).await?;
        let mut lines = Vec::new();
        for outgoing in &loaded {
            let post = self.directory.posts.iter().find(|post| post.id == outgoing.post);
            // A post that was made after the export began has no feedback in it.
            let Some(post) = post else { continue };
            self.hash.add(&post.name, &outgoing.feedback);
            let written = if let Some(table) = &mut self.table {
                let cells = cells(&outgoing.found);
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                table.write_at(&post.name, post.channel, &outgoing.feedback, &cells)
            } else {
                let line = Line { post: &post.name, channel: post.channel, feedback: &outgoing.feedback, heard: &outgoing.found };
                line.write(&mut lines)
            };
            written.map_err(FlowError::internal)?;
        }
        Ok(Some(self.table.as_mut().map_or(lines, Table::take)))
    }

    /// The hash of what was written so far.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// The next feedbacks, as many as may be held at once; none at the end.
    async fn page(&mut self) -> Result<Vec<FeedbackId>, FlowError> {
        while self.waiting.is_empty() {
            let Some(after) = self.next else { return Ok(Vec::new()) };
            let (store, Wanted { filter, period, .. }) = (&self.flow.store, &self.wanted);
            let range = (after, self.up_to);
            let (found, next) = store.following(&self.scope, filter, *period, range, LOOKED_THROUGH).await?;
            self.waiting.extend(found);
            self.next = next;
        }
        let next: Vec<FeedbackId> = self.waiting.iter().take(PAGE).copied().collect();
        let asked = next.clone();
        let lengths = self.flow.store.read(&self.scope, move |view| tables::feedback::lengths(view, &asked)).await?;
        let lengths: HashMap<FeedbackId, u64> = lengths.into_iter().collect();
        let mut characters = 0;
        let fits = |id: &&FeedbackId| {
            let length = lengths.get(*id).copied().unwrap_or(0);
            let fits = characters == 0 || characters + length <= PAGE_CHARACTERS;
            characters += length.max(1);
            fits
        };
        let page: Vec<FeedbackId> = next.iter().take_while(fits).copied().collect();
        self.waiting.drain(..page.len());
        Ok(page)
    }
}

fn table(directory: &Directory, raw: bool) -> Result<Table<Vec<u8>>, FlowError> {
    if directory.scales.len() + directory.attributes.len() > MOST_COLUMNS {
        return Err(FlowError::rule("format", "there are more attributes than a table has room for: export as JSONL"));
    }
    let attributes = directory.attributes.iter().map(|attribute| attribute.name.clone()).collect();
    let layout = Layout { posts: true, raw };
    Table::laid_out(layout, Vec::new(), directory.scales.clone(), attributes, &FOUND).map_err(FlowError::internal)
}

fn cells(found: &Found) -> Vec<String> {
    let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
    vec![
        found.id.to_string(),
        found.heard.clone(),
        word(found.language.as_deref()),
        found.sentiment.map(|value| format!("{value:.3}")).unwrap_or_default(),
        word(found.polarity),
        word(found.emotion),
        word(found.stage.as_deref()),
        found.categories.join("; "),
        found.intents.join("; "),
        word(found.left_out),
    ]
}

/// Feedback as it was handed over: names where identifiers are kept.
fn load(view: &View, directory: &Directory, ids: &[FeedbackId], persons: bool) -> Result<Vec<Outgoing>, StoreError> {
    let all = tables::feedback::many(view, ids)?;
    let mut readings: HashMap<FeedbackId, Reading> =
        tables::reading::many(view, ids)?.into_iter().map(|reading| (reading.feedback, reading)).collect();
    let mut values: Vec<_> = all.iter().flat_map(|f| f.attributes.iter().map(|(_, value)| *value)).collect();
    values.sort_unstable();
    values.dedup();
    let values = tables::attribute::words(view, &values)?;
    let attributes: HashMap<_, _> = tables::attribute::list(view)?.into_iter().map(|a| (a.id, a.name)).collect();
    let scales: HashMap<_, Scale> = tables::scale::list(view)?.into_iter().map(|scale| (scale.id, scale)).collect();
    let mut authors = if persons { Authors::of(view, &all)? } else { Authors::default() };
    let outgoing = all.into_iter().map(|f| {
        let rating = |given: &heard_domain::score::Rating| {
            let scale = scales.get(&given.scale)?;
            let (name, formula) = (scale.name.clone(), scale.formula);
            Some(NewRating { scale: name, formula, value: given.raw, min: Some(scale.min), max: Some(scale.max) })
        };
        let touchpoint = f.touchpoint.and_then(|id| directory.journey.touchpoint(id));
        let named = |(attribute, value): &_| Some((attributes.get(attribute)?.clone(), values.get(value)?.clone()));
        let found = found(directory, &f, readings.remove(&f.id).as_ref(), persons);
        let feedback = NewFeedback {
            author: authors.author(&f),
            ratings: f.ratings.iter().filter_map(rating).collect(),
            attributes: f.attributes.iter().filter_map(named).collect(),
            touchpoint: touchpoint.map(|touchpoint| touchpoint.name.clone()),
            link: f.link.filter(|_| persons),
            key: f.key,
            at: f.at,
            text: f.text,
        };
        Outgoing { post: f.post, feedback, found }
    });
    Ok(outgoing.collect())
}

/// Who said it, for one page.
#[derive(Default)]
struct Authors {
    persons: HashMap<PersonId, (String, Option<String>)>,
    handles: HashMap<PersonId, Vec<Identity>>,
    accounts: HashMap<heard_domain::id::AccountId, String>,
}

impl Authors {
    fn of(view: &View, all: &[Feedback]) -> Result<Self, StoreError> {
        let mut persons: Vec<PersonId> = all.iter().filter_map(|f| f.person).collect();
        persons.sort_unstable();
        persons.dedup();
        let mut accounts: Vec<_> = all.iter().filter_map(|f| f.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        Ok(Self {
            handles: tables::person::identities_of(view, &persons)?,
            persons: tables::person::many(view, &persons)?.into_iter().map(|p| (p.id, (p.name, p.role))).collect(),
            accounts: tables::account::many(view, &accounts)?.into_iter().map(|account| (account.id, account.name)).collect(),
        })
    }

    fn author(&mut self, feedback: &Feedback) -> NewAuthor {
        let person = feedback.person.and_then(|id| self.persons.get(&id)).cloned();
        let (name, role) = person.map_or((None, None), |(name, role)| (Some(name).filter(|name| !name.is_empty()), role));
        NewAuthor {
            name,
            role,
            identities: feedback.person.and_then(|id| self.handles.get(&id)).cloned().unwrap_or_default(),
            account: feedback.account.and_then(|id| self.accounts.get(&id)).cloned(),
        }
    }
}

fn found(directory: &Directory, feedback: &Feedback, reading: Option<&Reading>, persons: bool) -> Found {
    let main = reading.and_then(Reading::weightiest);
    let sentiment = main.and_then(|passage| passage.sentiment.as_ref());
    let passages = || reading.into_iter().flat_map(|reading| &reading.passages);
    let mut categories: Vec<String> = vec![];
    for label in passages().flat_map(|passage| &passage.categories) {
        let name = directory.taxonomy.category(label.value).map(|category| category.name.clone());
        categories.extend(name.filter(|name| !categories.contains(name)));
    }
    let mut intents: Vec<&'static str> = vec![];
    for label in passages().flat_map(|passage| &passage.intents) {
        if !intents.contains(&label.value.code()) {
            intents.push(label.value.code());
        }
    }
    Found {
        id: feedback.id,
        heard: feedback.heard.to_string(),
        language: reading.and_then(|reading| reading.language.as_ref()).map(|(code, _)| code.clone()),
        sentiment: sentiment.map(|sentiment| sentiment.value),
        polarity: sentiment.map(|sentiment| sentiment.polarity.code()),
        emotion: main.and_then(|passage| passage.emotion.as_ref()).map(|label| label.value.code()),
        stage: main
            .and_then(|passage| passage.stage.as_ref())
            .and_then(|label| directory.journey.stage(label.value))
            .map(|stage| stage.name.clone()),
        categories,
        intents,
        left_out: (!persons).then_some(WITHOUT_PERSONS),
    }
}
