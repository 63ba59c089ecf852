//! Scope: who is looking, what they may do, and what they may see. The first argument of every store read.

use std::collections::BTreeSet;

use crate::id::{PostId, TokenId, UserId};
use crate::user::{Grant, User};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Staff.
    User(UserId),
    /// An integrator's token.
    Token(TokenId),
    /// Heard itself: jobs, the command line on the machine.
    System,
}

/// What is in sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everything in the installation.
    Everything,
    /// Only what was heard at these posts.
    Posts(BTreeSet<PostId>),
}

/// Who is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Who acts.
    pub actor: Actor,
    /// What is in sight.
    pub reach: Reach,
    grants: BTreeSet<Grant>,
}

impl Scope {
    /// Heard itself: everything.
    pub fn system() -> Self {
        Self { actor: Actor::System, reach: Reach::Everything, grants: Grant::ALL.iter().copied().collect() }
    }

    /// A signed-in user.
    pub fn of_user(user: &User) -> Self {
        let reach = user.posts.as_ref().map_or(Reach::Everything, |posts| Reach::Posts(posts.iter().copied().collect()));
        Self { actor: Actor::User(user.id), reach, grants: user.role.grants().iter().copied().collect() }
    }

    /// A token with its scopes.
    pub fn of_token(token: TokenId, grants: impl IntoIterator<Item = Grant>) -> Self {
        Self { actor: Actor::Token(token), reach: Reach::Everything, grants: grants.into_iter().collect() }
    }

    /// The same actor, for a write that holds for the whole installation: what it does is not decided by what they see.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { actor: self.actor, ..Self::system() }
    }

    /// Whether this may be done.
    pub fn may(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// Whether what was heard at a post is in sight.
    pub fn sees(&self, post: PostId) -> bool {
        match &self.reach {
            Reach::Everything => true,
            Reach::Posts(posts) => posts.contains(&post),
        }
    }

    /// The one post of a token that belongs to a post: what is sent with it goes there.
    pub fn home(&self) -> Option<PostId> {
        match (&self.actor, &self.reach) {
            (Actor::Token(_), Reach::Posts(posts)) if posts.len() == 1 => posts.first().copied(),
            _ => None,
        }
    }

    /// The user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::Token(_) | Actor::System => None,
        }
    }
}
