//! A snapshot: all columns in one file, so that they need not be loaded from the truth at every start.
//!
//! It is derived, and believed in nothing unseen. Every section carries its length and a checksum that also covers its place in
//! the file. The mark, a digest over the head and all checksums, must be known to the database: there it is written down
//! with the number of the outbox that the columns had come to, before the file is put in its place. So a database that knows
//! the mark has the history that the columns were made from, whatever was restored or copied meanwhile.
//!
//! A file is: a line that names the kind of file; then sections, each with its length (8 bytes), its content, and its
//! checksum (4 bytes). The first section is the head in JSON, the others are arrays, all numbers with the lowest byte first.

use std::io::{Read, Write};
use std::thread;

use flate2::Crc;
use heard_domain::hex::hex;
use heard_domain::reading::{Emotion, Polarity};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::figures::columns::{ById, Codes, Columns, NONE, Names, Stretch};

/// Counts up when the arrays or what stands in them change: a snapshot of another version is not used.
const VERSION: u32 = 1;
/// The first line of the file.
const KIND: &[u8] = b"Heard columns\n";
/// How much is read or written at once, in bytes.
const PIECE: usize = 1 << 20;

/// What a snapshot says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    version: u32,
    /// The number of the schema: a step of it may change what the columns were made from.
    schema: i64,
    /// Which database it was made from.
    database: String,
    /// The number of the outbox that the columns had come to.
    pub sequence: i64,
    /// Rows of the columns in order of time.
    sorted: usize,
    /// Rows that have gone.
    gone: usize,
    /// Entries that nothing points to any more.
    idle: usize,
}

impl Head {
    /// Of these columns.
    pub fn of(columns: &Columns, database: &str, schema: i64, sequence: i64) -> Self {
        let (sorted, gone, idle) = (columns.sorted, columns.gone, columns.idle);
        Self { version: VERSION, schema, database: database.to_owned(), sequence, sorted, gone, idle }
    }

    /// Why it is of no use to this program on this database; `None` where it is.
    pub fn misfit(&self, database: &str, schema: i64) -> Option<&'static str> {
        if self.version != VERSION || self.schema != schema {
            return Some("it was made by another version of Heard");
        }
        (self.database != database).then_some("it was made from another database")
    }
}

/// Something of a fixed size, as bytes.
trait Plain: Copy {
    const SIZE: usize;
    fn put(self, to: &mut Vec<u8>);
    /// From exactly [`Plain::SIZE`] bytes.
    fn take(from: &[u8]) -> Self;
}

macro_rules! plain {
    ($($kind:ty),+) => {
        $(impl Plain for $kind {
            const SIZE: usize = size_of::<$kind>();
            fn put(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn take(from: &[u8]) -> Self {
                from.try_into().map_or_else(|_| Default::default(), <$kind>::from_le_bytes)
            }
        })+
    };
}

plain!(u8, u16, u32, i32, i64, f64);

impl Plain for Stretch {
    const SIZE: usize = 8;
    fn put(self, to: &mut Vec<u8>) {
        self.start.put(to);
        self.len.put(to);
    }
    fn take(from: &[u8]) -> Self {
        let (start, len) = from.split_at_checked(4).unwrap_or_default();
        Self { start: u32::take(start), len: u32::take(len) }
    }
}

/// Why a snapshot cannot be read or written, in words for the log.
#[derive(Debug)]
pub enum Trouble {
    /// The file or the disk.
    Disk(std::io::Error),
    /// It is not what was written, or does not fit.
    Wrong(String),
    /// It was asked to stop.
    Stopped,
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Disk(error) => write!(f, "{error}"),
            Self::Wrong(what) => write!(f, "{what}"),
            Self::Stopped => write!(f, "it was asked to stop"),
        }
    }
}

fn wrong<T>(what: &str) -> Result<T, Trouble> {
    Err(Trouble::Wrong(what.to_owned()))
}

/// The checksum of a section begins with its place and length.
fn begun(place: u32, length: u64) -> Crc {
    let mut crc = Crc::new();
    crc.update(&place.to_le_bytes());
    crc.update(&length.to_le_bytes());
    crc
}

/// What both sides keep account of.
struct Account {
    place: u32,
    mark: Sha256,
}

impl Account {
    fn new() -> Self {
        Self { place: 0, mark: Sha256::new() }
    }

    fn section(&mut self, length: u64) -> Crc {
        begun(self.place, length)
    }

    fn done(&mut self, crc: &Crc) -> u32 {
        self.place += 1;
        self.mark.update(crc.sum().to_le_bytes());
        crc.sum()
    }
}

struct Pen<'a, W> {
    to: W,
    account: Account,
    /// Asked between pieces whether to go on.
    go_on: &'a dyn Fn() -> bool,
    piece: Vec<u8>,
}

