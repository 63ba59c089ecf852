//! Issues with what belongs to them: kept, found, changed once; causes, arrows, plans, proposed fixes, links.

use std::path::Path;

use heard_domain::id::{
    ActionId, CaseId, CategoryId, CauseId, DepartmentId, FeedbackId, IssueId, LetterId, MessageId, PartnerLinkId, PromiseId,
    ProposedFixId, RuleId, StageId, TouchpointId, UserId,
};
use heard_domain::issue::{Contribution, IssueState, SignOff, Work};
use heard_domain::kept_issue::{
    Effect, FixedOn, IssueOrigin, IssueStanding, KeptCause, KeptIssue, Knot, PartnerLink, ProposedFix,
};
use heard_domain::letter::{Audience, Letter, LetterState, ToldStage};
use heard_domain::message::{Message, MessageKind, MessageState};
use heard_domain::plan::Action;
use heard_domain::promise::Promise;
use heard_domain::rule::{Conditions, Rule, Way};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time};
use heard_domain::verification::{Basis, Fix, Rules, Verdict, Verification, verify};
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::issue::Sought;
use heard_store::tables::rule::RuleState;
use heard_store::tables::verdict::Found;
use heard_store::tables::{case, issue, issue_work, letter, message, promise, renamed, rule, verdict};
use heard_store::view::{Tx, View};

use crate::conformance::cases::{filled, kept as kept_case, narrow};

fn contribution(department: i64) -> Contribution {
    Contribution { department: DepartmentId(department), cause: None, fix: None, signed: None }
}

fn kept(id: i64, departments: &[i64]) -> KeptIssue {
    KeptIssue {
        id: IssueId(id),
        number: id,
        version: 1,
        title: format!("Issue {id}"),
        stage: (id == 1).then_some(StageId(4)),
        categories: vec![CategoryId(6), CategoryId(7)],
        origin: IssueOrigin::Hand,
        standing: IssueStanding::Accepted,
        merged: None,
        opened: Time(10),
        opened_by: Some(UserId(1)),
        changed: Time(10),
        begins: Some(Day(20_000)),
        since: (id == 1).then_some(Day(19_950)),
        work: Work { contributions: departments.iter().map(|id| contribution(*id)).collect(), ..Work::default() },
        fixed_on: vec![],
    }
}

