//! What was asked of a server and is not answered yet: statements on their way side by side, answered in their order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Error, Statement};

use crate::sql::driver::Value;
use crate::sql::wire::Kept;

/// A statement that nobody waits for yet.
pub(crate) type Sent = Under<Pin<Box<dyn Future<Output = Result<u64, Error>> + Send>>>;

/// Statements that belong to no answer of their own, to be sent before what comes next.
pub(crate) fn script(client: &Arc<Client>, sql: String) -> Sent {
    let client = Arc::clone(client);
    Under::Way(Box::pin(Box::pin(async move { client.batch_execute(&sql).await.map(|()| 0) })))
}

/// A statement with a value for each of its parameters.
pub(crate) fn statement(client: &Arc<Client>, statement: Statement, values: Vec<Encoded>) -> Sent {
    let client = Arc::clone(client);
    Under::Way(Box::pin(Box::pin(async move { client.execute_raw(&statement, values).await })))
}

/// Awaits statements that were sent: the first error is what went wrong, those after it follow from it.
pub(crate) async fn ended(sent: Vec<Sent>) -> Result<(), Error> {
    let mut first = Ok(());
    for one in sent {
        let end = one.end().await;
        first = first.and(end.map(drop));
    }
    first
}

/// A column of values as it goes to the server.
#[derive(Debug)]
pub(crate) struct Encoded(BytesMut);

impl Encoded {
    /// The values of every `width`-th place from `column` on; `kind` is that of a list of them.
    pub(crate) fn column(
        kind: &Type,
        column: usize,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let column: Vec<Kept<'_>> = values.iter().skip(column).step_by(width).map(|value| Kept(*value)).collect();
        let mut bytes = BytesMut::new();
        column.to_sql(kind, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl ToSql for Encoded {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Awaits both: the first is sent before the second, and nobody waits in between.
pub(crate) async fn both<A, B>(first: impl Future<Output = A>, then: impl Future<Output = B>) -> (A, B) {
    let mut first = Under::Way(Box::pin(first));
    std::future::poll_fn(|context| {
        first.look(context);
        Poll::Ready(())
    })
    .await;
    let then = then.await;
    (first.end().await, then)
}

/// Awaits all, so that they are under way at once, in their order.
pub(crate) async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut under_way: Vec<_> = futures.into_iter().map(|future| Under::Way(Box::pin(future))).collect();
    // The first look sends every statement; the answers come in the same order.
    std::future::poll_fn(|context| {
        for future in &mut under_way {
            future.look(context);
        }
        Poll::Ready(())
    })
    .await;
    let mut ended = Vec::with_capacity(under_way.len());
    for future in under_way {
        ended.push(future.end().await);
    }
    ended
}

/// A future that may have ended when it was looked at.
pub(crate) enum Under<F: Future> {
    /// It has not.
    Way(Pin<Box<F>>),
    /// It has.
    Done(F::Output),
}

impl<F: Future> Under<F> {
    /// What it ends with.
    pub(crate) async fn end(self) -> F::Output {
        match self {
            Self::Way(future) => future.await,
            Self::Done(output) => output,
        }
    }

    /// Lets it go on as far as it can now; the first look sends what is asked.
    pub(crate) fn look(&mut self, context: &mut std::task::Context<'_>) {
        if let Self::Way(future) = self
            && let Poll::Ready(output) = future.as_mut().poll(context)
        {
            *self = Self::Done(output);
        }
    }
}
