//! The search index: the words of every verbatim, with the facts about it that never change.
//!
//! The number of the last outbox row that an index has seen rides in its commit: after a crash it goes on from there. What a
//! reading says is not in the index, so that reading again does not index again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

use heard_domain::time::Period;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::{AllQuery, BooleanQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    DocId, DocSet, Index, IndexReader, IndexWriter, ReloadPolicy, Score, SegmentOrdinal, SegmentReader, TERMINATED,
    TantivyDocument, TantivyError, Term,
};

use crate::error::StoreError;
use crate::search::disk::{Disk, no_room};
use crate::search::words::{Part, Words, analyzer};

/// Counts up when the fields or the cutting of words change: an index of another version is made anew.
const VERSION: u32 = 2;
const ANALYZER: &str = "verbatim";
const MEMORY: usize = 50_000_000;
const DAY_MS: i64 = 86_400_000;

impl From<TantivyError> for StoreError {
    fn from(error: TantivyError) -> Self {
        Self::Broken(format!("the search index: {error}"))
    }
}

/// A verbatim on its way into the index.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verbatim {
    /// The feedback.
    pub id: i64,
    /// Which of its revisions.
    pub revision: i64,
    /// When it was said.
    pub at: i64,
    /// Where it was heard.
    pub post: i64,
    /// At which contact.
    pub touchpoint: Option<i64>,
    /// The import that brought it.
    pub import: Option<i64>,
    /// The words.
    pub text: String,
}

#[derive(Clone, Copy)]
struct Fields {
    id: Field,
    revision: Field,
    at: Field,
    post: Field,
    touchpoint: Field,
    import: Field,
    text: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer(ANALYZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions)
        .set_fieldnorms(false);
    let fields = Fields {
        id: schema.add_i64_field("id", INDEXED | FAST),
        revision: schema.add_i64_field("revision", FAST),
        at: schema.add_i64_field("at", FAST),
        post: schema.add_i64_field("post", INDEXED | FAST),
        touchpoint: schema.add_i64_field("touchpoint", INDEXED | FAST),
        import: schema.add_i64_field("import", INDEXED | FAST),
        text: schema.add_text_field("text", TextOptions::default().set_indexing_options(words)),
    };
    (schema.build(), fields)
}

/// The index, open for searching.
#[derive(Clone)]
pub struct SearchIndex {
    index: Index,
    disk: Disk,
    reader: IndexReader,
    fields: Fields,
    /// Which database it was made from.
    database: Arc<str>,
}

impl SearchIndex {
    /// Opens the index in a folder, with the outbox row up to which it was followed. `None` if there is none, or it is
    /// unfinished or of another version; what is wrong where it is damaged.
    pub fn open(folder: &Path) -> Result<Option<(Self, i64)>, String> {
        let says = |error: TantivyError| error.to_string();
        let empty = std::fs::read_dir(folder).map_or(true, |mut files| files.next().is_none());
        if empty {
            return Ok(None);
        }
        let (schema, fields) = schema();
        let disk = Disk::open(folder).map_err(|error| error.to_string())?;
        let index = Index::open(disk.clone()).map_err(says)?;
        let payload = index.load_metas().map_err(says)?.payload;
        let (true, Some((seq, database))) = (index.schema() == schema, seen(payload.as_deref())) else { return Ok(None) };
        // Every file is checked as it is opened.
        let this = Self::over(index, disk, fields, database).map_err(|error| error.to_string())?;
        this.harm(false).map_or(Ok(Some((this, seq))), Err)
    }

    /// What is wrong with the files of the index, if anything is; `whole`: by their contents, else only whether they are there.
    pub fn harm(&self, whole: bool) -> Option<String> {
        self.disk.harm(&self.index, whole)
    }

    /// Whether writing failed because there is no room.
    pub fn full(&self) -> bool {
        self.disk.full()
    }

