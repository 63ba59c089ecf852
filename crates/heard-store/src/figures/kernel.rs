//! The kernel: filter, group, accumulate over the columns, on two threads where there is much to look at.
//!
//! Rows are taken in blocks that fit the cache, and each step goes over a whole block before the next one begins: so every
//! decision that the question allows is taken once a block, not once a row.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use heard_domain::reading::{Emotion, Polarity};
use heard_domain::statistics::Clusters;

use crate::error::StoreError;
use crate::figures::ask::Ask;
use crate::figures::columns::{Columns, FewSteps, NONE};
use crate::figures::sieve::Sieve;
use crate::figures::split::{Place, Split};
use crate::figures::tally::{Gauge, Grid, Tally, Window};

/// The most groups that an answer may have.
pub const MOST_GROUPS: usize = 200_000;

/// Up to here the code of a group is its place; above, places are given by first sight.
const DENSE: u64 = 1 << 16;

/// Rows that a thread takes at a time.
const CHUNK: usize = 1 << 16;

/// Rows of a block.
const BLOCK: usize = 1 << 11;

/// Answers from the columns; with `hits`, looking only at these rows.
pub fn answer(columns: &Columns, ask: &Ask, window: Window, hits: Option<&[u32]>) -> Result<Grid, StoreError> {
    let (sorted, tail) = columns.cut(window.period);
    let sieve = Sieve::new(columns, &ask.sight);
    let split = Split::new(columns, ask, window, &[sorted.clone(), tail.clone()])?;
    let chunks: Vec<Chunk<'_>> = match hits {
        Some(hits) => hits.chunks(CHUNK).map(Chunk::Hits).collect(),
        None => pieces(sorted).map(Chunk::Sorted).chain(pieces(tail).map(Chunk::Tail)).collect(),
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worker = Worker::new(columns, ask, &sieve, &split, window);
        let mut block = Block::default();
        while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            worker.chunk(chunk, &mut block)?;
        }
        Ok::<_, StoreError>(worker)
    };
    if chunks.len() < 3 {
        return Ok(work()?.grid());
    }
    let (mine, others) = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        (work(), other.join())
    });
    let mut mine = mine?;
    mine.merge(others.map_err(|_| StoreError::Broken("a thread of the kernel failed".to_owned()))??)?;
    Ok(mine.grid())
}

fn pieces(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(CHUNK).map(move |start| start..(start + CHUNK).min(end))
}

enum Chunk<'a> {
    Sorted(Range<usize>),
    Tail(Range<usize>),
    Hits(&'a [u32]),
}

/// One thread's part: its sums, by group.
struct Worker<'a> {
    columns: &'a Columns,
    sieve: &'a Sieve<'a>,
    split: &'a Split<'a>,
    window: Window,
    gauge: &'a Gauge,
    /// The code of the scale that is asked for.
    scale: u16,
    /// Whether groups depend on passages.
    by_passage: bool,
    places: Option<HashMap<u64, u32, FewSteps>>,
    codes: Vec<u64>,
    /// The last row or passage (counted from 1) that was added to a group: none is added twice.
    last: Vec<u32>,
    n: Vec<u64>,
    up: Vec<u64>,
    down: Vec<u64>,
    sums: Vec<(f64, f64)>,
    emotions: Vec<[u64; Emotion::ALL.len()]>,
    clusters: Vec<Clusters>,
    /// Passages of persons who spoke more than once: group, person and polarity in one number, to be sorted.
    shares: Vec<u64>,
    /// Passages of the present row by group: difference and number.
    own: Vec<(u32, i32, u32)>,
}

/// What is kept between blocks, so that none asks for memory anew.
#[derive(Default)]
struct Block {
    rows: Vec<u32>,
    codes: Vec<u64>,
    passages: Vec<Place>,
    spare: Vec<Place>,
}

impl<'a> Worker<'a> {
    fn new(columns: &'a Columns, ask: &'a Ask, sieve: &'a Sieve<'a>, split: &'a Split<'a>, window: Window) -> Self {
        let scale = match &ask.gauge {
            Gauge::Rating(scale) => columns.names.scales.find(&scale.id.0).map_or(u16::MAX, |code| code as u16),
            _ => 0,
        };
        let dense = split.groups <= DENSE;
        let mut worker = Self {
            columns,
            sieve,
            split,
            window,
            gauge: &ask.gauge,
            scale,
            by_passage: ask.by_passage() || sieve.by_passage(),
            places: (!dense).then(HashMap::default),
            codes: Vec::new(),
            last: Vec::new(),
            n: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
            sums: Vec::new(),
            emotions: Vec::new(),
            clusters: Vec::new(),
            shares: Vec::new(),
            own: Vec::new(),
        };
        if dense {
            worker.grow(split.groups as usize);
        }
        worker
    }

