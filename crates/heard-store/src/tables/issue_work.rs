//! What is worked out about an issue: its causes and what they lead to, the action plan, the fixes that staff propose and back, and the
//! links by which partners outside take part.

use std::collections::HashMap;

use heard_domain::id::{ActionId, CauseId, DepartmentId, IssueId, PartnerLinkId, ProposedFixId, UserId};
use heard_domain::kept_issue::{Effect, KeptCause, Knot, PartnerLink, ProposedFix};
use heard_domain::plan::Action;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// The causes of these issues, each in the order of its outline.
pub fn causes(view: &View, issues: &[IssueId]) -> Result<Vec<(IssueId, KeptCause)>, StoreError> {
    let mut found = Vec::new();
    for ids in issues.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!("SELECT issue, id, bone, parent, name, words FROM cause WHERE issue IN ({list}) ORDER BY issue, place");
        view.each(&sql, &values, |row| {
            let cause = KeptCause {
                id: CauseId(row.int(1)?),
                bone: row.text(2)?.to_owned(),
                parent: row.int_or_none(3)?.map(CauseId),
                name: row.text(4)?.to_owned(),
                words: row.text(5)?.to_owned(),
            };
            found.push((IssueId(row.int(0)?), cause));
            Ok(())
        })?;
    }
    Ok(found)
}

/// The causes of an issue are these from now on, in this order; arrows from and to those that are gone are gone.
pub fn set_causes(tx: &mut Tx, issue: IssueId, causes: &[KeptCause]) -> Result<(), StoreError> {
    let before: Vec<CauseId> = self::causes(tx, &[issue])?.into_iter().map(|(_, cause)| cause.id).collect();
    for gone in before.iter().filter(|id| !causes.iter().any(|cause| cause.id == **id)) {
        tx.execute("DELETE FROM effect WHERE from_cause = $1 OR to_cause = $1", &[(*gone).into()])?;
    }
    tx.execute("DELETE FROM cause WHERE issue = $1", &[issue.into()])?;
    for (place, cause) in causes.iter().enumerate() {
        let values: [Value<'_>; 7] = [
            cause.id.into(),
            issue.into(),
            place.into(),
            (&cause.bone).into(),
            cause.parent.into(),
            (&cause.name).into(),
            (&cause.words).into(),
        ];
        tx.execute(
            "INSERT INTO cause (id, issue, place, bone, parent, name, words) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &values,
        )?;
    }
    Ok(())
}

/// The issue of a cause.
pub fn issue_of_cause(view: &View, cause: CauseId) -> Result<Option<IssueId>, StoreError> {
    view.one("SELECT issue FROM cause WHERE id = $1", &[cause.into()], |row| Ok(IssueId(row.int(0)?)))
}

fn knot(row: &dyn Row, column: usize) -> Result<Knot, StoreError> {
    let issue = row.int(column)?;
    Ok(if issue == 0 { Knot::Cause(CauseId(row.int(column + 1)?)) } else { Knot::Issue(IssueId(issue)) })
}

fn ends(effect: &Effect) -> [Value<'static>; 4] {
    let pair = |knot: Knot| match knot {
        Knot::Issue(id) => (id.0, 0),
        Knot::Cause(id) => (0, id.0),
    };
    let ((from_issue, from_cause), (to_issue, to_cause)) = (pair(effect.from), pair(effect.to));
    [from_issue.into(), from_cause.into(), to_issue.into(), to_cause.into()]
}

/// All arrows.
pub fn effects(view: &View) -> Result<Vec<Effect>, StoreError> {
    let sql = "SELECT from_issue, from_cause, to_issue, to_cause, strength FROM effect ORDER BY from_issue, from_cause, to_issue, to_cause";
    view.list(sql, &[], |row| {
        let strength = u8::try_from(row.int(4)?).map_err(StoreError::odd)?;
        Ok(Effect { from: knot(row, 0)?, to: knot(row, 2)?, strength })
    })
}

