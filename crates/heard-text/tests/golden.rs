//! Verbatims and what is understood of them: a change of the reader shows here before a customer sees it.

use std::fmt::Write;

use heard_domain::id::FeedbackId;
use heard_domain::reading::{Label, Reading, Span};
use heard_domain::starter::industry::Industry;
use heard_domain::starter::plan::Planted;
use heard_text::pipeline::Reader;
use heard_text::step::ToRead;

fn planted(industry: Industry) -> Planted {
    let mut id = 0;
    industry.starter().plant(|| {
        id += 1;
        id
    })
}

fn words(text: &str, spans: &[Span]) -> String {
    let words: Vec<&str> = spans.iter().filter_map(|span| span.of(text)).collect();
    if words.is_empty() { String::new() } else { format!(" ← {}", words.join(" … ")) }
}

/// A reading as a page of text; confidences are left out, so that training anew changes only what a reader would notice.
fn page(planted: &Planted, text: &str, reading: &Reading) -> String {
    let mut out = format!("“{}”\n", text.escape_debug());
    let notes: Vec<&str> = reading.notes.iter().map(|note| note.code()).collect();
    let _ = writeln!(out, "  language {}  {}", reading.language.as_ref().map_or("?", |(code, _)| code), notes.join(" "));
    for passage in &reading.passages {
        let _ = writeln!(out, "  · {}", passage.span.of(text).unwrap_or("(beyond the verbatim)").escape_debug());
        if let Some(sentiment) = &passage.sentiment {
            let _ = writeln!(out, "      {}{}", sentiment.polarity.code(), words(text, &sentiment.evidence));
        }
        let mut line = |what: &str, name: &str, evidence: &[Span]| {
            let _ = writeln!(out, "      {what} {name}{}", words(text, evidence));
        };
        if let Some(Label { value, evidence, .. }) = &passage.emotion {
            line("emotion", value.code(), evidence);
        }
        if let Some(stage) = &passage.stage {
            line("stage", planted.journey.stage(stage.value).map_or("?", |s| &s.name), &[]);
        }
        for category in &passage.categories {
            line("about", planted.taxonomy.category(category.value).map_or("?", |c| &c.name), &category.evidence);
        }
        for intent in &passage.intents {
            line("wants", intent.value.code(), &intent.evidence);
        }
    }
    for entity in &reading.entities {
        let _ = writeln!(out, "  {} {}", entity.kind.code(), entity.span.of(text).unwrap_or("?"));
    }
    out
}

fn read_all(industry: Industry, texts: &[&str]) -> String {
    let planted = planted(industry);
    let reader = Reader::new(&planted.journey, &planted.taxonomy);
    let asked = |text| ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None };
    texts.iter().map(|text| page(&planted, text, &reader.read(&asked(text)))).collect::<Vec<_>>().join("\n")
}

#[test]
fn airline() {
    insta::assert_snapshot!(read_all(
        Industry::Airline,
        &[
            "@example Although the crew was friendly, the seat was broken and the food was cold.",
            "Great staff, but we waited 3 hours at the gate and nobody told us anything.",
            "You promised a call back within 24 hours. Nobody called. I'm switching to another airline!",
            "Spoke with Kevin Smith about booking reference AB12CD and case number 4482913, he was so rude.",
            "Do you fly to Lisbon in May?",
            "Lost my bag AGAIN. Third time this year #fail #never",
            "Thank you Maria, you found my suitcase and made my day 😍",
            "Not bad at all, the new seats are comfortable.",
        ],
    ));
}

#[test]
fn software_and_shops() {
    insta::assert_snapshot!(read_all(
        Industry::Software,
        &[
            "It would be great if you could add a dark mode to the mobile app.",
            "Since the last update the dashboard takes forever to load and the export crashes.",
            "Support answered within minutes and knew exactly what to do.",
        ],
    ));
    insta::assert_snapshot!(
        "shops",
        read_all(
            Industry::Retail,
            &[
                "The parcel never arrives when they say, and the voucher I got has already expired.",
                "Order no. 70012345 came in the wrong size, I want my money back!",
                "Lovely shop, helpful staff. However, the queue at the till was far too long.",
            ],
        )
    );
}

#[test]
fn banks_and_industry() {
    insta::assert_snapshot!(read_all(
        Industry::Bank,
        &[
            "I am a victim of identity theft. Please remove this fraudulent account XXXX from my credit report.",
            "I was charged an overdraft fee twice and the agent hung up on me.",
        ],
    ));
    insta::assert_snapshot!(
        "industry",
        read_all(
            Industry::Industrial,
            &[
                "The technician was on site within two hours and our line is running again.",
                "Third batch out of tolerance; we are looking at another supplier.",
            ],
        )
    );
}

#[test]
fn hostile_and_foreign() {
    insta::assert_snapshot!(read_all(
        Industry::Retail,
        &[
            "",
            "!!! ... ???",
            "😡😡😡",
            "<script>alert('bad')</script><b>Terrible</b> &amp; rude",
            "=HYPERLINK(\"http://x\";\"great\")",
            "\u{202e}elbirret\u{202c} te\u{200b}rrible\0 service",
            "Ich warte seit drei Wochen auf mein Paket, unglaublich! 😡",
            "Le colis n'est jamais arrivé et personne ne répond au téléphone.",
            "配送がとても遅いです。",
        ],
    ));
}