    fn grow(&mut self, len: usize) {
        self.last.resize(len, 0);
        self.n.resize(len, 0);
        match self.gauge {
            Gauge::Volume => {}
            Gauge::Net { .. } | Gauge::Rating(_) => {
                self.up.resize(len, 0);
                self.down.resize(len, 0);
            }
            Gauge::Emotions => self.emotions.resize(len, [0; Emotion::ALL.len()]),
        }
        match self.gauge {
            Gauge::Net { clustered: true } => self.clusters.resize(len, Clusters::default()),
            Gauge::Rating(_) => self.sums.resize(len, (0.0, 0.0)),
            _ => {}
        }
    }

    /// The place of a group.
    #[inline]
    fn place(&mut self, code: u64) -> usize {
        let Some(places) = &mut self.places else { return code as usize };
        let next = places.len() as u32;
        let place = *places.entry(code).or_insert(next) as usize;
        if place == self.codes.len() {
            self.codes.push(code);
            if self.last.len() <= place {
                self.grow((place + 1).next_power_of_two());
            }
        }
        place
    }

    fn chunk(&mut self, chunk: &Chunk<'_>, block: &mut Block) -> Result<(), StoreError> {
        let (sieve, window) = (self.sieve, self.window);
        let within = |row: &u32| sieve.within(*row as usize, window.period);
        match chunk {
            Chunk::Sorted(rows) => {
                for start in rows.clone().step_by(BLOCK) {
                    block.rows.extend(start as u32..(start + BLOCK).min(rows.end) as u32);
                    self.block(block);
                }
            }
            Chunk::Tail(rows) => {
                for start in rows.clone().step_by(BLOCK) {
                    block.rows.extend((start as u32..(start + BLOCK).min(rows.end) as u32).filter(within));
                    self.block(block);
                }
            }
            Chunk::Hits(rows) => {
                for rows in rows.chunks(BLOCK) {
                    block.rows.extend(rows.iter().copied().filter(within));
                    self.block(block);
                }
            }
        }
        self.check()
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.codes.len() > MOST_GROUPS {
            let reason = format!("the answer has more than {MOST_GROUPS} rows: ask for fewer dimensions or a shorter period");
            return Err(StoreError::refused("by", reason));
        }
        Ok(())
    }

    fn block(&mut self, block: &mut Block) {
        let c = self.columns;
        self.sieve.rows(&mut block.rows);
        if matches!(self.gauge, Gauge::Rating(_)) {
            block.rows.retain(|row| c.ratings[*row as usize].range().any(|place| c.scale[place] == self.scale));
        }
        self.split.rows(&block.rows, &mut block.codes);
        let of_passages = matches!(self.gauge, Gauge::Net { .. } | Gauge::Emotions);
        if !of_passages && !self.by_passage {
            for (row, code) in block.rows.iter().zip(&block.codes) {
                let place = self.place(*code);
                self.feedback(place, *row as usize);
            }
        } else {
            block.passages.clear();
            for (row, code) in block.rows.iter().zip(&block.codes) {
                let passages = c.passages[*row as usize].range();
                block.passages.extend(passages.map(|passage| Place { row: *row, passage: passage as u32, code: *code }));
            }
            if of_passages {
                block.passages.retain(|p| c.polarity[p.passage as usize] != NONE);
            }
            if self.sieve.by_passage() {
                block.passages.retain(|p| self.sieve.passage(p.passage as usize));
            }
            self.split.passages(&mut block.passages, &mut block.spare);
            if of_passages {
                self.passages(&block.passages);
            } else {
                self.feedbacks(&block.passages);
            }
        }
        block.rows.clear();
    }

    /// A feedback or its rating counts once in every group that one of its passages falls in.
    fn feedbacks(&mut self, passages: &[Place]) {
        for passage in passages {
            let place = self.place(passage.code);
            if self.first(place, passage.row) {
                self.feedback(place, passage.row as usize);
            }
        }
    }

    #[inline]
    fn feedback(&mut self, place: usize, row: usize) {
        self.n[place] += 1;
        let Gauge::Rating(scale) = self.gauge else { return };
        let c = self.columns;
        let Some(raw) = c.ratings[row].range().find(|at| c.scale[*at] == self.scale).map(|at| c.raw[at]) else { return };
        let band = scale.formula.band(raw);
        self.up[place] += u64::from(band > 0);
        self.down[place] += u64::from(band < 0);
        let (total, squares) = &mut self.sums[place];
        *total += raw;
        *squares += raw * raw;
    }

