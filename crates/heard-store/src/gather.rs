//! Gathered writes: many of one kind that wait are done as one, so that a database beside the program is asked once for all
//! of them and not once for each.

use std::any::Any;

use heard_domain::scope::Scope;
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::view::Tx;
use crate::writer::Work;

/// What is written together with others of its kind.
///
/// It must leave alone what [`Store::changes`](crate::store::Store::changes) speaks of: who may do what, and all from which answers are
/// made but comments, whose changes the bell counts.
pub trait Gather: Send + Sized + 'static {
    /// What whoever asked is told.
    type Answer: Send + 'static;

    /// How much of a group of writes it takes up: rows, mostly.
    fn weight(&self) -> usize {
        1
    }

    /// Writes all of these, as if one came after the other, and answers each. An error undoes all of them; they are then
    /// written one by one.
    fn write(tx: &mut Tx, all: &[Self]) -> Result<Vec<Self::Answer>, StoreError>;
}

type Asked<T> = oneshot::Sender<Result<T, StoreError>>;

/// Writes that were gathered, with the ways back to whoever asked for them.
pub(crate) struct Gathered<I: Gather> {
    items: Vec<I>,
    asked: Vec<Asked<I::Answer>>,
    answers: Vec<I::Answer>,
}

impl<I: Gather> Gathered<I> {
    pub(crate) fn new(item: I, asked: Asked<I::Answer>) -> Self {
        Self { items: vec![item], asked: vec![asked], answers: Vec::new() }
    }
}

fn unanswered() -> StoreError {
    StoreError::Broken("not everybody who wrote was answered".to_owned())
}

impl<I: Gather> Work for Gathered<I> {
    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.write_as(Scope::system());
        self.answers = I::write(tx, &self.items)?;
        if self.answers.len() == self.items.len() { Ok(()) } else { Err(unanswered()) }
    }

    fn answer(self: Box<Self>, end: Result<(), StoreError>) {
        let mut answers = self.answers.into_iter();
        for asked in self.asked {
            let answer = end.clone().and_then(|()| answers.next().ok_or_else(unanswered));
            // Whoever does not wait any more need not be told.
            let _ = asked.send(answer);
        }
    }

    fn count(&self) -> usize {
        self.items.len()
    }

    fn take_in(&mut self, other: Box<dyn Work>) -> Result<(), Box<dyn Work>> {
        if !(&*other as &dyn Any).is::<Self>() {
            return Err(other);
        }
        if let Ok(other) = (other as Box<dyn Any>).downcast::<Self>() {
            self.items.extend(other.items);
            self.asked.extend(other.asked);
        }
        Ok(())
    }

    fn apart(self: Box<Self>) -> Vec<Box<dyn Work>> {
        let each = self.items.into_iter().zip(self.asked);
        each.map(|(item, asked)| Box::new(Self::new(item, asked)) as Box<dyn Work>).collect()
    }

    fn gathers(&self) -> bool {
        true
    }

    fn weight(&self) -> usize {
        self.items.iter().map(Gather::weight).sum()
    }
}
