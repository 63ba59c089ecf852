//! The weekly digest by mail: to every member of the department, once, in words and small pictures. What stands in it is reckoned when it is
//! sent, as whoever gets it may see it; what customers said stays on the page to which it leads.

use std::fmt::Write;

use heard_channels::couriers::courier::Picture;
use heard_charts::chart::Tone;
use heard_charts::date::span;
use heard_charts::number::{signed, whole};
use heard_charts::raster::{Png, bars, line};
use heard_domain::digest::DigestKey;
use heard_domain::id::UserId;
use heard_domain::message::Message;
use heard_domain::question::{Dimension, Measure, Moved, Question};
use heard_domain::scope::Scope;
use heard_domain::time::Period;
use heard_domain::user::{Grant, User};
use heard_store::tables;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::mailing::Mailing;
use crate::measure::ask::ask;
use crate::measure::digest::{DigestOpened, open};
use crate::measure::steps::{Course, Steps, course};
use crate::tell::body::escaped;

/// So many days are drawn, up to the end of the week.
const DRAWN: i32 = 28;
/// So many categories that moved are named.
const MOVERS: usize = 5;

/// A digest as it is sent.
pub(crate) struct Drawn {
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) pictures: Vec<Picture>,
}

fn named(message: &Message) -> Option<(DigestKey, UserId)> {
    let (key, user) = message.key.strip_prefix("digest:")?.split_once(':')?;
    Some((key.parse().ok()?, user.parse().ok()?))
}