    /// Which database it was made from.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Makes an empty index of a database in a folder, in the place of what is there.
    pub fn create(folder: &Path, database: &str) -> Result<Self, StoreError> {
        let broken = |error: io::Error| {
            let what = format!("the search index in {}: {error}", folder.display());
            if no_room(&error) { StoreError::Full } else { StoreError::Broken(what) }
        };
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(broken(error)),
            _ => std::fs::create_dir_all(folder).map_err(broken)?,
        }
        let (schema, fields) = schema();
        let disk = Disk::open(folder).map_err(|error| StoreError::Broken(format!("the search index: {error}")))?;
        let index = Index::open_or_create(disk.clone(), schema)
            .map_err(|error| if disk.full() { StoreError::Full } else { error.into() })?;
        Self::over(index, disk, fields, database)
    }

    fn over(index: Index, disk: Disk, fields: Fields, database: &str) -> Result<Self, StoreError> {
        index.tokenizers().register(ANALYZER, analyzer());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, disk, reader, fields, database: database.into() })
    }

    /// The feedbacks whose words match, in no order. Those outside of the period may or may not be among them.
    pub fn hits(&self, words: &Words, period: Option<Period>) -> Result<Vec<i64>, StoreError> {
        // A day of the company begins at most a day away from that of UTC.
        let from = period.map_or(i64::MIN, |p| (i64::from(p.first.0) - 1) * DAY_MS);
        let to = period.map_or(i64::MAX, |p| (i64::from(p.last.0) + 2) * DAY_MS);
        let searcher = self.reader.searcher();
        let mut found = searcher.search(&self.all(&words.all), &Ids { from, to })?;
        if !words.none.is_empty() {
            // Not by MustNot: in Tantivy 0.27 an excluded phrase is asked for a document before the one it stands at, and
            // asserts that this does not happen.
            let parts = words.none.iter().map(|part| (Occur::Should, self.part(part))).collect();
            let none: HashSet<i64> = searcher.search(&BooleanQuery::new(parts), &Ids { from, to })?.into_iter().collect();
            found.retain(|id| !none.contains(id));
        }
        Ok(found)
    }

    fn all(&self, parts: &[Part]) -> BooleanQuery {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = parts.iter().map(|part| (Occur::Must, self.part(part))).collect();
        if clauses.is_empty() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        BooleanQuery::new(clauses)
    }

    fn part(&self, part: &Part) -> Box<dyn Query> {
        let term = |word: &String| Term::from_field_text(self.fields.text, word);
        match part {
            Part::Word(word) => Box::new(TermQuery::new(term(word), IndexRecordOption::Basic)),
            Part::Phrase(words) => Box::new(PhraseQuery::new(words.iter().map(term).collect())),
            // Of a single term it is a range of terms: every ending is found.
            Part::Prefix(prefix) => Box::new(PhrasePrefixQuery::new(vec![term(prefix)])),
        }
    }

    /// How many verbatims are in it.
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// In how many verbatims all these occur, by the values of one of the fields `post`, `touchpoint` and `import`, by
    /// Tantivy's own aggregation in its exact form.
    pub fn volume(&self, parts: &[Part], by: &str) -> Result<BTreeMap<i64, u64>, StoreError> {
        let all = 1_000_000;
        let request = serde_json::json!({ "by": { "terms": { "field": by, "size": all, "segment_size": all } } });
        let request: Aggregations = serde_json::from_value(request)?;
        let collector = AggregationCollector::from_aggs(request, AggContextParams::default());
        let result = serde_json::to_value(self.reader.searcher().search(&self.all(parts), &collector)?)?;
        let buckets = result["by"]["buckets"].as_array().cloned().unwrap_or_default();
        let count = |bucket: &serde_json::Value| Some((bucket["key"].as_f64()? as i64, bucket["doc_count"].as_u64()?));
        Ok(buckets.iter().filter_map(count).collect())
    }
}

/// The outbox row in a commit, and the database it belongs to.
fn seen(payload: Option<&str>) -> Option<(i64, &str)> {
    let (version, rest) = payload?.split_once(' ')?;
    let (seq, database) = rest.split_once(' ')?;
    (version.parse() == Ok(VERSION)).then(|| Some((seq.parse().ok()?, database))).flatten()
}

/// The one who writes into the index.
pub struct IndexPen {
    index: SearchIndex,
    writer: IndexWriter,
    /// Revisions written since the last commit.
    fresh: HashMap<i64, i64>,
    /// The highest identifier in the index: what is above it is new.
    highest: i64,
}

impl IndexPen {
    /// Takes the pen; there is one.
    pub fn take(index: &SearchIndex) -> Result<Self, StoreError> {
        let options =
            IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(MEMORY).num_merge_threads(1).build();
        index.disk.hope();
        let writer = index.index.writer_with_options(options)?;
        // What was left of a commit that was cut off takes up room until it is looked for.
        if let Err(error) = writer.garbage_collect_files().wait() {
            tracing::warn!(%error, "the search index was not tidied up");
        }
        let mut highest = 0;
        for segment in index.reader.searcher().segment_readers() {
            highest = highest.max(segment.fast_fields().i64("id")?.max_value());
        }
        Ok(Self { index: index.clone(), writer, fresh: HashMap::new(), highest })
    }

