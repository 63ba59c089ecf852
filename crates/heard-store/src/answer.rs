//! What the store answers beside its tables: figures, lists of feedback, the newest day.

use std::collections::BTreeMap;
use std::sync::Arc;

use heard_domain::id::FeedbackId;
use heard_domain::ledger::Line;
use heard_domain::question::{AnsweredBy, Degraded, Figures, Filter, Question};
use heard_domain::scope::Scope;
use heard_domain::time::{Clock, Day, Period, Time};

use crate::error::StoreError;
use crate::figures::complained::{Complained, complained};
use crate::figures::cube;
use crate::figures::find::{Found, arrived, find, following, newest};
use crate::figures::follower::Marks;
use crate::figures::plan::{answer, ask, words};
use crate::figures::reached::{Came, came, reached};
use crate::figures::spoken::{Spoken, spoken};
use crate::figures::together::{Answers, Beside, Together, answers, together};
use crate::meter::Counted;
use crate::store::Store;
use crate::tables::ledger::Steps;
use crate::view::View;

/// How far writing and following have come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The last number of the outbox.
    pub outbox: i64,
    /// How far the columns have followed; `None` while they are loaded.
    pub columns: Option<i64>,
    /// What the last good snapshot of the columns stands for; `None` without one.
    pub snapshot: Option<i64>,
    /// How far the search index has followed durably; `None` while it is made.
    pub index: Option<i64>,
    /// What was counted since the start.
    pub meter: Counted,
}

impl Store {
    /// Tells what time it is: some segments hold persons by the day. Only the first clock counts; before, it is 1970.
    pub fn tell_time(&self, clock: Arc<dyn Clock>) {
        self.followers().tell_time(clock);
    }

    /// Whether every verbatim is read for this: words are searched, and there is no index.
    fn slow(&self, filter: &Filter) -> bool {
        !filter.words.is_empty() && self.followers().degraded().is_some()
    }