/// The digest of a message as its reader may see it; `None`: they may not, or it is gone, and the message says only that it is there.
pub(crate) async fn drawn(flow: &Flow, message: &Message, mailing: &Mailing) -> Result<Option<Drawn>, FlowError> {
    let Some((key, user)) = named(message) else { return Ok(None) };
    let user: Option<User> = flow.store.read(&Scope::system(), move |view| tables::user::get(view, user)).await?;
    let Some(user) = user.filter(|user| user.active) else { return Ok(None) };
    let scope = Scope::of_user(&user);
    if !scope.may(Grant::ReadFigures) || !scope.may(Grant::ReadCases) {
        return Ok(None);
    }
    let opened = match open(flow, &scope, key.department, key.week).await {
        Ok(page) => page.opened,
        Err(FlowError::Missing(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let days = Period::ending(opened.period.last, DRAWN);
    let by_day = |measure| Question { period: Some(days), ..Question::new(measure).by([Dimension::Day]).filter(opened.filter()) };
    let (volume, net) = if opened.categories.is_empty() {
        (Course::empty(0), Course::empty(0))
    } else {
        let (volume, net) = (by_day(Measure::Volume), by_day(Measure::NetSentiment));
        let (volume, net) = tokio::try_join!(ask(flow, &scope, &volume), ask(flow, &scope, &net))?;
        (course(&volume, &Steps::of(days)), course(&net, &Steps::of(days)))
    };
    let directory = flow.directory();
    let name = directory.department(key.department).map_or("", |department| department.name.as_str());
    let category = |id| directory.taxonomy.category(id).map_or("a category that is gone", |category| category.name.as_str());
    let link = format!("{}/digests/{key}", mailing.site);
    let said = Said { name, link: &link, opened: &opened, category: &category };
    let bad = opened.net_sentiment_moved.as_ref().and_then(|moved| moved.change).is_some_and(|change| change < 0.0);
    let tone = if bad { Tone::Bad } else { Tone::Good };
    let counts: Vec<f64> = volume.counts.iter().map(|n| *n as f64).collect();
    let pictures = if counts.is_empty() {
        vec![]
    } else {
        vec![("comments", "Comments a day", spelt(&counts), bars(&counts, Tone::Good)), {
            let known: Vec<f64> = net.values.iter().flatten().copied().collect();
            ("sentiment", "Net sentiment by day", spelt(&known), line(&net.values, tone))
        }]
    };
    Ok(Some(Drawn {
        text: said.plain(),
        html: said.markup(&pictures, &directory.company.name),
        pictures: pictures.into_iter().map(|(name, _, _, png)| Picture { name: name.to_owned(), png: png.bytes }).collect(),
    }))
}

/// Figures in a row, for who sees no picture.
fn spelt(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.0}")).collect::<Vec<_>>().join(", ")
}

struct Said<'a> {
    name: &'a str,
    link: &'a str,
    opened: &'a DigestOpened,
    category: &'a dyn Fn(heard_domain::id::CategoryId) -> &'a str,
}

fn change(moved: Option<&Moved>, unit: &str) -> String {
    let by = moved.and_then(|moved| moved.change);
    by.map_or_else(String::new, |by| format!(" ({}{unit} against the week before)", signed(by)))
}

impl Said<'_> {
    /// Headings, each with its lines.
    fn parts(&self) -> Vec<(&'static str, Vec<String>)> {
        let opened = self.opened;
        let mut heard = vec![format!("{} comments{}", whole(opened.comments.n), change(opened.comments_moved.as_ref(), " %"))];
        if let Some(value) = opened.net_sentiment.value {
            heard.push(format!("Net sentiment {}{}", signed(value), change(opened.net_sentiment_moved.as_ref(), " pt")));
        }
        let moved = opened.movers.iter().take(MOVERS).map(|mover| {
            let value = mover.value.value.map_or_else(|| "–".to_owned(), signed);
            let comments = whole(mover.comments);
            format!("{}: {value}{}, {comments} comments", (self.category)(mover.category), change(Some(&mover.moved), " pt"))
        });
        let cases = &opened.cases;
        let issues = opened.issues.iter().map(|issue| {
            let owed = issue.owed.map_or_else(String::new, |owed| format!("; for you to do: {}", owed.label().to_lowercase()));
            format!("{} {}: {}{owed}", issue.name, issue.title, issue.state.label().to_lowercase())
        });
        let standing = vec![format!(
            "{} opened in the week, {} to answer, {} of them late, {} waiting for the customer",
            whole(cases.opened),
            whole(cases.open),
            whole(cases.late),
            whole(cases.waiting)
        )];
        let parts =
            [("What was heard", heard), ("What moved", moved.collect()), ("Cases", standing), ("Issues", issues.collect())];
        parts.into_iter().filter(|(_, lines): &(&str, Vec<String>)| !lines.is_empty()).collect()
    }

    fn title(&self) -> String {
        format!("{}: {}", self.name, span(self.opened.period))
    }

    fn plain(&self) -> String {
        let mut out = self.title();
        for (heading, lines) in self.parts() {
            let _ = write!(out, "\n\n{heading}");
            for line in lines {
                let _ = write!(out, "\n- {line}");
            }
        }
        let _ = write!(out, "\n\nTen comments to read, and where to say that you have read it:\n{}\n", self.link);
        out
    }

    fn markup(&self, pictures: &[(&str, &str, String, Png)], company: &str) -> String {
        let mut out = String::new();
        for (heading, lines) in self.parts() {
            let _ = write!(out, "<h2 style=\"margin:24px 0 8px;font-size:18px\">{}</h2>", escaped(heading));
            for line in lines {
                let _ = write!(out, "<p style=\"margin:0 0 6px\">{}</p>", escaped(&line));
            }
            if heading != "What was heard" {
                continue;
            }
            for (name, caption, figures, png) in pictures {
                let (width, height) = png.shown;
                let _ = write!(
                    out,
                    "<p style=\"margin:12px 0 4px;color:#57534a;font-size:14px\">{0}, {DRAWN} days</p>\
                     <img src=\"cid:{name}\" width=\"{width}\" height=\"{height}\" alt=\"{0}: {1}\" style=\"display:block;border:0\">",
                    escaped(caption),
                    escaped(figures)
                );
            }
        }
        format!(
            "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{0}</title></head><body style=\"margin:0;padding:24px;background:#ffffff;\
             color:#2c2a26;font:16px/1.5 Georgia,serif\"><div style=\"max-width:36em\"><h1 style=\"margin:0 0 8px;font-size:22px\">{0}</h1>{out}\
             <p style=\"margin:24px 0 0\">Ten comments to read, and where to say that you have read it: \
             <a href=\"{1}\" style=\"color:#1f6f6b\">{1}</a></p><p style=\"margin:24px 0 0;color:#57534a;font-size:14px\">{2}</p></div></body></html>",
            escaped(&self.title()),
            escaped(self.link),
            escaped(company),
        )
    }
}
