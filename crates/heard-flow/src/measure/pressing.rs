//! What presses among issues: those of which more persons complain than in the days before, beyond chance; fixes that were looked at
//! and did not hold; and fixes that were shown to hold. Each with the factors by which the overview chooses its sentence.

use heard_charts::date;
use heard_charts::number::{signed, whole};
use heard_domain::id::{CategoryId, IssueId};
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::priority::MOMENT_OF_TRUTH;
use heard_domain::question::Filter;
use heard_domain::statistics::{Certainty, adjusted, certainty, change_of_rates};
use heard_domain::time::{Day, Period};
use heard_domain::user::Grant;
use heard_domain::verification::Verdict;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::View;

use crate::error::FlowError;
use crate::measure::kpi::Sight;
use crate::measure::movers::Categories;
use crate::measure::promises::speakers;
use crate::measure::sentence::{Factors, Piece, Told};

/// So many issues are counted person by person: those about which most more is said than before. The overview is asked for all the time.
const LOOKED_AT: usize = 12;
/// A verdict of so many days is news.
const NEWS: i32 = 7;
/// Persons of neighbouring days are more alike than chance: the variance of a count over its mean.
const DISPERSION: f64 = 2.0;
/// Fewer persons than these are no finding of a company.
const FEWEST: u64 = 5;

/// What is counted of an issue: how many persons complain of it, of how many comments, in a period and in the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counted {
    pub(crate) persons: u64,
    pub(crate) before: u64,
    pub(crate) comments: u64,
    /// All comments of the period, and of the one before.
    pub(crate) heard: (u64, u64),
}

/// An issue as far as it is asked whether it presses.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) issue: KeptIssue,
    pub(crate) filter: Filter,
    pub(crate) counted: Counted,
    /// What was found of its fix, and since which day that is the verdict.
    pub(crate) verdict: Option<(Verdict, Day)>,
    pub(crate) moment_of_truth: bool,
}

/// An issue that presses, or of which there is something good to tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pressing {
    pub(crate) issue: IssueId,
    pub(crate) name: String,
    /// Whether it is good news.
    pub(crate) better: bool,
    pub(crate) sentence: Vec<Piece>,
    pub(crate) evidence: String,
    pub(crate) factors: Factors,
    pub(crate) category: Option<CategoryId>,
    pub(crate) known: Known,
}

/// The verdict that stands, and since which day; the newest first.
fn standing(verdicts: &[(Day, Verdict)]) -> Option<(Verdict, Day)> {
    let (_, verdict) = verdicts.first()?;
    let same = verdicts.iter().take_while(|(_, other)| other == verdict);
    same.last().map(|(day, _)| (*verdict, *day))
}

/// How much more is said of its categories than in the period before, in comments.
fn more_said(issue: &KeptIssue, categories: &Categories) -> i64 {
    let of = categories.all.iter().filter(|mover| issue.categories.contains(&mover.category));
    let more = of.map(|mover| {
        let split = mover.counts.len().saturating_sub(mover.now);
        let (before, now) = mover.counts.split_at(split);
        now.iter().sum::<u64>() as i64 - before.iter().sum::<u64>() as i64
    });
    more.sum()
}

/// What is known of the issues in sight. Nothing where a part of what was heard is looked at: an issue is the whole company's.
pub(crate) async fn known(sight: &Sight<'_>, categories: &Categories) -> Result<Vec<Known>, FlowError> {
    let (flow, scope, period) = (sight.flow, sight.scope, sight.period);
    if !scope.may(Grant::ReadIssues) || *sight.filter != Filter::default() {
        return Ok(vec![]);
    }
    let look = |view: &View| {
        let sought = Sought { standing: vec![IssueStanding::Proposed, IssueStanding::Accepted], ..Sought::default() };
        let with = |issue: KeptIssue| Ok((tables::verdict::of_issue(view, issue.id, 2 * NEWS as usize)?, issue));
        let issues = tables::issue::list(view, &sought)?;
        issues.into_iter().map(with).collect::<Result<Vec<_>, heard_store::error::StoreError>>()
    };
    let mut issues = flow.store.read(scope, look).await?;
    // News of fixes first, then those of which more is said.
    let news = |verdicts: &[(Day, Verdict)]| standing(verdicts).is_some_and(|(_, since)| period.last - since < NEWS);
    issues
        .sort_by_cached_key(|(verdicts, issue)| (!news(verdicts), std::cmp::Reverse(more_said(issue, categories)), issue.number));
    issues.truncate(LOOKED_AT);
    let heard = |period| async move {
        Ok::<u64, FlowError>(flow.store.find(scope, &Filter::default(), Some(period), None, 1).await?.total)
    };
    let heard = (heard(period).await?, heard(period.before()).await?);
    let directory = flow.directory();
    let mut all = Vec::with_capacity(issues.len());
    for (verdicts, issue) in issues {
        let Some(filter) = issue.gathers() else { continue };
        let both = Period { first: period.before().first, last: period.last };
        let spoken = flow.store.spoken(scope, &filter, Some(both)).await?;
        let counted = Counted {
            persons: speakers(&spoken, period),
            before: speakers(&spoken, period.before()),
            comments: spoken.iter().filter(|one| period.contains(one.day)).count() as u64,
            heard,
        };
        let moment_of_truth = issue.stage.is_some_and(|stage| directory.journey.touchpoints_of(stage).any(|t| t.moment_of_truth));
        all.push(Known { verdict: standing(&verdicts), filter, counted, moment_of_truth, issue });
    }
    Ok(all)
}