    async fn read_as<T, F>(&self, scope: &Scope, filter: &Filter, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    {
        if self.slow(filter) { self.read_patiently(scope, read).await } else { self.read(scope, read).await }
    }

    /// Reads what needs the followers: where they are not there yet, it is waited for them before a reader is held again.
    async fn read_ready<T, F>(&self, scope: &Scope, filter: &Filter, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&View) -> Result<T, StoreError> + Clone + Send + 'static,
    {
        match self.read_as(scope, filter, read.clone()).await {
            Err(StoreError::Busy(_)) => {}
            ended => return ended,
        }
        self.followers().ready(self.bell().sequence()).await;
        self.read_as(scope, filter, read).await
    }

    /// The same, blocking this thread.
    fn read_ready_now<T, F>(&self, scope: &Scope, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&View) -> Result<T, StoreError> + Clone + Send + 'static,
    {
        match self.read_now(scope, read.clone()) {
            Err(StoreError::Busy(_)) => {}
            ended => return ended,
        }
        self.followers().ready_now(self.bell().sequence());
        self.read_now(scope, read)
    }

    /// Answers a question for somebody.
    pub async fn figures(&self, scope: &Scope, question: &Question) -> Result<Figures, StoreError> {
        let (followers, question) = (self.followers().clone(), question.clone());
        let filter = question.filter.clone();
        self.read_ready(scope, &filter, move |view| answer(view, &followers, &question, None)).await
    }

    /// The same, blocking this thread: for the command line and tests.
    pub fn figures_now(&self, scope: &Scope, question: &Question) -> Result<Figures, StoreError> {
        let (followers, question) = (self.followers().clone(), question.clone());
        self.read_ready_now(scope, move |view| answer(view, &followers, &question, None))
    }

    /// The same on a given way, whichever would be chosen: for tests. `None` where this way cannot answer the question.
    pub fn figures_by(&self, scope: &Scope, question: &Question, way: AnsweredBy) -> Result<Option<Figures>, StoreError> {
        let (followers, question) = (self.followers().clone(), question.clone());
        self.read_ready_now(scope, move |view| {
            if way == AnsweredBy::Cube && !cube::suffices(&ask(view, &question, followers.now())?) {
                return Ok(None);
            }
            answer(view, &followers, &question, Some(way)).map(Some)
        })
    }

    /// How often ratings, and categories beside ratings, came together in one feedback.
    pub async fn together(&self, scope: &Scope, filter: &Filter, period: Option<Period>) -> Result<Together, StoreError> {
        let (followers, wanted) = (self.followers().clone(), filter.clone());
        self.read_ready(scope, filter, move |view| together(view, &followers, &wanted, period)).await
    }

    /// Who spoke: day, post, person and account of every comment that passes, by day.
    pub async fn spoken(&self, scope: &Scope, filter: &Filter, period: Option<Period>) -> Result<Vec<Spoken>, StoreError> {
        let (followers, wanted) = (self.followers().clone(), filter.clone());
        self.read_ready(scope, filter, move |view| spoken(view, &followers, &wanted, period)).await
    }

    /// Who complained of what: every comment of some days, by day.
    pub async fn complained(&self, scope: &Scope, period: Period) -> Result<Vec<Complained>, StoreError> {
        let followers = self.followers().clone();
        self.read_ready(scope, &Filter::default(), move |view| complained(view, &followers, period)).await
    }

    /// The listening ledger: all, then stage by stage and post by post. `steps`: how far comments came; `more`: how far by what was done about
    /// their issue.
    pub async fn reached(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        (steps, more): (Arc<Steps>, Arc<Steps>),
    ) -> Result<(Line, Vec<Line>), StoreError> {
        let (followers, wanted) = (self.followers().clone(), filter.clone());
        self.read_ready(scope, filter, move |view| reached(view, &followers, &wanted, period, (&steps, &more))).await
    }

    /// The comments that came, or did not come, to a step of the ledger: one page, newest first, and how many there are.
    pub async fn came(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        (step, steps, more): (Came, Arc<Steps>, Arc<Steps>),
        page: (usize, usize),
    ) -> Result<(Vec<FeedbackId>, u64), StoreError> {
        let (followers, wanted) = (self.followers().clone(), filter.clone());
        self.read_ready(scope, filter, move |view| came(view, &followers, &wanted, period, (step, &steps, &more), page)).await
    }

    /// The rows of an overall score beside what may matter for it.
    pub async fn answers(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        beside: &Beside,
    ) -> Result<Answers, StoreError> {
        let (followers, wanted, beside) = (self.followers().clone(), filter.clone(), beside.clone());
        self.read_ready(scope, filter, move |view| answers(view, &followers, &wanted, period, &beside)).await
    }

    /// The same, blocking this thread: for tests.
    pub fn answers_now(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        beside: &Beside,
    ) -> Result<Answers, StoreError> {
        let (followers, filter, beside) = (self.followers().clone(), filter.clone(), beside.clone());
        self.read_ready_now(scope, move |view| answers(view, &followers, &filter, period, &beside))
    }

    /// Finds feedback, newest first, at most `limit` after the cursor.
    pub async fn find(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        after: Option<(Time, FeedbackId)>,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let (followers, wanted) = (self.followers().clone(), filter.clone());
        self.read_ready(scope, filter, move |view| find(view, &followers, &wanted, period, after, limit)).await
    }

    /// The same, blocking this thread: for the command line and tests.
    pub fn find_now(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        after: Option<(Time, FeedbackId)>,
        limit: usize,
    ) -> Result<Found, StoreError> {
        let (followers, filter) = (self.followers().clone(), filter.clone());
        self.read_ready_now(scope, move |view| find(view, &followers, &filter, period, after, limit))
    }

    /// Of what came in last, down to but without `after`, what passes a filter: newest first, by when it came in.
    pub async fn arrived(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        after: FeedbackId,
    ) -> Result<Vec<FeedbackId>, StoreError> {
        let (followers, filter) = (self.followers().clone(), filter.clone());
        self.read(scope, move |view| arrived(view, &followers, &filter, period, after)).await
    }

    /// The feedbacks that pass a filter, in the order in which they came in: looks through the next `limit` after the first
    /// of `range` and up to its second. Gives what passes, and after which one to go on; `None` at the end.
    pub async fn following(
        &self,
        scope: &Scope,
        filter: &Filter,
        period: Option<Period>,
        range: (FeedbackId, FeedbackId),
        limit: usize,
    ) -> Result<(Vec<FeedbackId>, Option<FeedbackId>), StoreError> {
        let (followers, filter) = (self.followers().clone(), filter.clone());
        self.read(scope, move |view| following(view, &followers, &filter, period, range, limit)).await
    }

    /// How far writing and following have come.
    pub fn pace(&self) -> Pace {
        let Marks { columns, index, snapshot } = self.followers().marks();
        Pace { outbox: self.bell().sequence(), columns, snapshot, index, meter: self.meter().read() }
    }

    /// The day of the newest feedback that passes a filter.
    pub async fn newest(&self, scope: &Scope, filter: &Filter) -> Result<Option<Day>, StoreError> {
        let (followers, wanted) = (self.followers().clone(), filter.clone());
        self.read_ready(scope, filter, move |view| newest(view, &followers, &wanted)).await
    }

    /// The same, blocking this thread: for the command line and tests.
    pub fn newest_now(&self, scope: &Scope, filter: &Filter) -> Result<Option<Day>, StoreError> {
        let (followers, filter) = (self.followers().clone(), filter.clone());
        self.read_ready_now(scope, move |view| newest(view, &followers, &filter))
    }

    /// In how many verbatims all words of a search occur, by the values of `post`, `touchpoint` or `import`, as the search index
    /// itself counts them: an oracle for tests.
    pub fn volume_in_index(&self, search: &str, by: &str) -> Result<BTreeMap<i64, u64>, StoreError> {
        let words = words(&Filter { words: search.to_owned(), ..Filter::default() })?;
        self.followers().index()?.volume(&words.unwrap_or_default().all, by)
    }

    /// Why words are searched without the search index for now; `None` when all is well.
    pub fn degraded(&self) -> Option<Degraded> {
        self.followers().degraded()
    }

    /// Holds the contents of the search index against their checksums; one that is damaged has been made anew on return.
    pub fn check_index(&self) -> Result<(), StoreError> {
        self.followers().check()
    }

    /// Writes a snapshot of the columns from which figures are answered, and waits for it: the next start finds it. Without
    /// being asked that is done now and then, and at the end. What goes wrong is in the log.
    pub fn snapshot(&self) -> Result<(), StoreError> {
        self.followers().snapshot()
    }

    /// Waits until columns and search index show everything that is written by now.
    pub fn caught_up(&self) -> Result<(), StoreError> {
        self.followers().caught_up(self.bell().sequence())
    }
}