    /// The index that it writes into.
    pub fn index(&self) -> &SearchIndex {
        &self.index
    }

    /// Writes a verbatim, unless this revision of it is there already.
    pub fn put(&mut self, verbatim: &Verbatim) -> Result<(), StoreError> {
        let id = verbatim.id;
        if id > self.highest {
            self.highest = id;
        } else {
            match self.revision(id)? {
                Some(revision) if revision == verbatim.revision => return Ok(()),
                Some(_) => self.delete(id),
                None => {}
            }
        }
        let fields = self.index.fields;
        let mut document = TantivyDocument::new();
        document.add_i64(fields.id, id);
        document.add_i64(fields.revision, verbatim.revision);
        document.add_i64(fields.at, verbatim.at);
        document.add_i64(fields.post, verbatim.post);
        for (field, value) in [(fields.touchpoint, verbatim.touchpoint), (fields.import, verbatim.import)] {
            if let Some(value) = value {
                document.add_i64(field, value);
            }
        }
        document.add_text(fields.text, &verbatim.text);
        self.writer.add_document(document)?;
        self.fresh.insert(id, verbatim.revision);
        Ok(())
    }

    /// Takes a feedback out.
    pub fn forget(&mut self, id: i64) {
        self.delete(id);
        self.fresh.remove(&id);
    }

    fn delete(&self, id: i64) {
        self.writer.delete_term(Term::from_field_i64(self.index.fields.id, id));
    }

    fn revision(&self, id: i64) -> Result<Option<i64>, StoreError> {
        Ok(self.revisions(&[id])?.pop().flatten())
    }

    /// The highest identifier in the index: what is above it is not there.
    pub fn highest(&self) -> i64 {
        self.highest
    }

    /// Which revision of each is there, in the order asked.
    pub fn revisions(&self, ids: &[i64]) -> Result<Vec<Option<i64>>, StoreError> {
        let searcher = self.index.reader.searcher();
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().i64("revision")?;
            segments.push((segment, segment.inverted_index(self.index.fields.id)?, column));
        }
        let kept = |id: i64| {
            if let Some(revision) = self.fresh.get(&id) {
                return Ok(Some(*revision));
            }
            let term = Term::from_field_i64(self.index.fields.id, id);
            for (segment, inverted, column) in &segments {
                let found = inverted.read_postings(&term, IndexRecordOption::Basic).map_err(TantivyError::from)?;
                let Some(mut postings) = found else { continue };
                while postings.doc() != TERMINATED {
                    if !segment.is_deleted(postings.doc()) {
                        return Ok(column.first(postings.doc()));
                    }
                    postings.advance();
                }
            }
            Ok(None)
        };
        ids.iter().map(|id| kept(*id)).collect()
    }

    /// Makes what was written durable and findable, with the outbox row up to which it was followed.
    pub fn commit(&mut self, seq: i64) -> Result<(), StoreError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&format!("{VERSION} {seq} {}", self.index.database));
        commit.commit()?;
        self.index.reader.reload()?;
        self.fresh.clear();
        Ok(())
    }
}

/// Collects the identifiers of what was said within a stretch of time.
struct Ids {
    from: i64,
    to: i64,
}

struct SegmentIds {
    id: Column<i64>,
    at: Column<i64>,
    from: i64,
    to: i64,
    found: Vec<i64>,
}

