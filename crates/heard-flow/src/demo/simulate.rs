//! The simulation: one believable company over 14 months, comment by comment, from a seed. No input, no output, no clock.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use heard_domain::account::Account;
use heard_domain::channel::Channel;
use heard_domain::feedback::{NewAuthor, NewFeedback, NewRating};
use heard_domain::journey::Journey;
use heard_domain::post::Post;
use heard_domain::reading::Polarity;
use heard_domain::score::Formula;
use heard_domain::taxonomy::{Department, Taxonomy};
use heard_domain::time::{Day, Period, Time, Zone};

use crate::demo::calendar::{busy, exposures, hour, open};
use crate::demo::cell::{CELLS, Cell};
use crate::demo::compose::{Composed, Matter, Pen};
use crate::demo::dice::Dice;
use crate::demo::other::{Tone, others};
use crate::demo::parameter::{Answering, LATELY, answers};
use crate::demo::people::{Business, Customer, People, people, plain};
use crate::demo::phrasebook::{Fits, Phrasebook, Phrases};
use crate::demo::problem::{DAYS, events, planted, release};
use crate::demo::setting::{NAME, PostName, StageName, Who, ZONE, category_id, departments, journey, posts, taxonomy};
use crate::demo::speech::Speaker;
use crate::demo::truth::{Event, Exposure, Problem, ProblemId, Truth};

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulation {
    /// How many comments.
    pub comments: usize,
    /// The same seed gives the same company.
    pub seed: u64,
    /// The last moment: nothing is said after it.
    pub end: Time,
    /// Which handwritten sentences are used.
    pub phrases: Phrases,
}

/// A comment with the truth about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// The name of the listening post that hands it over.
    pub post: &'static str,
    /// What it hands over.
    pub feedback: NewFeedback,
    /// What is true of it.
    pub truth: Truth,
}

/// The simulated company. Identifiers hold within it: 1, 2, 3 …
#[derive(Debug, Clone)]
pub struct Company {
    /// Its name.
    pub name: &'static str,
    /// Its time zone.
    pub zone: Zone,
    /// The simulated days.
    pub period: Period,
    /// The journey.
    pub journey: Journey,
    /// The taxonomy.
    pub taxonomy: Taxonomy,
    /// The departments.
    pub departments: Vec<Department>,
    /// The listening posts.
    pub posts: Vec<Post>,
    /// The business customers.
    pub accounts: Vec<Account>,
    /// All customers.
    pub customers: Vec<Customer>,
    /// How often customers met the company.
    pub exposures: Vec<Exposure>,
    /// What it did and what befell it.
    pub events: Vec<Event>,
    /// What really went wrong and right.
    pub problems: Vec<Problem>,
    businesses: Vec<Business>,
    simulation: Simulation,
    tone: Tone,
}

impl Company {
    /// Founds Larkfield.
    pub fn new(simulation: Simulation) -> Self {
        Self::founded(simulation, planted, Tone::larkfield())
    }

    /// Founds another company in the same trade: from another seed other problems befall it, with causes, fixes that help or do not
    /// and recurrences of their own, and it hears other things more often.
    pub fn other(simulation: Simulation) -> Self {
        let problems = |period| others(period, &mut Dice::new(simulation.seed, 4));
        Self::founded(simulation, problems, Tone::other(&mut Dice::new(simulation.seed, 5)))
    }

    fn founded(simulation: Simulation, problems: impl FnOnce(Period) -> Vec<Problem>, tone: Tone) -> Self {
        let zone: Zone = ZONE.parse().unwrap_or(Zone::UTC);
        let period = Period::ending(zone.day(simulation.end), DAYS);
        let People { accounts, businesses, customers } =
            people(simulation.comments, period.last, &mut Dice::new(simulation.seed, 1));
        let problems = problems(period);
        Self {
            name: NAME,
            period,
            journey: journey(),
            taxonomy: taxonomy(),
            departments: departments(),
            posts: posts(),
            accounts,
            customers,
            exposures: exposures(period, &mut Dice::new(simulation.seed, 2)),
            events: events(period, &problems),
            problems,
            businesses,
            simulation,
            tone,
            zone,
        }
    }

