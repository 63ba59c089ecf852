//! A small company for the tests.

use heard_domain::channel::Channel;
use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, PostId};
use heard_domain::post::Post;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time};
use heard_store::store::Store;
use heard_store::tables::feedback::NewRow;
use heard_store::tables::post;

/// Two posts.
pub fn company(store: &Store) {
    store
        .write_now(&Scope::system(), |tx| {
            for (id, channel) in [(1, Channel::Review), (2, Channel::Survey)] {
                post::save(tx, &Post::new(PostId(id), channel.label(), channel))?;
            }
            Ok(())
        })
        .unwrap();
}

/// A feedback at the first post.
pub fn row(id: i64, text: &str) -> NewRow {
    row_at(id, 1, text)
}

/// A feedback at a post.
pub fn row_at(id: i64, post: i64, text: &str) -> NewRow {
    let feedback = Feedback {
        id: FeedbackId(id),
        revision: 1,
        post: PostId(post),
        key: format!("key {id}"),
        at: Time(1_700_000_000_000 + id * 3_600_000),
        day: Day(19_675 + (id / 24) as i32),
        heard: Time(1_800_000_000_000),
        person: None,
        account: None,
        touchpoint: None,
        text: text.to_owned(),
        link: None,
        import: None,
        ratings: vec![],
        attributes: vec![],
    };
    NewRow { feedback, hash: format!("hash of {text}"), stage: None, reading: None }
}
