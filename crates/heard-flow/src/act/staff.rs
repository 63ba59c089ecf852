//! Staff: who is on duty where, and may be told.

use heard_domain::directory::Directory;
use heard_domain::id::{DepartmentId, PlaceId, PostId, UserId};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::{Grant, Role, User};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;

use crate::due::Hours;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Users and where they belong.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    users: Vec<User>,
    members: Vec<(DepartmentId, UserId)>,
}

/// Where something was said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    /// At which post.
    pub(crate) post: PostId,
    /// At which place.
    pub(crate) place: Option<PlaceId>,
    /// Whether the customer is still there: then the place's own staff are told as well.
    pub(crate) here: bool,
}

impl Staff {
    pub(crate) fn load(view: &View) -> Result<Self, StoreError> {
        Ok(Self { users: tables::user::list(view)?, members: tables::department::members(view)? })
    }

    /// Whether a user may be told of what was heard at a post.
    pub(crate) fn may(&self, id: UserId, post: PostId) -> bool {
        self.users.iter().any(|user| {
            let scope = Scope::of_user(user);
            user.id == id && user.active && scope.may(Grant::ReadCases) && scope.sees(post)
        })
    }

    /// Who leads listening: told when a promise is broken.
    pub(crate) fn leads(&self, post: PostId) -> Vec<UserId> {
        let leads = self.users.iter().filter(|user| user.role == Role::Analyst).map(|user| user.id);
        leads.filter(|user| self.may(*user, post)).collect()
    }

    /// Who is told: the members of these departments that are on duty, all members where nobody is; and where the customer is
    /// still there, those who work at the place.
    pub(crate) fn told(
        &self,
        directory: &Directory,
        hours: &Hours,
        departments: &[DepartmentId],
        spot: Spot,
        now: Time,
    ) -> Vec<UserId> {
        let members = |on_duty: bool| -> Vec<UserId> {
            let of = |(department, _): &&(DepartmentId, UserId)| {
                departments.contains(department) && (!on_duty || hours.on_duty(*department, now))
            };
            let users = self.members.iter().filter(of).map(|(_, user)| *user);
            users.filter(|user| self.may(*user, spot.post)).collect()
        };
        let mut told = members(true);
        if told.is_empty() {
            told = members(false);
        }
        if spot.here {
            // Whoever sees only posts that stand at a place works there.
            let stands = |id: &PostId| {
                *id == spot.post
                    || directory.posts.iter().any(|post| post.id == *id && post.place.is_some() && post.place == spot.place)
            };
            let there = self.users.iter().filter(|user| user.posts.as_ref().is_some_and(|posts| posts.iter().any(stands)));
            told.extend(there.map(|user| user.id).filter(|user| self.may(*user, spot.post)));
        }
        told.sort_unstable();
        told.dedup();
        told
    }
}

/// A colleague: somebody who works on cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: UserId,
    /// As they are called.
    pub name: String,
    /// Whether they still sign in.
    pub active: bool,
    /// Whether they see what was heard at every post.
    pub posts: Option<Vec<PostId>>,
}

impl Colleague {
    /// Whether they can answer for what was heard at a post.
    pub fn sees(&self, post: PostId) -> bool {
        self.active && self.posts.as_ref().is_none_or(|posts| posts.contains(&post))
    }
}

/// Everybody who works or worked on cases, by name: whom one works with is no secret.
pub async fn colleagues(flow: &Flow, scope: &Scope) -> Result<Vec<Colleague>, FlowError> {
    need(scope, Grant::ReadCases)?;
    everybody(flow).await
}

/// The same for a step that has settled what may be done.
pub(crate) async fn everybody(flow: &Flow) -> Result<Vec<Colleague>, FlowError> {
    let users = flow.store.read(&Scope::system(), tables::user::list).await?;
    let works = |user: &User| user.role.grants().contains(&Grant::WriteCases);
    let of = |user: User| Colleague { id: user.id, name: user.name, active: user.active, posts: user.posts };
    Ok(users.into_iter().filter(works).map(of).collect())
}