impl<W: Write> Pen<'_, W> {
    fn array<T: Plain>(&mut self, values: &[T]) -> Result<(), Trouble> {
        let length = (values.len() * T::SIZE) as u64;
        let mut crc = self.account.section(length);
        self.to.write_all(&length.to_le_bytes())?;
        for values in values.chunks(PIECE / T::SIZE) {
            if !(self.go_on)() {
                return Err(Trouble::Stopped);
            }
            self.piece.clear();
            for value in values {
                value.put(&mut self.piece);
            }
            crc.update(&self.piece);
            self.to.write_all(&self.piece)?;
        }
        let sum = self.account.done(&crc);
        Ok(self.to.write_all(&sum.to_le_bytes())?)
    }
}

/// Writes columns down; their mark.
pub fn write(columns: &Columns, head: &Head, mut to: impl Write, go_on: &dyn Fn() -> bool) -> Result<String, Trouble> {
    to.write_all(KIND)?;
    let mut pen = Pen { to, account: Account::new(), go_on, piece: Vec::with_capacity(PIECE) };
    pen.array(&serde_json::to_vec(head).map_err(|error| Trouble::Wrong(error.to_string()))?)?;
    // Every field by name: a new one is not forgotten here.
    let Columns {
        names,
        id,
        at,
        day,
        post,
        touchpoint,
        language,
        account,
        person,
        import,
        attributes,
        passages,
        ratings,
        polarity,
        emotion,
        stage,
        intents,
        categories,
        category,
        scale,
        raw,
        said,
        rows: _made_from_id_and_post,
        sorted: _in_the_head,
        gone: _in_the_head_too,
        idle: _as_well,
    } = columns;
    let Names { posts, touchpoints, stages, categories: categories_named, languages, accounts, persons, imports, scales, values } =
        names;
    for codes in [posts, touchpoints, stages, categories_named, accounts, persons, imports, scales, values] {
        pen.array(codes.values())?;
    }
    pen.array(&serde_json::to_vec(languages.values()).map_err(|error| Trouble::Wrong(error.to_string()))?)?;
    pen.array(id)?;
    pen.array(at)?;
    pen.array(day)?;
    pen.array(post)?;
    pen.array(touchpoint)?;
    pen.array(language)?;
    pen.array(account)?;
    pen.array(person)?;
    pen.array(import)?;
    pen.array(&attributes.keys().copied().collect::<Vec<_>>())?;
    for values in attributes.values() {
        pen.array(values)?;
    }
    pen.array(passages)?;
    pen.array(ratings)?;
    pen.array(polarity)?;
    pen.array(emotion)?;
    pen.array(stage)?;
    pen.array(intents)?;
    pen.array(categories)?;
    pen.array(category)?;
    pen.array(scale)?;
    pen.array(raw)?;
    pen.array(said)?;
    pen.to.flush()?;
    Ok(hex(&pen.account.mark.finalize()))
}

struct Eye<'a, R> {
    from: R,
    /// How many bytes are left of the file.
    left: u64,
    account: Account,
    go_on: &'a dyn Fn() -> bool,
    piece: Vec<u8>,
}

impl<R: Read> Eye<'_, R> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        let mut bytes = [0; N];
        self.left = self.left.checked_sub(N as u64).ok_or_else(|| Trouble::Wrong("it is cut short".to_owned()))?;
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn array<T: Plain>(&mut self) -> Result<Vec<T>, Trouble> {
        let length = u64::from_le_bytes(self.bytes()?);
        if length > self.left || !length.is_multiple_of(T::SIZE as u64) {
            return wrong("it is cut short, or damaged");
        }
        self.left -= length;
        let mut crc = self.account.section(length);
        let mut values = Vec::with_capacity(length as usize / T::SIZE);
        let mut open = length as usize;
        while open > 0 {
            if !(self.go_on)() {
                return Err(Trouble::Stopped);
            }
            let size = open.min(PIECE / T::SIZE * T::SIZE);
            self.piece.resize(size, 0);
            self.from.read_exact(&mut self.piece)?;
            crc.update(&self.piece);
            values.extend(self.piece.chunks_exact(T::SIZE).map(T::take));
            open -= size;
        }
        let sum = self.account.done(&crc);
        if u32::from_le_bytes(self.bytes()?) != sum {
            return wrong("it does not hold the bytes that were written");
        }
        Ok(values)
    }

    fn words<T: for<'d> Deserialize<'d>>(&mut self) -> Result<T, Trouble> {
        let json = self.array::<u8>()?;
        serde_json::from_slice(&json).map_err(|error| Trouble::Wrong(error.to_string()))
    }
}