/// Draws an arrow, or makes it stronger or weaker.
pub fn draw(tx: &mut Tx, effect: &Effect) -> Result<(), StoreError> {
    let mut values = ends(effect).to_vec();
    values.push(i64::from(effect.strength).into());
    tx.execute(
        "INSERT INTO effect (from_issue, from_cause, to_issue, to_cause, strength) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (from_issue, from_cause, to_issue, to_cause) DO UPDATE SET strength = excluded.strength",
        &values,
    )?;
    Ok(())
}

/// Takes an arrow away. Whether it was there.
pub fn undraw(tx: &mut Tx, effect: &Effect) -> Result<bool, StoreError> {
    let sql = "DELETE FROM effect WHERE from_issue = $1 AND from_cause = $2 AND to_issue = $3 AND to_cause = $4";
    Ok(tx.execute(sql, &ends(effect))? > 0)
}

/// The actions of an issue in their order.
pub fn actions(view: &View, issue: IssueId) -> Result<Vec<Action>, StoreError> {
    let mut after = HashMap::<ActionId, Vec<ActionId>>::new();
    let sql =
        "SELECT action, after FROM action_after WHERE action IN (SELECT id FROM action WHERE issue = $1) ORDER BY action, after";
    view.each(sql, &[issue.into()], |row| {
        after.entry(ActionId(row.int(0)?)).or_default().push(ActionId(row.int(1)?));
        Ok(())
    })?;
    let sql = "SELECT id, name, department, owner, days, done FROM action WHERE issue = $1 ORDER BY place, id";
    let mut found = view.list(sql, &[issue.into()], |row| {
        Ok(Action {
            id: ActionId(row.int(0)?),
            name: row.text(1)?.to_owned(),
            department: row.int_or_none(2)?.map(DepartmentId),
            owner: row.int_or_none(3)?.map(UserId),
            days: u32::try_from(row.int(4)?).map_err(StoreError::odd)?,
            after: Vec::new(),
            done: row.yes(5)?,
        })
    })?;
    for action in &mut found {
        action.after = after.remove(&action.id).unwrap_or_default();
    }
    Ok(found)
}

/// The issue of an action.
pub fn issue_of_action(view: &View, action: ActionId) -> Result<Option<IssueId>, StoreError> {
    view.one("SELECT issue FROM action WHERE id = $1", &[action.into()], |row| Ok(IssueId(row.int(0)?)))
}

/// The plan of an issue is this from now on, in this order.
pub fn set_actions(tx: &mut Tx, issue: IssueId, actions: &[Action]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM action_after WHERE action IN (SELECT id FROM action WHERE issue = $1)", &[issue.into()])?;
    tx.execute("DELETE FROM action WHERE issue = $1", &[issue.into()])?;
    for (place, action) in actions.iter().enumerate() {
        let values: [Value<'_>; 8] = [
            action.id.into(),
            issue.into(),
            place.into(),
            (&action.name).into(),
            action.department.into(),
            action.owner.into(),
            i64::from(action.days).into(),
            action.done.into(),
        ];
        tx.execute(
            "INSERT INTO action (id, issue, place, name, department, owner, days, done) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &values,
        )?;
    }
    for action in actions {
        for after in &action.after {
            let sql = "INSERT INTO action_after (action, after) VALUES ($1, $2) ON CONFLICT (action, after) DO NOTHING";
            tx.execute(sql, &[action.id.into(), (*after).into()])?;
        }
    }
    Ok(())
}

/// The fixes that staff propose for an issue, oldest first, with who backs them.
pub fn proposed_fixes(view: &View, issue: IssueId) -> Result<Vec<ProposedFix>, StoreError> {
    let mut backed = HashMap::<ProposedFixId, Vec<UserId>>::new();
    let sql = "SELECT proposed_fix, user_id FROM backing WHERE proposed_fix IN (SELECT id FROM proposed_fix WHERE issue = $1)
         ORDER BY proposed_fix, user_id";
    view.each(sql, &[issue.into()], |row| {
        backed.entry(ProposedFixId(row.int(0)?)).or_default().push(UserId(row.int(1)?));
        Ok(())
    })?;
    let sql = "SELECT id, words, user_id, at FROM proposed_fix WHERE issue = $1 ORDER BY id";
    view.list(sql, &[issue.into()], |row| {
        let id = ProposedFixId(row.int(0)?);
        let backed_by = backed.remove(&id).unwrap_or_default();
        Ok(ProposedFix { id, issue, words: row.text(1)?.to_owned(), by: UserId(row.int(2)?), at: Time(row.int(3)?), backed_by })
    })
}