impl Collector for Ids {
    type Fruit = Vec<i64>;
    type Child = SegmentIds;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentIds> {
        let fast = segment.fast_fields();
        Ok(SegmentIds { id: fast.i64("id")?, at: fast.i64("at")?, from: self.from, to: self.to, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<Vec<i64>>) -> tantivy::Result<Vec<i64>> {
        Ok(fruits.concat())
    }
}

impl SegmentCollector for SegmentIds {
    type Fruit = Vec<i64>;

    fn collect(&mut self, doc: DocId, _: Score) {
        if self.at.first(doc).is_some_and(|at| (self.from..self.to).contains(&at)) {
            self.found.extend(self.id.first(doc));
        }
    }

    fn harvest(self) -> Vec<i64> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verbatim(id: i64, revision: i64, text: &str) -> Verbatim {
        Verbatim { id, revision, at: id * DAY_MS, post: id % 3, text: text.to_owned(), ..Verbatim::default() }
    }

    fn find(index: &SearchIndex, search: &str) -> Vec<i64> {
        let mut found = index.hits(&Words::read(search).unwrap().unwrap(), None).unwrap();
        found.sort_unstable();
        found
    }

    #[test]
    fn it_goes_on_where_it_was_and_takes_a_new_revision() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        assert!(SearchIndex::open(&path).unwrap().is_none());
        let index = SearchIndex::create(&path, "one").unwrap();
        let mut pen = IndexPen::take(&index).unwrap();
        pen.put(&verbatim(1, 1, "late again")).unwrap();
        pen.put(&verbatim(2, 1, "on time, as always")).unwrap();
        pen.put(&verbatim(1, 1, "late again")).unwrap();
        pen.commit(3).unwrap();
        pen.put(&verbatim(9, 1, "never committed")).unwrap();
        drop((pen, index));
        let (index, seq) = SearchIndex::open(&path).unwrap().unwrap();
        assert_eq!((index.database(), seq, index.len(), find(&index, "late")), ("one", 3, 2, vec![1]));
        let mut pen = IndexPen::take(&index).unwrap();
        pen.put(&verbatim(1, 2, "mended")).unwrap();
        pen.put(&verbatim(1, 2, "mended")).unwrap();
        pen.put(&verbatim(2, 1, "not looked at: the revision is there")).unwrap();
        pen.commit(5).unwrap();
        assert_eq!((find(&index, "late"), find(&index, "mended"), find(&index, "always")), (vec![], vec![1], vec![2]));
        pen.forget(2);
        pen.commit(6).unwrap();
        assert_eq!(find(&index, "-late"), [1]);
    }

    #[test]
    fn a_damaged_index_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let index = SearchIndex::create(folder.path(), "one").unwrap();
        let mut pen = IndexPen::take(&index).unwrap();
        for id in 1..200 {
            pen.put(&verbatim(id, 1, "some words to fill a file")).unwrap();
        }
        pen.commit(1).unwrap();
        drop((pen, index));
        let (index, _) = SearchIndex::open(folder.path()).unwrap().unwrap();
        assert_eq!(index.harm(true), None);
        let files = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path());
        for file in files.filter(|file| !file.to_string_lossy().ends_with(".lock")) {
            let whole = std::fs::read(&file).unwrap();
            for at in [0, whole.len() / 2, whole.len() - 1] {
                let mut bytes = whole.clone();
                bytes[at] ^= 1;
                std::fs::write(&file, bytes).unwrap();
                let found = SearchIndex::open(folder.path()).map(|opened| opened.is_some());
                // Tantivy's footer holds the version of the program too, of which it asks only what it needs.
                let known = find(&index, "words").len();
                assert!(found.is_err() || found == Ok(true) && at == whole.len() / 2, "byte {at} of {}", file.display());
                assert_eq!(known, 199, "what is in use is held in memory");
            }
            std::fs::write(&file, whole).unwrap();
            assert!(SearchIndex::open(folder.path()).unwrap().is_some(), "{}", file.display());
        }
    }

    #[test]
    fn the_index_finds_what_the_plain_rule_finds() {
        let folder = tempfile::tempdir().unwrap();
        let index = SearchIndex::create(folder.path(), "one").unwrap();
        let mut pen = IndexPen::take(&index).unwrap();
        let texts = [
            "Late flight, rude crew",
            "Crew was great",
            "crews are late",
            "ÉCLAIR late crew rude",
            "我要求退款",
            "",
            "\u{0}<b>late</b>",
        ];
        for (id, text) in texts.iter().enumerate() {
            pen.put(&verbatim(id as i64 + 1, 1, text)).unwrap();
        }
        pen.commit(1).unwrap();
        for search in
            ["late", "crew*", "\"late crew\"", "crew -late", "-crew", "eclair", "退款", "late rude", "b", "-\"rude crew\" -great"]
        {
            let words = Words::read(search).unwrap().unwrap();
            let plain = |(_, text): &(usize, &&str)| words.matches(&crate::search::words::cut(text));
            let expected: Vec<i64> = texts.iter().enumerate().filter(plain).map(|(id, _)| id as i64 + 1).collect();
            assert_eq!(find(&index, search), expected, "{search}");
        }
        let counts: u64 = index.volume(&[Part::Word("late".to_owned())], "post").unwrap().values().sum();
        assert_eq!(counts, 4);
    }
}