/// What was read, not yet believed: whether the database knows the mark is for the caller to find out.
#[derive(Debug)]
pub struct Found {
    /// What it says of itself.
    pub head: Head,
    /// The columns.
    pub columns: Columns,
    /// The digest of its content.
    pub mark: String,
}

/// Reads a file of `length` bytes; `fits` judges its head before the rest is read.
pub fn read(
    from: impl Read,
    length: u64,
    fits: &dyn Fn(&Head) -> Result<(), Trouble>,
    go_on: &dyn Fn() -> bool,
) -> Result<Found, Trouble> {
    let mut eye = Eye { from, left: length, account: Account::new(), go_on, piece: Vec::with_capacity(PIECE) };
    if eye.bytes::<{ KIND.len() }>()? != *KIND {
        return wrong("it is no snapshot");
    }
    let head: Head = eye.words()?;
    fits(&head)?;
    let mut columns = Columns { sorted: head.sorted, gone: head.gone, idle: head.idle, ..Columns::default() };
    let c = &mut columns;
    let mut lists = Vec::new();
    for _ in 0..9 {
        lists.push(eye.array::<i64>()?);
    }
    let languages: Vec<String> = eye.words()?;
    c.id = eye.array()?;
    c.at = eye.array()?;
    c.day = eye.array()?;
    c.post = eye.array()?;
    // The two dearest things are made on the other core while the rest is read.
    let (id, post) = (std::mem::take(&mut c.id), std::mem::take(&mut c.post));
    let (rest, made) = thread::scope(|scope| {
        let made = scope.spawn(|| (rows(&id, &post), named(lists, languages)));
        (rest(&mut eye, c), made.join())
    });
    rest?;
    let Ok((rows, names)) = made else { return wrong("a thread failed") };
    (c.id, c.post, c.rows, c.names) = (id, post, rows, names);
    if eye.left > 0 {
        return wrong("something follows after its end");
    }
    sound(&columns)?;
    Ok(Found { head, columns, mark: hex(&eye.account.mark.finalize()) })
}

fn rest<R: Read>(eye: &mut Eye<'_, R>, c: &mut Columns) -> Result<(), Trouble> {
    c.touchpoint = eye.array()?;
    c.language = eye.array()?;
    c.account = eye.array()?;
    c.person = eye.array()?;
    c.import = eye.array()?;
    for attribute in eye.array::<i64>()? {
        c.attributes.insert(attribute, eye.array()?);
    }
    c.passages = eye.array()?;
    c.ratings = eye.array()?;
    c.polarity = eye.array()?;
    c.emotion = eye.array()?;
    c.stage = eye.array()?;
    c.intents = eye.array()?;
    c.categories = eye.array()?;
    c.category = eye.array()?;
    c.scale = eye.array()?;
    c.raw = eye.array()?;
    c.said = eye.array()?;
    Ok(())
}

/// Where every feedback stands that has not gone.
fn rows(id: &[i64], post: &[u16]) -> ById<u32> {
    let mut rows = ById::with_capacity_and_hasher(id.len(), std::hash::BuildHasherDefault::default());
    rows.extend((0..).zip(id.iter().zip(post)).filter(|(_, (_, post))| **post != 0).map(|(row, (id, _))| (*id, row)));
    rows
}

fn named(lists: Vec<Vec<i64>>, languages: Vec<String>) -> Names {
    let mut lists = lists.into_iter();
    let mut next = || Codes::of(lists.next().unwrap_or_default());
    Names {
        posts: next(),
        touchpoints: next(),
        stages: next(),
        categories: next(),
        accounts: next(),
        persons: next(),
        imports: next(),
        scales: next(),
        values: next(),
        languages: Codes::of(languages),
    }
}