pub fn an_issue_is_kept_found_and_changed_once(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    assert_eq!(store.read_now(&scope, issue::next_number), Ok(1));
    // Departments stay in the order in which they were involved.
    let all = [kept(1, &[3, 1]), kept(2, &[2])];
    let given = all.clone();
    store.write_now(&scope, move |tx| given.iter().try_for_each(|kept| issue::insert(tx, kept))).unwrap();
    assert_eq!(store.read_now(&scope, |view| issue::get(view, IssueId(1))), Ok(Some(all[0].clone())));
    assert_eq!(
        store.read_now(&scope, |view| Ok((issue::next_number(view)?, issue::numbered(view, 2)?))),
        Ok((3, Some(IssueId(2))))
    );
    let ids = |sought: Sought| -> Vec<i64> {
        store.read_now(&scope, move |view| issue::list(view, &sought)).unwrap().iter().map(|kept| kept.id.0).collect()
    };
    assert_eq!(ids(Sought::default()), [2, 1]);
    assert_eq!(ids(Sought { department: vec![DepartmentId(1)], ..Sought::default() }), [1]);
    assert_eq!(ids(Sought { category: vec![CategoryId(7)], stage: vec![StageId(4)], ..Sought::default() }), [1]);
    assert_eq!(ids(Sought { standing: vec![IssueStanding::Proposed], ..Sought::default() }), [0_i64; 0]);

    let mut changed = all[0].clone();
    changed.version = 2;
    changed.title = "Another title".into();
    changed.categories = vec![CategoryId(6)];
    for one in &mut changed.work.contributions {
        one.cause = Some("cause".into());
        one.fix = Some("fix".into());
        one.signed = Some(SignOff { user: UserId(one.department.0), at: Time(30) });
    }
    changed.work.reopened = 2;
    changed.since = Some(Day(19_990));
    changed.fixed_on = vec![FixedOn { department: DepartmentId(1), day: Day(20_001) }];
    let twice = changed.clone();
    assert_eq!(
        store.write_now(&scope, move |tx| Ok((issue::update(tx, &twice)?, issue::update(tx, &twice)?))),
        Ok((true, false))
    );
    assert_eq!(store.read_now(&scope, |view| issue::get(view, IssueId(1))), Ok(Some(changed)));
    assert_eq!(ids(Sought { state: vec![IssueState::ReportedFixed], ..Sought::default() }), [1]);

    // Comments and cases are seen by whoever sees where they were heard.
    let write = |tx: &mut _| {
        case::insert(tx, &kept_case(1, 1, 1, None))?;
        case::insert(tx, &kept_case(3, 2, 1, None))?;
        for case in [1, 3, 3] {
            issue::join_case(tx, IssueId(1), CaseId(case))?;
        }
        for feedback in [11, 13, 13] {
            issue::join(tx, IssueId(1), FeedbackId(feedback))?;
        }
        Ok(())
    };
    store.write_now(&scope, write).unwrap();
    let joined = |scope: &Scope| {
        store.read_now(scope, |view| Ok((issue::feedback(view, IssueId(1))?, issue::cases(view, IssueId(1))?))).unwrap()
    };
    assert_eq!(joined(&scope), (vec![FeedbackId(13), FeedbackId(11)], vec![CaseId(3), CaseId(1)]));
    assert_eq!(joined(&narrow(1)), (vec![FeedbackId(11)], vec![CaseId(1)]));
    let by_hand = |scope: &Scope| -> Vec<(i64, i64, Day)> {
        let found = store.read_now(scope, |view| issue::joined(view, &[IssueId(2), IssueId(1)])).unwrap();
        found.iter().map(|one| (one.issue.0, one.feedback.0, one.day)).collect()
    };
    assert_eq!(by_hand(&scope), [(1, 13, Day(19_675)), (1, 11, Day(19_675))]);
    assert_eq!(by_hand(&narrow(1)), [(1, 11, Day(19_675))]);
    let of = store.read_now(&scope, |view| issue::of_case(view, CaseId(3))).unwrap();
    assert_eq!(of.iter().map(|kept| kept.id.0).collect::<Vec<_>>(), [1]);
    let part = |tx: &mut _| Ok((issue::part(tx, IssueId(1), FeedbackId(13))?, issue::part_case(tx, IssueId(1), CaseId(9))?));
    assert_eq!(store.write_now(&scope, part), Ok((true, false)));

    // Two departments become one: it has to sign anew, for it signed for a half.
    assert_eq!(store.read_now(&scope, |view| issue::count_of(view, DepartmentId(3))), Ok(1));
    store.write_now(&scope, |tx| issue::hand_over(tx, DepartmentId(3), DepartmentId(1))).unwrap();
    let one = store.read_now(&scope, |view| issue::get(view, IssueId(1))).unwrap().unwrap();
    assert_eq!((one.first_fix(), one.last_fix()), (None, None), "nor is a fix in effect for which nobody has signed");
    assert_eq!((one.work.contributions.len(), one.state(), one.version), (1, IssueState::Planned, 3));
    assert_eq!(ids(Sought { state: vec![IssueState::Planned], ..Sought::default() }), [1]);
    store.write_now(&scope, |tx| issue::hand_over(tx, DepartmentId(1), DepartmentId(2))).unwrap();
    assert_eq!(ids(Sought { department: vec![DepartmentId(2)], ..Sought::default() }), [2, 1]);

    let mut part = kept(2, &[2]);
    (part.merged, part.version) = (Some(IssueId(1)), 2);
    assert_eq!(store.write_now(&scope, move |tx| issue::update(tx, &part)), Ok(true));
    let parts = store.read_now(&scope, |view| Ok((issue::parts(view, IssueId(1))?, issue::parts(view, IssueId(2))?)));
    assert_eq!(parts, Ok((vec![(IssueId(2), "Issue 2".to_owned())], vec![])));
}

fn cause(id: i64, parent: Option<i64>, name: &str) -> KeptCause {
    KeptCause { id: CauseId(id), bone: "Platform".into(), parent: parent.map(CauseId), name: name.into(), words: String::new() }
}