    /// What customers say, in the order in which they say it.
    pub fn comments(&self) -> Comments<'_> {
        let mut dice = Dice::new(self.simulation.seed, 3);
        let book = Phrasebook::open(self.simulation.phrases, &mut dice);
        let days: Vec<f64> = (0..self.period.days()).map(|at| self.expected(self.period.first + at, &mut dice)).collect();
        let voices: [Vec<f64>; 2] = [true, false].map(|business| {
            let mut sum = 0.0;
            let voice = |customer: &Customer| {
                sum += if customer.account.is_some() == business { customer.voice } else { 0.0 };
                sum
            };
            self.customers.iter().map(voice).collect()
        });
        let total = days.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        Comments {
            weights: self.tone.weights(self.period.first),
            company: self,
            dice,
            book,
            days,
            total,
            voices,
            at: 0,
            before: 0.0,
            given: 0,
            ready: VecDeque::new(),
            seen: HashSet::new(),
        }
    }

    /// How much is said on a day beside others.
    fn expected(&self, day: Day, dice: &mut Dice) -> f64 {
        let planted: f64 = self.problems.iter().map(|problem| problem.rate(day)).sum();
        let start = self.zone.start(day);
        let over = if day == self.period.last { (self.simulation.end.0 - start.0) as f64 / 86_400_000.0 } else { 1.0 };
        let noise = (0.10 * dice.normal()).exp();
        (self.tone.whole() + planted) * busy(self.period.last, day) * noise * over.clamp(0.05, 1.0)
    }
}

/// The comments, one after the other.
#[derive(Debug, Clone)]
pub struct Comments<'a> {
    company: &'a Company,
    dice: Dice,
    book: Phrasebook,
    days: Vec<f64>,
    total: f64,
    voices: [Vec<f64>; 2],
    at: usize,
    before: f64,
    given: usize,
    ready: VecDeque<Comment>,
    /// How often each cell comes up on this day.
    weights: Vec<f64>,
    seen: HashSet<u64>,
}

impl Iterator for Comments<'_> {
    type Item = Comment;

    fn next(&mut self) -> Option<Comment> {
        while self.ready.is_empty() && self.at < self.days.len() {
            self.day();
        }
        self.ready.pop_front()
    }
}

/// How much is said at the posts about a stage, in the order of [`PostName::ALL`].
fn post_weights(stage: StageName) -> [f64; 12] {
    match stage {
        //                      Rel  Aft  Fir  Wid  App  Mail Call Chat Vis  Rev  Soc  Com
        StageName::Discover => [8.0, 0.0, 0.0, 0.0, 0.0, 14., 6.0, 20., 0.0, 12., 30., 10.],
        StageName::Evaluate => [10., 0.0, 0.0, 0.0, 0.0, 26., 14., 26., 8.0, 8.0, 5.0, 8.0],
        StageName::Buy => [4.0, 0.0, 14., 0.0, 0.0, 26., 22., 16., 6.0, 8.0, 5.0, 3.0],
        StageName::Onboard => [0.0, 0.0, 30., 5.0, 14., 14., 18., 16., 4.0, 4.0, 6.0, 3.0],
        StageName::Use => [16., 0.0, 0.0, 22., 20., 10., 6.0, 8.0, 4.0, 6.0, 8.0, 10.],
        StageName::GetHelp => [0.0, 34., 0.0, 3.0, 0.0, 14., 18., 14., 0.0, 6.0, 8.0, 3.0],
        StageName::Renew => [26., 0.0, 0.0, 0.0, 0.0, 20., 16., 4.0, 24., 8.0, 0.0, 2.0],
    }
}

struct Cause {
    cell: &'static Cell,
    polarity: Polarity,
    problem: Option<(ProblemId, Day)>,
}

