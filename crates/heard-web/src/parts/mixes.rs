//! What a view is made of: emotions and channels, each part with its share, its change and the way to its comments.

use heard_charts::mix::{Mix, Part as Slice, mix};
use heard_charts::number::{decimal, signed_decimal, whole};
use heard_domain::channel::Channel;
use heard_domain::reading::Emotion;
use heard_flow::measure::mixes::Part;
use maud::{Markup, PreEscaped, html};

/// The class and the light colour of an emotion.
pub fn colour(emotion: Emotion) -> (&'static str, &'static str) {
    match emotion {
        Emotion::Joy => ("m-joy", "#1f6f6b"),
        Emotion::Gratitude => ("m-gratitude", "#4f9b95"),
        Emotion::Trust => ("m-trust", "#8fcac4"),
        Emotion::Surprise => ("m-surprise", "#8f97d8"),
        Emotion::Confusion => ("m-confusion", "#d9c07a"),
        Emotion::Disappointment => ("m-disappointment", "#f0b694"),
        Emotion::Anger => ("m-anger", "#b4441f"),
        Emotion::Fear => ("m-fear", "#7a2230"),
    }
}

/// The bar of emotions, from good to bad.
pub fn bar(name: &str, parts: &[Part<Emotion>]) -> Markup {
    let mut sorted: Vec<&Part<Emotion>> = parts.iter().collect();
    sorted.sort_by_key(|part| part.what.index());
    let slices: Vec<Slice> = sorted
        .iter()
        .map(|part| {
            let (class, colour) = colour(part.what);
            Slice { label: part.what.label(), class, colour, amount: part.share }
        })
        .collect();
    html! { (PreEscaped(mix(&Mix { name, parts: &slices }).as_str())) }
}

/// Emotions as a bar and a list.
pub fn emotions(parts: &[Part<Emotion>], href: &dyn Fn(&Part<Emotion>) -> String) -> Markup {
    if parts.is_empty() {
        return html! { p.soft { "No emotion was read in these comments." } };
    }
    html! {
        (bar("Emotions", parts))
        ul.parts {
            @for part in parts {
                @let (class, _) = colour(part.what);
                li {
                    a href=(href(part)) { i.(class) {} span.pn { (part.what.label()) } (share(part.share)) (moved(part.share, part.before)) }
                }
            }
        }
    }
}

/// Channels as a list with bars.
pub fn channels(parts: &[Part<Channel>], href: &dyn Fn(&Part<Channel>) -> String) -> Markup {
    html! {
        ul.parts {
            @for part in parts {
                li {
                    a href=(href(part)) {
                        span.pn { (part.what.label()) span.soft { " " (whole(part.n)) } }
                        (share(part.share))
                        (moved(part.share, part.before))
                    }
                }
            }
        }
    }
}

fn share(share: f64) -> Markup {
    html! { span.ps { (decimal(share, usize::from(share < 9.95))) " %" } }
}

fn moved(now: f64, before: Option<f64>) -> Markup {
    html! {
        span.pd {
            @if let Some(before) = before { (signed_decimal(now - before, 1)) span.vh { " points against the period before" } }
        }
    }
}