/// Those that press, and those of which there is good news; false discoveries controlled over all issues.
pub(crate) fn pressing(all: &[Known], period: Period) -> Vec<Pressing> {
    let rate = |known: &Known| {
        let Counted { persons, before, heard: (now, then), .. } = known.counted;
        // Where nothing was heard before there is nothing to compare with.
        (now > 0 && then > 0).then(|| change_of_rates((persons, now as f64), (before, then as f64), DISPERSION))
    };
    let rates: Vec<Option<(f64, f64, f64)>> = all.iter().map(rate).collect();
    let p = adjusted(&rates.iter().map(|rate| rate.map_or(1.0, |rate| rate.0)).collect::<Vec<f64>>());
    let each = all.iter().zip(rates).zip(p);
    each.filter_map(|((known, rate), p)| of_verdict(known, period).or_else(|| rise(known, period, rate?, certainty(p)))).collect()
}

fn factors(known: &Known, trend: f64) -> Factors {
    let Counted { persons, heard: (now, _), .. } = known.counted;
    Factors {
        reach: (persons as f64 / now.max(1) as f64).min(1.0),
        // Only complaints are gathered.
        severity: 1.0,
        trend,
        weight: if known.moment_of_truth { MOMENT_OF_TRUTH } else { 1.0 },
        told: Told::Complaints,
    }
}

fn begun(known: &Known) -> Vec<Piece> {
    vec![Piece::Voice(known.issue.title.clone()), Piece::Say(format!(" ({})", known.issue.name()))]
}

fn made(known: &Known, better: bool, sentence: Vec<Piece>, evidence: String, factors: Factors) -> Pressing {
    Pressing {
        issue: known.issue.id,
        name: known.issue.name(),
        better,
        sentence: begun(known).into_iter().chain(sentence).collect(),
        evidence,
        factors,
        category: known.issue.categories.first().copied(),
        known: known.clone(),
    }
}

/// A fix of which something was found in the last days.
fn of_verdict(known: &Known, period: Period) -> Option<Pressing> {
    let (verdict, since) = known.verdict.filter(|(_, since)| period.last - *since < NEWS)?;
    let Counted { persons, before, heard: (now, then), .. } = known.counted;
    let complain = format!(
        "{} complain of it in {}, {} in the {} before.",
        people(persons),
        date::length(period),
        whole(before),
        date::length(period)
    );
    let say = |words: String| vec![Piece::Say(words)];
    match verdict {
        Verdict::Verified => {
            let fallen = 1.0 - (persons as f64 * then.max(1) as f64) / (before.max(1) as f64 * now.max(1) as f64);
            let reach = (before as f64 / then.max(1) as f64).min(1.0);
            let factors = Factors { reach, ..factors(known, 100.0 * fallen.clamp(0.0, 1.0)) };
            let sentence = vec![
                Piece::Say(" is mended, and customers bear it out: ".to_owned()),
                Piece::Strong("verified".to_owned()),
                Piece::Say(format!(" since {}.", date::plain(since))),
            ];
            Some(made(known, true, sentence, format!("{complain} Verified by the rate of those affected."), factors))
        }
        Verdict::Reopened => {
            let words = format!(" came back: its fix had been verified, and since {} the rate is up again.", date::plain(since));
            Some(made(known, false, say(words), complain, factors(known, -100.0)))
        }
        Verdict::NotFixed => {
            let words = format!(" was reported fixed and is not: that is known since {}.", date::plain(since));
            Some(made(known, false, say(words), complain, factors(known, -100.0)))
        }
        Verdict::Watching | Verdict::Improved | Verdict::TooRare => None,
    }
}

/// So many persons, in words.
pub(crate) fn people(n: u64) -> String {
    if n == 1 { "1 person".to_owned() } else { format!("{} persons", whole(n)) }
}