impl Comments<'_> {
    /// Lets a day pass.
    fn day(&mut self) {
        let day = self.company.period.first + self.at as i32;
        self.weights = self.company.tone.weights(day);
        self.before += self.days[self.at];
        self.at += 1;
        let wanted = self.company.simulation.comments;
        let until = if self.at == self.days.len() { wanted } else { (wanted as f64 * self.before / self.total).round() as usize };
        let mut said = Vec::with_capacity(until.saturating_sub(self.given));
        while self.given < until {
            self.given += 1;
            let comment = self.comment(day);
            said.push(comment);
        }
        said.sort_by_key(|comment| comment.feedback.at);
        self.ready.extend(said);
    }

    fn cause(&mut self, day: Day) -> Cause {
        let problems = &self.company.problems;
        let ordinary = self.weights.iter().copied();
        let place = self.dice.weighted(ordinary.chain(problems.iter().map(|problem| problem.rate(day))));
        if let Some(problem) = place.checked_sub(CELLS.len()).and_then(|at| problems.get(at)) {
            let at = CELLS
                .iter()
                .find(|cell| cell.stage.id() == problem.stage && category_id(cell.category) == Some(problem.category));
            let since = problem.spells.iter().map(|s| s.period.first).filter(|first| *first <= day).max().unwrap_or(day);
            return Cause { cell: at.unwrap_or(&CELLS[0]), polarity: problem.polarity, problem: Some((problem.id, since)) };
        }
        let cell = &CELLS[place.min(CELLS.len() - 1)];
        // Mended for good: what was confusing before is hardly mentioned any more.
        let mended = cell.category == "Invoice layout" && self.after(cell, day);
        let bad = self.company.tone.bad(place.min(CELLS.len() - 1));
        let bad = if mended { bad * 0.25 } else { bad };
        let polarity = match self.dice.unit() {
            u if u < bad => Polarity::Negative,
            u if u < bad + cell.ask => Polarity::Neutral,
            _ => Polarity::Positive,
        };
        Cause { cell, polarity, problem: None }
    }

    /// Whether a fix of something in this cell was announced by that day.
    fn after(&self, cell: &Cell, day: Day) -> bool {
        let mut same =
            self.company.problems.iter().filter(|p| p.stage == cell.stage.id() && category_id(cell.category) == Some(p.category));
        same.any(|problem| problem.fixes.iter().any(|fix| fix.announced <= day))
    }

    fn customer(&mut self, business: bool) -> usize {
        let sums = &self.voices[usize::from(!business)];
        let drawn = self.dice.unit() * sums.last().copied().unwrap_or(0.0);
        sums.partition_point(|sum| *sum <= drawn).min(sums.len().saturating_sub(1))
    }

    /// Who speaks: businesses more often; about renewing those who are near it.
    fn speaker(&mut self, cell: &Cell, day: Day) -> usize {
        let business = match cell.who {
            Who::Business => true,
            Who::Household => false,
            Who::Anyone => self.dice.hit(0.56),
        };
        let mut chosen = self.customer(business);
        if cell.stage == StageName::Renew && business {
            for _ in 0..12 {
                let account = self.company.customers[chosen].account.map(|at| &self.company.accounts[at]);
                let renewal = account.and_then(|account| account.renewal);
                if renewal.is_some_and(|renewal| (renewal - day + 400).rem_euclid(365) <= 70) {
                    break;
                }
                chosen = self.customer(true);
            }
        }
        chosen
    }

    fn comment(&mut self, day: Day) -> Comment {
        let Cause { cell, polarity, problem } = self.cause(day);
        let chosen = self.speaker(cell, day);
        let company = self.company;
        let customer = &company.customers[chosen];
        let account = customer.account.map(|at| &company.accounts[at]);
        let weights = post_weights(cell.stage);
        let open = |post: &PostName| {
            let there = weights[*post as usize] * open(*post, day);
            let loud = polarity == Polarity::Negative && matches!(post, PostName::Social | PostName::Review);
            match post {
                PostName::Visit if account.is_none() => 0.0,
                _ if loud => there * 1.4,
                _ => there,
            }
        };
        let post = PostName::ALL[self.dice.weighted(PostName::ALL.iter().map(open))];
        let business = customer.account.and_then(|at| Some((company.businesses.get(at)?, account?.name.as_str())));
        let speaker = Speaker { customer, business, day, since: problem.map(|(_, since)| since) };
        // The sentences kept for the queue speak of January: those who are locked out speak of it in ordinary words.
        let planted = problem.is_some_and(|(id, _)| id != ProblemId::LockedOutQueue);
        let fits = Fits { business: business.is_some(), planted, after: self.after(cell, day) };
        let matter = Matter { speaker, cell, polarity, fits, channel: post.channel() };
        let composed = self.words(matter);
        let at = self.moment(post, day);
        let feedback = self.feedback(post, at, customer, matter, &composed);
        Comment { post: post.name(), feedback, truth: truth(matter, composed, problem.map(|(id, _)| id)) }
    }

    /// The words: none at times where a rating is enough, and never the same twice if it can be helped.
    fn words(&mut self, matter: Matter<'_>) -> Composed {
        if matches!(matter.channel, Channel::Survey | Channel::Widget) && self.dice.hit(0.07) {
            return Composed { language: "en", ..Composed::default() };
        }
        let mut composed = Composed::default();
        for _ in 0..6 {
            composed = Pen::new(matter, &mut self.book, &mut self.dice).write();
            let mut hash = DefaultHasher::new();
            composed.text.to_lowercase().hash(&mut hash);
            if self.seen.insert(hash.finish()) {
                break;
            }
        }
        composed
    }

    fn moment(&mut self, post: PostName, day: Day) -> Time {
        let zone = &self.company.zone;
        let (hour, minute, second) = hour(post, &mut self.dice);
        let at = zone.moment(day, hour, minute, second).unwrap_or(zone.start(day));
        let end = self.company.simulation.end;
        if at <= end {
            return at;
        }
        let start = zone.start(day);
        start.plus_ms(((end.0 - start.0) as f64 * self.dice.unit()) as i64)
    }

    fn feedback(
        &mut self,
        post: PostName,
        at: Time,
        customer: &Customer,
        matter: Matter<'_>,
        composed: &Composed,
    ) -> NewFeedback {
        let account = matter.speaker.business.map(|(_, name)| name);
        let public = post.channel().public();
        let anonymous = match post {
            PostName::App => 0.75,
            PostName::Review | PostName::Social => 0.6,
            PostName::Community => 0.2,
            _ if matter.cell.stage == StageName::Discover => 0.6,
            PostName::Widget | PostName::AfterContact => 0.05,
            _ => 0.01,
        };
        let known = !self.dice.hit(anonymous);
        let author = match (known, public) {
            (true, _) => NewAuthor {
                name: Some(customer.person.name.clone()),
                role: customer.person.role.clone(),
                identities: customer.identities.clone(),
                account: account.map(str::to_owned),
            },
            (false, true) => NewAuthor { name: Some(self.nick(customer)), ..NewAuthor::default() },
            (false, false) => NewAuthor::default(),
        };
        let mut attributes = vec![("Segment".to_owned(), if account.is_some() { "Business" } else { "Household" }.to_owned())];
        if known || !public {
            attributes.push(("Country".to_owned(), customer.country.to_owned()));
            attributes.push(("Plan".to_owned(), customer.plan.to_owned()));
        } else {
            attributes.clear();
        }
        if matches!(post, PostName::App | PostName::Widget) {
            attributes.push(("App version".to_owned(), release(self.company.period.last, matter.speaker.day).to_owned()));
            attributes.push(("Device".to_owned(), customer.device.to_owned()));
        }
        let number = self.given;
        let link = match post {
            PostName::Community => Some(format!("https://community.larkfield.example/t/{}", 2_000 + number * 3)),
            PostName::Social => Some(format!("https://social.example/larkfield/{}", 710_000_000 + number * 911)),
            PostName::Review => Some(format!("https://reviews.example/larkfield/{}", 48_000 + number * 5)),
            _ => None,
        };
        let placed = !public && self.dice.hit(0.75);
        NewFeedback {
            key: format!("{}-{number:07}", plain(post.name()).chars().take(6).collect::<String>()),
            at,
            text: composed.text.clone(),
            author,
            touchpoint: placed.then(|| matter.cell.touchpoint.to_owned()),
            ratings: self.ratings(post, customer, matter, composed),
            attributes,
            link,
        }
    }

    fn nick(&mut self, customer: &Customer) -> String {
        let first = customer.first();
        match self.dice.place(5) {
            0 => first.to_owned(),
            1 => format!("{}{}", plain(first), self.dice.between(3, 99)),
            2 => {
                format!("{first} {}.", customer.person.name.split(' ').nth(1).and_then(|last| last.chars().next()).unwrap_or('K'))
            }
            3 => format!("{}_{}", plain(customer.city), self.dice.between(10, 999)),
            _ => format!("{}.{}", plain(first), self.dice.pick(&["runs", "bakes", "on_tour", "at_home", "writes", "fixes"])),
        }
    }

    fn ratings(&mut self, post: PostName, customer: &Customer, matter: Matter<'_>, composed: &Composed) -> Vec<NewRating> {
        let polarity = matter.polarity;
        let feels = |polarity: Polarity| f64::from(polarity.sign());
        let other = composed.contrast.map_or(0.0, feels);
        let u = 0.12 + 0.66 * feels(polarity) + 0.22 * other + customer.manner.mood + 0.2 * self.dice.normal();
        let mut rating = |scale: &str, formula: Formula, middle: f64, slope: f64| {
            let (low, high) = formula.range().unwrap_or((0.0, 10.0));
            let value = (middle + slope * u + 0.35 * self.dice.normal()).round().clamp(low, high);
            NewRating { scale: scale.to_owned(), formula, value, min: None, max: None }
        };
        match post {
            PostName::Relationship => {
                let overall = rating("NPS", Formula::Nps, 7.6, 3.2);
                let lately = self.company.period.last - matter.speaker.day < LATELY;
                let who = Answering { business: matter.speaker.business.is_some(), lately };
                // Dice of their own, so that what is asked beside the score changes nothing else of the company.
                let mut dice = Dice::new(self.company.simulation.seed, 1 << 32 | self.given as u64);
                let beside = answers(overall.value, who, &mut dice);
                std::iter::once(overall).chain(beside).collect()
            }
            PostName::AfterContact => {
                vec![rating("CSAT", Formula::Csat, 3.5, 1.8), rating("Easy to get help", Formula::CesAgree, 4.5, 2.4)]
            }
            PostName::FirstWeeks => {
                vec![rating("CSAT", Formula::Csat, 3.4, 1.9), rating("Easy to get started", Formula::CesAgree, 4.4, 2.6)]
            }
            PostName::Widget => vec![rating("Thumbs", Formula::GoodShare, 0.55, 0.8)],
            PostName::App => vec![rating("Stars", Formula::Stars, 3.2, 2.5)],
            PostName::Review => vec![rating("Stars", Formula::Stars, 3.1, 2.3)],
            PostName::Chat if self.given % 5 < 2 => vec![rating("CSAT", Formula::Csat, 3.5, 1.8)],
            _ => Vec::new(),
        }
    }
}