pub fn causes_plans_and_links_of_an_issue_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    store.write_now(&scope, |tx| issue::insert(tx, &kept(1, &[1])).and_then(|()| issue::insert(tx, &kept(2, &[2])))).unwrap();

    let causes = [cause(21, None, "One route"), cause(22, Some(21), "It was cheaper"), cause(23, None, "Short life")];
    let given = causes.clone();
    store.write_now(&scope, move |tx| issue_work::set_causes(tx, IssueId(1), &given)).unwrap();
    let arrow = |from, to| Effect { from, to, strength: 2 };
    let (a, b) =
        (arrow(Knot::Cause(CauseId(21)), Knot::Issue(IssueId(2))), arrow(Knot::Issue(IssueId(1)), Knot::Issue(IssueId(2))));
    let draw = move |tx: &mut _| {
        issue_work::draw(tx, &a)?;
        issue_work::draw(tx, &b)?;
        issue_work::draw(tx, &Effect { strength: 3, ..b })
    };
    store.write_now(&scope, draw).unwrap();
    let strong = Effect { strength: 3, ..b };
    assert_eq!(store.read_now(&scope, issue_work::effects), Ok(vec![a, strong]));
    assert_eq!(store.read_now(&scope, |view| issue_work::issue_of_cause(view, CauseId(23))), Ok(Some(IssueId(1))));
    // What is gone from the outline is gone from the arrows.
    let kept_ones = [causes[2].clone()];
    store.write_now(&scope, move |tx| issue_work::set_causes(tx, IssueId(1), &kept_ones)).unwrap();
    let now = store.read_now(&scope, |view| Ok((issue_work::causes(view, &[IssueId(1)])?, issue_work::effects(view)?))).unwrap();
    assert_eq!(now, (vec![(IssueId(1), causes[2].clone())], vec![strong]));
    assert_eq!(
        store.write_now(&scope, move |tx| Ok((issue_work::undraw(tx, &b)?, issue_work::undraw(tx, &b)?))),
        Ok((true, false))
    );

    let action = |id: i64, after: &[i64]| Action {
        id: ActionId(id),
        name: format!("Action {id}"),
        department: Some(DepartmentId(1)),
        owner: None,
        days: 3,
        after: after.iter().map(|id| ActionId(*id)).collect(),
        done: id == 31,
    };
    let plan = [action(32, &[31]), action(31, &[])];
    let given = plan.clone();
    store
        .write_now(&scope, move |tx| {
            issue_work::set_actions(tx, IssueId(1), &given)?;
            issue_work::set_actions(tx, IssueId(1), &given)
        })
        .unwrap();
    assert_eq!(store.read_now(&scope, |view| issue_work::actions(view, IssueId(1))), Ok(plan.to_vec()));
    assert_eq!(store.read_now(&scope, |view| issue_work::issue_of_action(view, ActionId(32))), Ok(Some(IssueId(1))));

    let fix = ProposedFix {
        id: ProposedFixId(41),
        issue: IssueId(1),
        words: "A second route".into(),
        by: UserId(5),
        at: Time(9),
        backed_by: vec![UserId(5)],
    };
    let given = fix.clone();
    let write = move |tx: &mut _| {
        issue_work::propose(tx, &given)?;
        issue_work::back(tx, ProposedFixId(41), UserId(6), true, Time(10))?;
        issue_work::back(tx, ProposedFixId(41), UserId(6), true, Time(11))?;
        issue_work::back(tx, ProposedFixId(41), UserId(5), false, Time(12))
    };
    store.write_now(&scope, write).unwrap();
    let fixes = store.read_now(&scope, |view| issue_work::proposed_fixes(view, IssueId(1))).unwrap();
    assert_eq!(fixes, [ProposedFix { backed_by: vec![UserId(6)], ..fix }]);
    let of = |view: &View| issue_work::issue_of_proposed_fix(view, ProposedFixId(41));
    assert_eq!(store.read_now(&scope, of), Ok(Some(IssueId(1))));

    let link = PartnerLink {
        id: PartnerLinkId(51),
        issue: IssueId(1),
        department: DepartmentId(3),
        name: "Jo at Textline".into(),
        made_by: UserId(1),
        made: Time(1),
        expires: Time(100),
        revoked: None,
    };
    let given = link.clone();
    store.write_now(&scope, move |tx| issue_work::invite(tx, &given, "digest")).unwrap();
    assert_eq!(store.read_now(&scope, |view| issue_work::link_by_hash(view, "digest")), Ok(Some(link.clone())));
    assert_eq!(store.read_now(&scope, |view| issue_work::links(view, IssueId(1))), Ok(vec![link.clone()]));
    let revoke = |tx: &mut _| {
        Ok((issue_work::revoke(tx, PartnerLinkId(51), Time(7))?, issue_work::revoke(tx, PartnerLinkId(51), Time(8))?))
    };
    assert_eq!(store.write_now(&scope, revoke), Ok((true, false)));
    let now = store.read_now(&scope, |view| issue_work::link_of(view, PartnerLinkId(51)));
    assert_eq!(now, Ok(Some(PartnerLink { revoked: Some(Time(7)), ..link })));
    store.write_now(&scope, |tx| issue::leave(tx, DepartmentId(3))).unwrap();
    assert_eq!(store.read_now(&scope, |view| issue_work::links(view, IssueId(1))), Ok(vec![]));
}