/// An issue of which more complain than before, beyond chance.
fn rise(known: &Known, period: Period, (_, low, high): (f64, f64, f64), sure: Certainty) -> Option<Pressing> {
    let Counted { persons, before, comments, heard: (now, then) } = known.counted;
    let expected = before as f64 * now as f64 / then.max(1) as f64;
    if sure == Certainty::CouldBeNoise || persons < FEWEST || persons as f64 <= expected {
        return None;
    }
    let mut sentence = vec![
        Piece::Say(": ".to_owned()),
        Piece::Strong(people(persons)),
        Piece::Say(format!(
            " complain of it, where {} would at the rate of the {} before.",
            whole(expected.round() as u64),
            date::length(period)
        )),
    ];
    let work = &known.issue.work;
    let signed_off = work.contributions.iter().filter(|side| side.signed.is_some()).count();
    sentence.push(Piece::Say(match (known.issue.standing, known.issue.state()) {
        (IssueStanding::Proposed, _) => " Heard proposes it as an issue: it waits for a person.".to_owned(),
        (_, IssueState::VerifiedFixed | IssueState::ReportedFixed) => {
            " All its departments have signed that it is fixed.".to_owned()
        }
        _ => format!(" Of its {} departments {signed_off} have signed that it is fixed.", work.contributions.len()),
    }));
    let evidence = format!(
        "{} comments in {}. {} % against the rate before ({} to {} %). {}.",
        whole(comments),
        date::length(period),
        signed(100.0 * (persons as f64 / expected.max(0.5) - 1.0)),
        signed(low),
        signed(high),
        sure.label()
    );
    Some(made(known, false, sentence, evidence, factors(known, -100.0 * (1.0 - expected / persons as f64))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::StageId;
    use heard_domain::kept_issue::IssueOrigin;
    use heard_domain::time::Time;

    fn issue(id: i64, title: &str) -> KeptIssue {
        KeptIssue {
            id: IssueId(id),
            number: id,
            version: 1,
            title: title.into(),
            stage: Some(StageId(1)),
            categories: vec![CategoryId(id)],
            origin: IssueOrigin::Found,
            standing: IssueStanding::Proposed,
            merged: None,
            opened: Time(0),
            opened_by: None,
            changed: Time(0),
            begins: None,
            work: heard_domain::issue::Work::default(),
            fixed_on: vec![],
            since: None,
        }
    }

    fn known(id: i64, persons: u64, before: u64, verdict: Option<(Verdict, Day)>) -> Known {
        let counted = Counted { persons, before, comments: persons + 2, heard: (1_000, 1_000) };
        Known { issue: issue(id, "Codes never arrive"), filter: Filter::default(), counted, verdict, moment_of_truth: false }
    }

    fn period() -> Period {
        Period::ending(Day(20_000), 28)
    }

    fn words(pressing: &Pressing) -> String {
        let word = |piece: &Piece| match piece {
            Piece::Say(w) | Piece::Strong(w) | Piece::Voice(w) => w.clone(),
        };
        pressing.sentence.iter().map(word).collect()
    }

    #[test]
    fn what_rises_beyond_chance_presses_and_nothing_else() {
        let all = [known(1, 40, 10, None), known(2, 12, 10, None), known(3, 4, 0, None), known(4, 10, 40, None)];
        let found = pressing(&all, period());
        assert_eq!(found.iter().map(|one| one.issue.0).collect::<Vec<_>>(), [1]);
        assert!(
            words(&found[0]).starts_with("Codes never arrive (I-1): 40 persons complain of it, where 10 would"),
            "{}",
            words(&found[0])
        );
        assert!(words(&found[0]).ends_with("it waits for a person."), "{}", words(&found[0]));
        assert!((found[0].factors.trend + 75.0).abs() < 1e-9 && (found[0].factors.priority() - 0.04 * 75.0).abs() < 1e-9);
    }

    #[test]
    fn a_verdict_is_news_for_a_week() {
        let last = period().last;
        for (verdict, better) in [(Verdict::Verified, true), (Verdict::Reopened, false), (Verdict::NotFixed, false)] {
            let found = pressing(&[known(1, 12, 12, Some((verdict, last + -6)))], period());
            assert_eq!(found.iter().map(|one| one.better).collect::<Vec<_>>(), [better], "{verdict}");
            assert!(pressing(&[known(1, 12, 12, Some((verdict, last + -7)))], period()).is_empty());
        }
        assert!(pressing(&[known(1, 12, 12, Some((Verdict::Watching, last)))], period()).is_empty());
    }

    #[test]
    fn a_verdict_stands_since_its_first_day_in_a_row() {
        let day = |n: i32, verdict| (Day(n), verdict);
        let all = [day(9, Verdict::Reopened), day(8, Verdict::Reopened), day(7, Verdict::Verified)];
        assert_eq!(standing(&all), Some((Verdict::Reopened, Day(8))));
        assert_eq!(standing(&[]), None);
    }
}