fn truth(matter: Matter<'_>, composed: Composed, problem: Option<ProblemId>) -> Truth {
    let mut categories = Vec::new();
    let own = category_id(matter.cell.category).filter(|own| composed.clauses.iter().any(|clause| clause.category == Some(*own)));
    for category in own.into_iter().chain(composed.clauses.iter().filter_map(|clause| clause.category)) {
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    Truth {
        stage: matter.cell.stage.id(),
        categories,
        polarity: matter.polarity,
        problem,
        language: composed.language,
        clauses: composed.clauses,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn company(comments: usize, seed: u64) -> Company {
        let end = "2026-03-22T15:30:00Z".parse().unwrap();
        Company::new(Simulation { comments, seed, end, phrases: Phrases::All })
    }

    #[test]
    fn the_same_seed_gives_the_same_company_and_another_seed_another() {
        let said = |seed| company(800, seed).comments().collect::<Vec<_>>();
        assert_eq!(said(7), said(7));
        let (a, b) = (said(7), said(8));
        let same = a.iter().zip(&b).filter(|(a, b)| a.feedback.text == b.feedback.text).count();
        assert!(same < 80, "{same}");
    }

    #[test]
    fn every_comment_may_be_handed_over_and_none_is_said_after_the_end() {
        let company = company(4_000, 3);
        let comments: Vec<Comment> = company.comments().collect();
        assert_eq!(comments.len(), 4_000);
        let mut keys = BTreeSet::new();
        let days: Vec<Day> = comments.iter().map(|c| company.zone.day(c.feedback.at)).collect();
        assert!(days.is_sorted());
        for comment in &comments {
            comment.feedback.check().unwrap();
            assert!(comment.feedback.at <= company.simulation.end);
            assert!(company.period.contains(company.zone.day(comment.feedback.at)));
            assert!(keys.insert((comment.post, comment.feedback.key.clone())));
            assert!(company.posts.iter().any(|post| post.name == comment.post));
            if let Some(name) = &comment.feedback.touchpoint {
                assert!(company.journey.touchpoints.iter().any(|t| t.name == *name && t.stage == comment.truth.stage), "{name}");
            }
            if let Some(name) = &comment.feedback.author.account {
                assert!(company.accounts.iter().any(|account| account.name == *name));
            }
        }
        assert_eq!(*days.last().unwrap(), company.period.last);
    }

    #[test]
    fn the_truth_fits_the_words() {
        let company = company(6_000, 5);
        for comment in company.comments() {
            let (text, truth) = (&comment.feedback.text, &comment.truth);
            assert_eq!(text.is_empty(), truth.clauses.is_empty(), "{text}");
            assert!(!text.contains(['{', '}', '|']) && text.trim() == text, "{text:?}");
            let mut end = 0;
            for clause in &truth.clauses {
                assert!(clause.span.start >= end && clause.span.of(text).is_some_and(|words| words.len() > 1), "{text}");
                end = clause.span.end;
                assert!(company.journey.stage(clause.stage).is_some());
                assert!(clause.category.is_none_or(|category| truth.categories.contains(&category)));
            }
            for category in &truth.categories {
                assert!(company.taxonomy.category(*category).is_some_and(|c| c.parent.is_some()));
            }
            if let Some(id) = truth.problem {
                let problem = company.problems.iter().find(|problem| problem.id == id).unwrap();
                assert_eq!((problem.stage, problem.polarity), (truth.stage, truth.polarity));
                assert!(problem.rate(company.zone.day(comment.feedback.at)) > 0.0);
                assert!(text.is_empty() || truth.language != "en" || truth.categories.contains(&problem.category), "{text}");
            }
        }
    }

    /// A sentence without its names and numbers.
    fn skeleton(sentence: &str) -> String {
        let bone = |(at, word): (usize, &str)| match word {
            word if word.contains(|c: char| c.is_ascii_digit()) => "#".to_owned(),
            word if at > 0 && word.starts_with(char::is_uppercase) => "N".to_owned(),
            word => word.to_lowercase(),
        };
        sentence.split_whitespace().enumerate().map(bone).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn people_do_not_talk_in_templates() {
        let texts: Vec<String> = company(25_000, 7).comments().map(|c| c.feedback.text).filter(|text| !text.is_empty()).collect();
        let distinct: BTreeSet<&String> = texts.iter().collect();
        let double = texts.len() - distinct.len();
        assert!(double * 50 < texts.len(), "{double} of {} are said twice", texts.len());
        let mut skeletons: BTreeMap<String, usize> = BTreeMap::new();
        let mut sentences = 0;
        for sentence in
            texts.iter().flat_map(|text| text.split(['.', '!', '?', '\n'])).filter(|s| s.split_whitespace().count() > 2)
        {
            sentences += 1;
            *skeletons.entry(skeleton(sentence)).or_default() += 1;
        }
        let (most, often) = skeletons.iter().max_by_key(|(_, n)| **n).unwrap();
        assert!(often * 200 < sentences, "“{most}” {often} times in {sentences} sentences");
        assert!(skeletons.len() > 10_000, "{}", skeletons.len());
        let long = texts.iter().filter(|text| text.len() > 500).count();
        let short = texts.iter().filter(|text| text.len() < 25).count();
        assert!(long > 100 && short > 400, "{long} long, {short} short");
    }

    #[test]
    fn the_proportions_are_those_of_a_real_company() {
        let company = company(25_000, 9);
        let comments: Vec<Comment> = company.comments().collect();
        let share = |fits: &dyn Fn(&Comment) -> bool| comments.iter().filter(|c| fits(c)).count() as f64 / comments.len() as f64;
        let channel = |name: &str| company.posts.iter().find(|post| post.name == name).map(|post| post.channel.code());
        let channels: BTreeSet<_> = comments.iter().filter_map(|c| channel(c.post)).collect();
        assert_eq!(channels.len(), 10);
        for post in PostName::ALL {
            assert!(share(&|c| c.post == post.name()) > 0.015, "{}", post.name());
        }
        let foreign = share(&|c| c.truth.language != "en");
        assert!((0.02..0.07).contains(&foreign), "{foreign}");
        let business = share(&|c| c.feedback.author.account.is_some());
        assert!((0.3..0.7).contains(&business), "{business}");
        let mixed = |c: &Comment| {
            let has = |polarity| c.truth.clauses.iter().any(|clause| clause.polarity == polarity);
            has(Polarity::Positive) && has(Polarity::Negative)
        };
        let mixed = share(&mixed);
        assert!((0.1..0.35).contains(&mixed), "{mixed}");
        let mean = |polarity: Polarity, formula: Formula| {
            let said = comments.iter().filter(|c| c.truth.polarity == polarity);
            let values: Vec<f64> =
                said.flat_map(|c| &c.feedback.ratings).filter(|r| r.formula == formula).map(|r| r.value).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        assert!(mean(Polarity::Positive, Formula::Nps) > mean(Polarity::Negative, Formula::Nps) + 2.5);
        assert!(mean(Polarity::Positive, Formula::Stars) > mean(Polarity::Negative, Formula::Stars) + 1.5);
        let weekday = |from: i32, to: i32| share(&|c| (from..=to).contains(&company.zone.day(c.feedback.at).weekday()));
        assert!(weekday(5, 6) < 0.6 * weekday(0, 1));
    }

    #[test]
    fn problems_come_and_go_as_the_truth_says() {
        let company = company(25_000, 11);
        let comments: Vec<Comment> = company.comments().collect();
        let end = company.period.last;
        // Per thousand comments of the same days that complain about this, whoever planted it.
        let rate = |id: ProblemId, from: i32, to: i32| {
            let problem = company.problems.iter().find(|problem| problem.id == id).unwrap();
            let days = Period { first: end + -from, last: end + -to };
            let then = comments.iter().filter(|c| days.contains(company.zone.day(c.feedback.at)));
            let (mut all, mut hits) = (0.0, 0.0);
            for comment in then {
                let truth = &comment.truth;
                all += 1.0;
                let mentions = |clause: &crate::demo::truth::Clause| {
                    (clause.stage, clause.category, clause.polarity) == (problem.stage, Some(problem.category), problem.polarity)
                };
                hits += f64::from(u8::from(truth.clauses.iter().any(mentions)));
            }
            1_000.0 * hits / all
        };
        assert!(rate(ProblemId::LoginCode, 30, 0) > 8.0 * rate(ProblemId::LoginCode, 120, 40), "the login code broke");
        assert!(
            rate(ProblemId::InvoiceLayout, 165, 0) < 0.3 * rate(ProblemId::InvoiceLayout, 290, 175),
            "the invoice was mended"
        );
        let sham = (rate(ProblemId::DoubledBookings, 230, 151), rate(ProblemId::DoubledBookings, 149, 60));
        assert!(sham.1 > 0.7 * sham.0, "the announced fix changed nothing: {sham:?}");
        let abroad = (rate(ProblemId::CardAbroad, 280, 90), rate(ProblemId::CardAbroad, 76, 50));
        assert!(abroad.1 > 1.6 * abroad.0, "it came back: {abroad:?}");
        assert!(rate(ProblemId::InstantPayments, 60, 0) > 2.5 * rate(ProblemId::InstantPayments, 300, 130), "a success");
        let january = company.problems.iter().find(|p| p.id == ProblemId::JanuaryQueue).unwrap();
        assert!(january.spells.iter().any(|spell| spell.period.first.parts().1 == 1));
        assert!(company.exposures.iter().all(|exposure| exposure.count > 0 && company.period.contains(exposure.day)));
        assert!(company.events.iter().any(|event| event.name == "Release 8.2" && event.day == end + -36));
    }
}