pub fn what_names_a_merged_category_follows_it_and_comes_back(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    let (from, into) = (CategoryId(7), CategoryId(8));
    let of = |ids: &[i64]| ids.iter().map(|id| CategoryId(*id)).collect::<Vec<_>>();
    // Issue 1 gathers the one, issue 2 both, issue 3 neither of them.
    let gathering = [(1, of(&[6, 7])), (2, of(&[7, 8])), (3, of(&[6]))];
    let state = |id: i64, category: Vec<CategoryId>| RuleState {
        rule: Rule {
            id: RuleId(id),
            name: format!("Rule {id}"),
            on: true,
            when: Conditions { category, ..Conditions::default() },
            way: Way::default(),
        },
        since: Some(Time(1)),
    };
    let promised = |id: i64, categories: Vec<CategoryId>| Promise {
        id: PromiseId(id),
        words: format!("Promise {id}"),
        touchpoint: TouchpointId(1),
        categories,
        measure: None,
        breaks: None,
        target: None,
        attribute: None,
    };
    let raised = Letter {
        id: LetterId(5),
        name: "You said".into(),
        subject: "s".into(),
        text: "t".into(),
        audience: Audience::Raised { category: from, stage: ToldStage::Done, from: Day(1), until: Day(2) },
        state: LetterState::Done,
        version: 1,
        made: Time(1),
        reviewed: None,
        looked_at: 0,
        unreachable: 0,
        suppressed: 0,
        before: 0,
        pages: 0,
    };
    let given = gathering.clone();
    let write = move |tx: &mut Tx| {
        for (id, categories) in given {
            issue::insert(tx, &KeptIssue { categories, ..kept(id, &[1]) })?;
        }
        rule::save(tx, &state(1, of(&[7])))?;
        rule::save(tx, &state(2, of(&[8, 7])))?;
        promise::save(tx, &promised(1, of(&[6, 7])))?;
        // The case of the fixtures is about the first category; another one is about none.
        case::insert(tx, &kept_case(1, 1, 1, None))?;
        letter::save(tx, &raised)?;
        for (id, person) in [(31, 1), (32, 2)] {
            message::add(tx, &told(id, &format!("raised:7:done:{person}")))?;
        }
        message::add(tx, &told(33, "raised:8:done:2"))?;
        Ok(())
    };
    store.write_now(&scope, write).unwrap();
    let named = || {
        let read = |view: &View| {
            let issues = issue::list(view, &Sought::default())?;
            let rules = rule::list(view)?;
            let mut all: Vec<Vec<i64>> = Vec::new();
            let ids = |list: &[CategoryId]| list.iter().map(|id| id.0).collect::<Vec<_>>();
            all.extend(issues.iter().rev().map(|kept| ids(&kept.categories)));
            all.extend(rules.iter().map(|state| ids(&state.rule.when.category)));
            all.extend(promise::list(view)?.iter().map(|kept| ids(&kept.categories)));
            let case = case::get(view, CaseId(1))?.unwrap();
            all.push(case.category.into_iter().map(|id| id.0).collect());
            let letter = letter::get(view, LetterId(5))?.unwrap();
            if let Audience::Raised { category, .. } = letter.audience {
                all.push(vec![category.0]);
            }
            for list in &mut all {
                list.sort_unstable();
            }
            let keys = ["raised:7:done:1", "raised:8:done:1", "raised:7:done:2", "raised:8:done:2"];
            let keys: Vec<Option<i64>> = keys
                .iter()
                .map(|key| Ok(message::by_key(view, key)?.map(|message| message.id.0)))
                .collect::<Result<_, StoreError>>()?;
            Ok((all, keys))
        };
        store.read_now(&scope, read).unwrap()
    };
    let before = named();
    assert_eq!(before.0, [vec![6, 7], vec![7, 8], vec![6], vec![7], vec![7, 8], vec![6, 7], vec![7], vec![7]]);
    assert_eq!(before.1, [Some(31), None, Some(32), Some(33)]);
    let moved = store.write_now(&scope, move |tx| renamed::follow(tx, from, into)).unwrap();
    let after = named();
    assert_eq!(after.0, [vec![6, 8], vec![8], vec![6], vec![8], vec![8], vec![6, 8], vec![8], vec![8]]);
    assert_eq!(after.1, [None, Some(31), Some(32), Some(33)], "who was told of both stays told of both");
    assert_eq!(store.read_now(&scope, |view| Ok(issue::get(view, IssueId(1))?.unwrap().version)), Ok(2), "looked at again");
    // Kept with the change as it stands in the history.
    let kept: renamed::Renamed = serde_json::from_str(&serde_json::to_string(&moved).unwrap()).unwrap();
    assert_eq!(kept, moved);
    store.write_now(&scope, move |tx| renamed::back(tx, from, into, &kept)).unwrap();
    assert_eq!(named(), before);
}

