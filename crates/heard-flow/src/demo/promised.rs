//! What the invented company Larkfield promises and undertakes, and what its operations count: handed over through the same steps as
//! by anybody else.

use std::sync::Arc;

use heard_domain::commitment::Undertaker;
use heard_domain::feedback::NewAuthor;
use heard_domain::id::{TouchpointId, UserId};
use heard_domain::operation::{Entry, NewEvent, NewExposure};
use heard_domain::scope::Scope;
use heard_domain::time::Day;

use crate::act::commitment::{self, CommitmentDraft};
use crate::arrange::promise::{self, PromiseDraft};
use crate::demo::setting::{StageName, category_id};
use crate::demo::simulate::Company;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::entries;
use crate::hear::take::MOST_AT_ONCE;

/// What operations count in Onboard, and what breaks the promise there.
const SIGN_INS: &str = "first sign-ins";
const NO_CODE: &str = "login code not delivered";

/// How often customers met the company, and what went wrong for them.
pub(crate) async fn operations(flow: &Arc<Flow>, founded: &Company) -> Result<(), FlowError> {
    let name = |stage| founded.journey.stage(stage).map(|stage| stage.name.clone()).unwrap_or_default();
    let cell = |exposure: &crate::demo::truth::Exposure| NewExposure {
        day: exposure.day,
        stage: name(exposure.stage),
        measure: exposure.what.to_owned(),
        place: None,
        count: exposure.count.into(),
    };
    let mut entries: Vec<Entry> =
        founded.exposures.iter().map(|exposure| Entry::Exposures { cells: vec![cell(exposure)] }).collect();
    let onboard = name(StageName::Onboard.id());
    for ago in 0..90 {
        let day = founded.period.last + -ago;
        // One carrier drops one code in six since release 8.2.
        let failed = if ago <= 36 { 9 + ago % 5 } else { i32::from(ago % 3 == 0) };
        for n in 0..failed {
            let Some(at) = founded.zone.moment(day, 9, 5 * (n % 12) as i8, 0) else { continue };
            entries.push(Entry::Event(NewEvent {
                key: format!("code-{}-{n}", day.0),
                kind: NO_CODE.to_owned(),
                at,
                author: NewAuthor::default(),
                stage: Some(onboard.clone()),
                touchpoint: None,
                details: vec![],
            }));
        }
    }
    while !entries.is_empty() {
        let rest = entries.split_off(entries.len().min(MOST_AT_ONCE));
        entries::take(flow, &Scope::system(), entries).await?;
        entries = rest;
    }
    Ok(())
}

/// The promises of the brand, and what leaders and departments undertook. `leader`: who leads.
pub(crate) async fn promises(flow: &Arc<Flow>, founded: &Company, leader: Option<UserId>) -> Result<(), FlowError> {
    let scope = Scope::system();
    let touchpoint = |name: &str| -> Option<TouchpointId> {
        founded.journey.touchpoints.iter().find(|touchpoint| touchpoint.name == name).map(|touchpoint| touchpoint.id)
    };
    let rows: [(&str, &str, &str, Option<u8>); 4] = [
        ("Your login code is there within a minute", "First sign-in", "Login code", Some(98)),
        ("A person picks up within two minutes", "Help line", "Waiting time on the phone", None),
        ("An invoice that fits on one page", "First invoice", "Invoice layout", None),
        ("Your card works wherever you travel", "Cards", "Card payments", None),
    ];
    for (words, at, category, target) in rows {
        let Some(touchpoint) = touchpoint(at) else { continue };
        let counted = target.is_some();
        let draft = PromiseDraft {
            words: words.to_owned(),
            touchpoint,
            categories: category_id(category).into_iter().collect(),
            measure: counted.then(|| SIGN_INS.to_owned()),
            breaks: counted.then(|| NO_CODE.to_owned()),
            target,
            attribute: None,
        };
        promise::add(flow, &scope, draft).await?;
    }
    let department = |name: &str| founded.departments.iter().find(|department| department.name == name).map(|d| d.id);
    let today = flow.directory().company.zone.day(flow.now());
    let ago = |days: i32| -> Day { founded.period.last + -days };
    let all = [
        (
            department("Platform").map(Undertaker::Department),
            "Codes arrive within a minute on every carrier",
            -14,
            None,
            "Nobody new is signed up by text until it is so",
        ),
        (
            department("Finance").map(Undertaker::Department),
            "One line per plan, VAT and total on the first page",
            168,
            Some(170),
            "",
        ),
        (
            department("Support").map(Undertaker::Department),
            "Year-end certificates are sent before anybody has to call",
            75,
            None,
            "The head of Support answers calls for a day",
        ),
        (leader.map(Undertaker::User), "Ten comments are read aloud at every board meeting", 30, Some(24), ""),
    ];
    for (who, words, due, done, consequence) in all {
        let Some(who) = who else { continue };
        let draft = CommitmentDraft {
            who,
            words: words.to_owned(),
            due: ago(due),
            consequence: consequence.to_owned(),
            done: done.map(ago).filter(|day| *day <= today),
        };
        commitment::add(flow, &scope, draft).await?;
    }
    Ok(())
}