/// The issue of a proposed fix.
pub fn issue_of_proposed_fix(view: &View, fix: ProposedFixId) -> Result<Option<IssueId>, StoreError> {
    view.one("SELECT issue FROM proposed_fix WHERE id = $1", &[fix.into()], |row| Ok(IssueId(row.int(0)?)))
}

/// Somebody proposes a fix.
pub fn propose(tx: &mut Tx, fix: &ProposedFix) -> Result<(), StoreError> {
    let values: [Value<'_>; 5] = [fix.id.into(), fix.issue.into(), (&fix.words).into(), fix.by.into(), fix.at.into()];
    tx.execute("INSERT INTO proposed_fix (id, issue, words, user_id, at) VALUES ($1, $2, $3, $4, $5)", &values)?;
    fix.backed_by.iter().try_for_each(|user| back(tx, fix.id, *user, true, fix.at))
}

/// Somebody backs a proposed fix, or does so no more.
pub fn back(tx: &mut Tx, fix: ProposedFixId, user: UserId, yes: bool, at: Time) -> Result<(), StoreError> {
    if yes {
        let sql =
            "INSERT INTO backing (proposed_fix, user_id, at) VALUES ($1, $2, $3) ON CONFLICT (proposed_fix, user_id) DO NOTHING";
        tx.execute(sql, &[fix.into(), user.into(), at.into()])?;
    } else {
        tx.execute("DELETE FROM backing WHERE proposed_fix = $1 AND user_id = $2", &[fix.into(), user.into()])?;
    }
    Ok(())
}

const LINK: &str = "id, issue, department, name, made_by, made, expires, revoked";

fn link(row: &dyn Row) -> Result<PartnerLink, StoreError> {
    Ok(PartnerLink {
        id: PartnerLinkId(row.int(0)?),
        issue: IssueId(row.int(1)?),
        department: DepartmentId(row.int(2)?),
        name: row.text(3)?.to_owned(),
        made_by: UserId(row.int(4)?),
        made: Time(row.int(5)?),
        expires: Time(row.int(6)?),
        revoked: row.int_or_none(7)?.map(Time),
    })
}

/// The links of partners to an issue, oldest first.
pub fn links(view: &View, issue: IssueId) -> Result<Vec<PartnerLink>, StoreError> {
    view.list(&format!("SELECT {LINK} FROM partner_link WHERE issue = $1 ORDER BY id"), &[issue.into()], link)
}

/// One.
pub fn link_of(view: &View, id: PartnerLinkId) -> Result<Option<PartnerLink>, StoreError> {
    view.one(&format!("SELECT {LINK} FROM partner_link WHERE id = $1"), &[id.into()], link)
}

/// The link whose secret has this digest.
pub fn link_by_hash(view: &View, hash: &str) -> Result<Option<PartnerLink>, StoreError> {
    view.one(&format!("SELECT {LINK} FROM partner_link WHERE hash = $1"), &[hash.into()], link)
}

/// Lets a partner in.
pub fn invite(tx: &mut Tx, given: &PartnerLink, hash: &str) -> Result<(), StoreError> {
    let values: [Value<'_>; 9] = [
        given.id.into(),
        given.issue.into(),
        given.department.into(),
        (&given.name).into(),
        given.made_by.into(),
        given.made.into(),
        given.expires.into(),
        given.revoked.into(),
        hash.into(),
    ];
    let sql = format!("INSERT INTO partner_link ({LINK}, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    tx.execute(&sql, &values)?;
    Ok(())
}

/// Takes a link back. Whether it was open.
pub fn revoke(tx: &mut Tx, id: PartnerLinkId, at: Time) -> Result<bool, StoreError> {
    Ok(tx.execute("UPDATE partner_link SET revoked = $2 WHERE id = $1 AND revoked IS NULL", &[id.into(), at.into()])? > 0)
}
