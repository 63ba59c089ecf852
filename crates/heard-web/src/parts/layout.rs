//! The frame of every page: skip link, side navigation, main, and the dialogs for keys and search.

use heard_domain::user::Grant;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::parts::alerting::region;
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::say::initials;
use crate::render::url;
use crate::viewer::{Theme, Viewer};

/// The places of the navigation: only what is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The finding, figures, journey.
    Overview,
    /// List and reading pane.
    Feedback,
    /// Stages and touchpoints.
    Journey,
    /// Where Heard listens.
    Posts,
    /// Files that came in.
    Imports,
    /// The taxonomy.
    Categories,
    /// What no category explains.
    Themes,
    /// What matters for an overall score.
    Drivers,
    /// One customer's matter each.
    Cases,
    /// What many share.
    Issues,
    /// How well customers are served.
    Service,
    /// What departments are told of each week.
    Digests,
    /// How comments are routed.
    Rules,
    /// What the brand and its people promised, and what became of it.
    Promises,
    /// How far what was heard came.
    Ledger,
    /// What goes out to many.
    Letters,
    /// Company, users, posts, categories, tokens.
    Settings,
}

impl Place {
    /// The groups of the navigation.
    const GROUPS: [(&'static str, &'static [Self]); 5] = [
        ("Listen", &[Self::Overview, Self::Feedback, Self::Journey, Self::Posts, Self::Imports]),
        ("Understand", &[Self::Categories, Self::Themes, Self::Drivers]),
        ("Act", &[Self::Issues, Self::Cases, Self::Service, Self::Digests, Self::Rules, Self::Letters]),
        ("Share", &[Self::Promises, Self::Ledger]),
        ("Settings", &[Self::Settings]),
    ];

    /// Its address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Feedback => "/feedback",
            Self::Journey => "/journey",
            Self::Posts => "/posts",
            Self::Imports => "/imports",
            Self::Categories => "/categories",
            Self::Themes => "/themes",
            Self::Drivers => "/drivers",
            Self::Issues => "/issues",
            Self::Cases => "/cases",
            Self::Service => "/cases/service",
            Self::Digests => "/digests",
            Self::Rules => "/rules",
            Self::Promises => "/promises",
            Self::Ledger => "/ledger",
            Self::Letters => "/letters",
            Self::Settings => "/settings",
        }
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Feedback => "Feedback",
            Self::Journey => "Journey",
            Self::Posts => "Listening posts",
            Self::Imports => "Imports",
            Self::Categories => "Categories",
            Self::Themes => "Themes",
            Self::Drivers => "Drivers",
            Self::Issues => "Issues",
            Self::Cases => "Cases",
            Self::Service => "Service",
            Self::Digests => "Weekly digests",
            Self::Rules => "Rules",
            Self::Promises => "Promises",
            Self::Ledger => "Listening ledger",
            Self::Letters => "Letters",
            Self::Settings => "Settings",
        }
    }

    fn icon(self) -> Markup {
        match self {
            Self::Overview => icon("home"),
            Self::Feedback | Self::Letters => icon("feedback"),
            Self::Journey => icon("journey"),
            Self::Posts => icon("ear"),
            Self::Imports => icon("import"),
            Self::Categories => icon("tag"),
            Self::Themes => icon("themes"),
            Self::Drivers => icon("weigh"),
            Self::Issues => icon("branch"),
            Self::Cases => icon("case"),
            Self::Service => icon("check"),
            Self::Digests => icon("cal"),
            Self::Rules => icon("filter"),
            Self::Promises => icon("star"),
            Self::Ledger => icon("file"),
            Self::Settings => icon("settings"),
        }
    }

    /// Whether somebody may see it; everybody has settings of their own.
    fn seen_by(self, viewer: &Viewer) -> bool {
        match self {
            Self::Overview | Self::Journey | Self::Posts | Self::Categories | Self::Drivers | Self::Promises | Self::Ledger => {
                viewer.may(Grant::ReadFigures)
            }
            Self::Feedback | Self::Themes => viewer.may(Grant::ReadFeedback),
            Self::Imports => viewer.may(Grant::ReadImports),
            Self::Cases | Self::Service | Self::Digests | Self::Rules => viewer.may(Grant::ReadCases),
            Self::Issues => viewer.may(Grant::ReadIssues),
            Self::Letters => viewer.may(Grant::Shape),
            Self::Settings => true,
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) " · Heard" }
            link rel="stylesheet" href=(url("app.css"));
            link rel="icon" href=(url("icon.svg")) type="image/svg+xml";
            script type="module" src=(url("app.js")) {}
        }
    }
}

fn mark() -> Markup {
    html! {
        a.brand href="/" {
            svg.logo viewBox="0 0 28 28" aria-hidden="true" {
                path d="M4 14a10 10 0 0 1 10-10h10v10a10 10 0 0 1-10 10H4Z" {}
                path.w d="M10 11v6M14 8.5v11M18 11v6" {}
            }
            span { "Heard" }
        }
    }
}