/// Nothing points beyond its end: what reads the columns relies on it.
fn sound(c: &Columns) -> Result<(), Trouble> {
    let n = c.id.len();
    let same = [
        c.at.len(),
        c.day.len(),
        c.post.len(),
        c.touchpoint.len(),
        c.language.len(),
        c.account.len(),
        c.person.len(),
        c.import.len(),
        c.passages.len(),
        c.ratings.len(),
    ];
    let passages = c.polarity.len();
    let of_passages = [c.emotion.len(), c.stage.len(), c.intents.len(), c.categories.len()];
    let lengths = same.iter().all(|length| *length == n)
        && of_passages.iter().all(|length| *length == passages)
        && c.scale.len() == c.raw.len()
        && c.attributes.values().all(|values| values.len() <= n)
        && c.sorted <= n
        && c.rows.len() + c.gone == n;
    let ends = |stretches: &[Stretch], length: usize| stretches.iter().all(|stretch| stretch.range().end <= length);
    let short = |codes: &[u16], count: usize| codes.iter().all(|code| usize::from(*code) < count);
    let long = |codes: &[u32], count: usize| codes.iter().all(|code| (*code as usize) < count);
    let few = |places: &[u8], count: usize| places.iter().all(|place| *place == NONE || usize::from(*place) < count);
    let sound = lengths
        && ends(&c.passages, passages)
        && ends(&c.ratings, c.scale.len())
        && ends(&c.categories, c.category.len())
        && short(&c.post, c.names.posts.count())
        && short(&c.touchpoint, c.names.touchpoints.count())
        && short(&c.language, c.names.languages.count())
        && short(&c.stage, c.names.stages.count())
        && short(&c.category, c.names.categories.count())
        && short(&c.scale, c.names.scales.count())
        && long(&c.account, c.names.accounts.count())
        && long(&c.person, c.names.persons.count().min(c.said.len().max(1)))
        && long(&c.import, c.names.imports.count())
        && c.attributes.values().all(|values| long(values, c.names.values.count()))
        && few(&c.polarity, Polarity::ALL.len())
        && few(&c.emotion, Emotion::ALL.len());
    if sound { Ok(()) } else { wrong("its arrays do not fit together") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::columns::{Item, Piece};

    fn columns() -> Columns {
        let mut columns = Columns::default();
        for id in 1..=40_i64 {
            let piece = Piece {
                polarity: (id % 4 != 0).then_some((id % 3) as u8),
                emotion: (id % 2 == 0).then_some(1),
                stage: Some(id % 5),
                intents: 3,
                categories: vec![id % 7, 9],
            };
            let item = Item {
                id,
                at: id * 7 % 50,
                day: (id * 7 % 50 / 10) as i32,
                post: id % 3 + 1,
                touchpoint: (id % 2 == 0).then_some(4),
                person: (id % 3 != 0).then_some(id % 5),
                account: Some(8),
                import: (id > 20).then_some(2),
                language: Some(if id % 2 == 0 { "de" } else { "en" }.to_owned()),
                attributes: if id < 30 { vec![(1, id), (5, 1)] } else { vec![] },
                ratings: vec![(1, id as f64), (2, 0.5)],
                passages: vec![piece; (id % 4) as usize],
            };
            columns.put(&item).unwrap();
        }
        columns.forget(7);
        columns
    }

    fn written(columns: &Columns) -> (Vec<u8>, String) {
        let mut bytes = Vec::new();
        let mark = write(columns, &Head::of(columns, "one", 6, 77), &mut bytes, &|| true).unwrap();
        (bytes, mark)
    }

    fn back(bytes: &[u8]) -> Result<Found, Trouble> {
        read(bytes, bytes.len() as u64, &|_| Ok(()), &|| true)
    }

    #[test]
    fn what_was_written_comes_back_and_goes_on_alike() {
        let mut columns = columns();
        let (bytes, mark) = written(&columns);
        let found = back(&bytes).unwrap();
        assert_eq!((found.head.sequence, &found.mark), (77, &mark));
        let mut again = found.columns;
        // Written again it is the same to the byte: nothing was lost on the way.
        assert_eq!(written(&again).0, bytes);
        let item = Item { id: 100, at: 3, post: 77, passages: vec![Piece::default()], ..Item::default() };
        for columns in [&mut columns, &mut again] {
            columns.put(&item).unwrap();
            columns.forget(12);
            let merged = columns.merged();
            columns.take_place(merged);
        }
        assert_eq!((columns.row(100), columns.row(30), columns.row(7)), (again.row(100), again.row(30), None));
        assert_eq!(written(&columns).0, written(&again).0);
        let empty = Columns::default();
        assert!(back(&written(&empty).0).unwrap().columns.is_empty());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let (bytes, _) = written(&columns());
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            assert!(back(&other).is_err(), "flipped at {at}");
            assert!(back(bytes.get(..at).unwrap()).is_err(), "cut at {at}");
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert!(back(&longer).is_err());
        // Another mark for other content, though each section is right in itself.
        let mut other = columns();
        other.raw[0] = 3.0;
        assert_ne!(written(&other).1, written(&columns()).1);
    }

    #[test]
    fn arrays_that_do_not_fit_together_are_refused() {
        let spoilt: [fn(&mut Columns); 7] = [
            |c| c.day.truncate(3),
            |c| c.post[3] = 900,
            |c| c.person[3] = 900,
            |c| c.passages[30] = Stretch { start: 1, len: u32::MAX },
            |c| c.polarity[0] = 3,
            |c| c.sorted = 41,
            |c| c.id[3] = c.id[4],
        ];
        for (place, spoil) in spoilt.iter().enumerate() {
            let mut columns = columns();
            spoil(&mut columns);
            assert!(matches!(back(&written(&columns).0), Err(Trouble::Wrong(_))), "{place}");
        }
    }
}