/// A letter that was sent.
fn told(id: i64, key: &str) -> Message {
    Message {
        id: MessageId(id),
        key: key.to_owned(),
        kind: MessageKind::Letter,
        thread: None,
        case: None,
        entry: None,
        letter: Some(LetterId(5)),
        person: None,
        address: "ann@example.org".into(),
        asks: false,
        subject: "s".into(),
        text: "t".into(),
        token: None,
        message_id: format!("{id}@example.org"),
        state: MessageState::Sent,
        tries: 1,
        at: Time(1),
        sent: Some(Time(2)),
        reason: None,
    }
}

pub fn verdicts_are_kept_by_round_when_they_change(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    let mut again = kept(2, &[2]);
    again.work.reopened = 1;
    store.write_now(&scope, move |tx| issue::insert(tx, &kept(1, &[1])).and_then(|()| issue::insert(tx, &again))).unwrap();
    let found = |issue, round, day: i32, fixed: i32, verdict| {
        let fix = Fix { since: None, opened: Day(0), first: Day(fixed), last: Day(fixed), signed: Some(Day(fixed)) };
        let found = Verification { verdict, ..verify(&fix, &[], Day(day), &Rules::default()) };
        Found { issue: IssueId(issue), round, day: Day(day), fix, basis: Some(Basis::Operations("orders".into())), found }
    };
    let all = [
        found(1, 0, 101, 100, Verdict::Watching),
        found(1, 0, 102, 100, Verdict::Watching),
        // Signed anew for another day, then seen as verified.
        found(1, 0, 103, 102, Verdict::Watching),
        found(1, 0, 130, 102, Verdict::Verified),
        found(1, 0, 131, 102, Verdict::Verified),
        found(2, 0, 120, 100, Verdict::NotFixed),
        // Fixed again on the same day: a round of its own.
        found(2, 1, 120, 120, Verdict::Watching),
    ];
    let given = all.clone();
    store.write_now(&scope, move |tx| given.iter().try_for_each(|one| verdict::put(tx, one))).unwrap();
    let read = |view: &View| {
        let said = [verdict::of_issue(view, IssueId(1), 9)?, verdict::of_issue(view, IssueId(2), 9)?];
        Ok((verdict::newest(view)?, verdict::last(view, IssueId(1))?, said, verdict::of_rounds(view)?))
    };
    let (newest, last, said, rounds) = store.read_now(&scope, read).unwrap();
    assert_eq!(newest, [all[4].clone(), all[6].clone()], "of the present round");
    assert_eq!(last, Some(all[4].clone()));
    let days = [
        vec![(Day(130), Verdict::Verified), (Day(103), Verdict::Watching), (Day(101), Verdict::Watching)],
        vec![(Day(120), Verdict::Watching), (Day(120), Verdict::NotFixed)],
    ];
    assert_eq!(said, days, "one row for each change");
    let rounds: Vec<(i64, u32, i32, Verdict)> = rounds.iter().map(|r| (r.issue.0, r.round, r.fixed.0, r.verdict)).collect();
    assert_eq!(rounds, [(1, 0, 102, Verdict::Verified), (2, 0, 100, Verdict::NotFixed), (2, 1, 120, Verdict::Watching)]);
}