/// NUL is no character of HTML; wherever it comes from, it is shown as what it is: nothing readable.
fn without_nul(page: Markup) -> Markup {
    if page.0.contains('\0') { PreEscaped(page.0.replace('\0', "\u{fffd}")) } else { page }
}

/// The page round its content.
pub fn page(viewer: &Viewer, place: Option<Place>, title: &str, body: &Markup) -> Markup {
    without_nul(html! {
        (DOCTYPE)
        html lang="en" data-theme=[viewer.theme.map(Theme::code)] {
            (head(title))
            body {
                a.skip href="#main" { "Skip to content" }
                (side(viewer, place))
                main id="main" {
                    // The pages of cases and rules place it themselves.
                    @if viewer.may(Grant::ReadCases) && !matches!(place, Some(Place::Cases | Place::Rules)) { (region()) }
                    (body)
                }
                p.vh id="say" role="status" {}
                (keys())
                (finder(viewer))
            }
        }
    })
}

fn side(viewer: &Viewer, here: Option<Place>) -> Markup {
    let seen = |place: &Place| place.seen_by(viewer);
    html! {
        nav.side aria-label="Main" {
            (mark())
            @if seen(&Place::Feedback) {
                a.find href="/feedback" data-open="find" { (icon("search")) span { "Search or jump" } kbd { "/" } }
            }
            @for (group, places) in Place::GROUPS {
                @if places.iter().any(seen) {
                    section {
                        h2 { (group) }
                        ul {
                            @for place in places.iter().filter(|place| seen(place)) {
                                li {
                                    a href=(place.path()) aria-current=[(here == Some(*place)).then_some("page")] {
                                        (place.icon()) span { (place.label()) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            (me(viewer))
        }
    }
}

fn me(viewer: &Viewer) -> Markup {
    html! {
        div.me {
            span.av aria-hidden="true" { (initials(&viewer.user.name)) }
            div.who { b { (viewer.user.name) } span.role { (viewer.user.role.label()) } }
            form method="post" action="/theme" data-theme-form {
                (csrf(&viewer.csrf))
                button.ghost type="submit" aria-label="Switch light and dark" title="Switch light and dark" { (icon("moon")) }
            }
            form method="post" action="/sign-out" {
                (csrf(&viewer.csrf))
                button.ghost type="submit" aria-label="Sign out" title="Sign out" { (icon("out")) }
            }
        }
    }
}

fn finder(viewer: &Viewer) -> Markup {
    html! {
        dialog.finder id="find" aria-label="Search or jump" {
            form action="/feedback" role="search" {
                input type="search" name="words" placeholder="Search comments" aria-label="Search comments" autocomplete="off";
            }
            ul {
                @for (_, places) in Place::GROUPS {
                    @for place in places.iter().filter(|place| place.seen_by(viewer)) {
                        li { a href=(place.path()) { (place.icon()) (place.label()) } }
                    }
                }
            }
        }
    }
}

fn keys() -> Markup {
    let keys: [(&[&str], &str); 9] = [
        (&["j", "k"], "Next, previous comment"),
        (&["o"], "Open the comment"),
        (&["l", "L"], "Next, previous label of the comment, with its words"),
        (&["e"], "Correct what was understood"),
        (&["s", "g", "c", "i"], "Correct its sentiment, stage, category, intents"),
        (&["Ctrl", "Enter"], "Save the correction"),
        (&["p"], "Pause what arrives, and go on"),
        (&["/"], "Search or jump"),
        (&["?"], "This help"),
    ];
    html! {
        dialog id="keys" aria-labelledby="keys-title" {
            h2 id="keys-title" { "Keyboard" }
            dl.keys {
                @for (which, does) in keys { dt { @for key in which { kbd { (key) } } } dd { (does) } }
            }
            p hidden { label.check { input type="checkbox" id="keys-on"; "Single keys are on" } }
            form method="dialog" { button.secondary type="submit" { "Close" } }
        }
    }
}

/// A page for a customer: in their language, without Heard's own mark, navigation and script.
pub fn visitor(language: &str, title: &str, body: &Markup) -> Markup {
    without_nul(html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href=(url("app.css"));
                link rel="icon" href=(url("icon.svg")) type="image/svg+xml";
            }
            body.bare.visit { main id="main" { (body) } }
        }
    })
}

/// A page for somebody who is not signed in, or for an error: no navigation.
pub fn bare(title: &str, theme: Option<Theme>, body: &Markup) -> Markup {
    without_nul(html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme.map(Theme::code)] {
            (head(title))
            body.bare {
                a.skip href="#main" { "Skip to content" }
                main id="main" { (mark()) (body) }
            }
        }
    })
}