    /// Whether this row or passage was not yet added to a group.
    #[inline]
    fn first(&mut self, place: usize, which: u32) -> bool {
        std::mem::replace(&mut self.last[place], which + 1) != which + 1
    }

    /// A passage with a polarity counts once in every group that it falls in.
    fn passages(&mut self, passages: &[Place]) {
        let repeats = self.split.repeats();
        let mut present = u32::MAX;
        for passage in passages {
            let place = self.place(passage.code);
            if repeats && !self.first(place, passage.passage) {
                continue;
            }
            self.n[place] += 1;
            let Gauge::Net { clustered } = self.gauge else {
                if let Some(count) = self.emotions[place].get_mut(self.columns.emotion[passage.passage as usize] as usize) {
                    *count += 1;
                }
                continue;
            };
            let polarity = Polarity::from_index(self.columns.polarity[passage.passage as usize].into());
            let sign = polarity.map_or(0, Polarity::sign);
            self.up[place] += u64::from(sign > 0);
            self.down[place] += u64::from(sign < 0);
            if *clustered {
                if present != passage.row {
                    self.flush();
                    present = passage.row;
                }
                self.cluster(place, passage.row as usize, sign);
            }
        }
        self.flush();
    }

    fn cluster(&mut self, place: usize, row: usize, sign: i32) {
        let person = self.columns.person[row];
        // Who spoke only once shares a cluster with nobody.
        if person != 0 && self.columns.said[person as usize] > 1 {
            self.shares.push((place as u64) << 34 | u64::from(person) << 2 | (sign + 1) as u64);
        } else if let Some(own) = self.own.iter_mut().find(|own| own.0 as usize == place) {
            own.1 += sign;
            own.2 += 1;
        } else {
            self.own.push((place as u32, sign, 1));
        }
    }

    fn flush(&mut self) {
        for (place, difference, n) in self.own.drain(..) {
            self.clusters[place as usize].add(f64::from(difference), f64::from(n));
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), StoreError> {
        let used = |at: &usize| other.n[*at] > 0;
        let mut places = vec![0; other.n.len()];
        for at in (0..other.n.len()).filter(used) {
            let code = if other.places.is_some() { other.codes[at] } else { at as u64 };
            let place = self.place(code);
            places[at] = place as u64;
            self.n[place] += other.n[at];
            let sum = |mine: &mut Vec<u64>, others: &Vec<u64>| {
                if let (Some(mine), Some(others)) = (mine.get_mut(place), others.get(at)) {
                    *mine += others;
                }
            };
            sum(&mut self.up, &other.up);
            sum(&mut self.down, &other.down);
            if let (Some(mine), Some(others)) = (self.sums.get_mut(place), other.sums.get(at)) {
                mine.0 += others.0;
                mine.1 += others.1;
            }
            if let (Some(mine), Some(others)) = (self.emotions.get_mut(place), other.emotions.get(at)) {
                mine.iter_mut().zip(others).for_each(|(mine, others)| *mine += others);
            }
            if let (Some(mine), Some(others)) = (self.clusters.get_mut(place), other.clusters.get(at)) {
                join(mine, others);
            }
        }
        let moved = |share: u64| places[(share >> 34) as usize] << 34 | share & ((1 << 34) - 1);
        self.shares.extend(other.shares.into_iter().map(moved));
        self.check()
    }

    fn grid(mut self) -> Grid {
        self.shares.sort_unstable();
        for of_one in self.shares.chunk_by(|a, b| a >> 2 == b >> 2) {
            let difference: i64 = of_one.iter().map(|share| (share & 3) as i64 - 1).sum();
            if let Some(first) = of_one.first() {
                self.clusters[(first >> 34) as usize].add(difference as f64, of_one.len() as f64);
            }
        }
        let mut grid = Grid::new();
        for at in (0..self.n.len()).filter(|at| self.n[*at] > 0) {
            let code = if self.places.is_some() { self.codes[at] } else { at as u64 };
            let (total, squares) = self.sums.get(at).copied().unwrap_or_default();
            let tally = Tally {
                n: self.n[at],
                up: self.up.get(at).copied().unwrap_or(0),
                down: self.down.get(at).copied().unwrap_or(0),
                total,
                squares,
                emotions: self.emotions.get(at).copied().unwrap_or_default(),
                clusters: self.clusters.get(at).copied().unwrap_or_default(),
            };
            grid.insert(self.split.keys(code), tally);
        }
        grid
    }
}

/// Adds the sums over other clusters; the two share none.
fn join(mine: &mut Clusters, others: &Clusters) {
    mine.count += others.count;
    mine.n += others.n;
    mine.d += others.d;
    mine.dd += others.dd;
    mine.dn += others.dn;
    mine.nn += others.nn;
}
