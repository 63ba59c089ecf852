//! What the words in a column's name point to.

/// The words of a name: "reviewCreated (UTC)" is review, created, utc.
pub fn words(name: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let hump = c.is_uppercase() && before.is_lowercase();
        if (!c.is_alphanumeric() || hump) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// Names are the same if their letters and digits are.
pub fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether one of the words is in a list.
pub fn any(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

/// Words for a verbatim.
pub const TEXT: &[&str] = &[
    "text",
    "comment",
    "comments",
    "feedback",
    "review",
    "content",
    "body",
    "message",
    "narrative",
    "verbatim",
    "description",
    "complaint",
    "remark",
    "remarks",
    "note",
    "notes",
    "suggestion",
    "suggestions",
    "answer",
    "opinion",
    "tweet",
    "post",
    "transcript",
    "sentence",
    "why",
    "tell",
    "explain",
    "improve",
    "kommentar",
    "kommentare",
    "bewertung",
    "rückmeldung",
    "nachricht",
    "commentaire",
    "avis",
    "comentario",
    "comentarios",
    "opinión",
    "mensaje",
    "commento",
    "recensione",
];
/// Words for what stands above a verbatim.
pub const TITLE: &[&str] = &["title", "subject", "headline", "summary", "betreff", "titel", "titre", "asunto"];
/// Words for what the company says, not the customer.
pub const COMPANY_SPEAKS: &[&str] = &["reply", "replied", "developer", "company", "public", "internal", "resolution", "gold"];
/// Words for the moment at which something was said.
pub const SAID: &[&str] = &[
    "created",
    "date",
    "time",
    "timestamp",
    "submitted",
    "received",
    "posted",
    "recorded",
    "published",
    "at",
    "when",
    "day",
    "opened",
    "submit",
    "datum",
    "zeit",
    "zeitpunkt",
    "fecha",
    "hora",
    "heure",
    "data",
    "ora",
    "millis",
    "epoch",
];
/// Words for other moments.
pub const OTHER_TIME: &[&str] = &[
    "sent",
    "updated",
    "modified",
    "closed",
    "reply",
    "replied",
    "due",
    "birth",
    "birthday",
    "dob",
    "resolved",
    "solved",
    "start",
    "started",
    "stage",
    "departure",
    "arrival",
    "purchase",
    "ordered",
    "renewal",
    "expiry",
    "expires",
    "assigned",
    "last",
    "edited",
];
/// Words for what tells one thing from another.
pub const ID: &[&str] = &["id", "ids", "key", "uuid", "guid", "no", "nr", "num", "number", "ref", "reference", "code", "token"];
/// Words for customers.
pub const PERSON: &[&str] = &[
    "customer",
    "user",
    "person",
    "contact",
    "requester",
    "author",
    "member",
    "respondent",
    "consumer",
    "client",
    "reviewer",
    "guest",
    "passenger",
    "recipient",
    "visitor",
    "subscriber",
    "patient",
    "kunde",
    "kunden",
    "client",
    "cliente",
];
/// Words for names.
pub const NAME: &[&str] = &["name", "author", "reviewer", "requester", "from", "by", "sender", "writer", "nickname", "who"];
/// Words for handles.
pub const HANDLE: &[&str] = &["handle", "username", "screenname", "nick", "nickname", "acct", "login", "twitter", "instagram"];
/// Words for staff: they are not the customer.
pub const STAFF: &[&str] =
    &["agent", "assignee", "staff", "employee", "owner", "manager", "rep", "moderator", "responder", "collector"];
/// Words for scores.
pub const SCORE: &[&str] = &[
    "nps",
    "csat",
    "ces",
    "score",
    "rating",
    "ratings",
    "stars",
    "star",
    "satisfaction",
    "satisfied",
    "recommend",
    "likelihood",
    "likely",
    "effort",
    "grade",
    "overall",
    "zufriedenheit",
    "zufrieden",
    "weiterempfehlen",
    "satisfait",
    "satisfaits",
    "recommander",
    "recommanderiez",
    "satisfecho",
    "recomendaría",
    "soddisfatto",
    "note",
    "puntuación",
    "valoración",
    "punkte",
    "sterne",
];
/// Words for numbers that nobody gave as a score.
pub const NO_SCORE: &[&str] = &[
    "confidence",
    "count",
    "votes",
    "vote",
    "helpful",
    "probability",
    "sentiment",
    "age",
    "latitude",
    "longitude",
    "coord",
    "duration",
    "price",
    "amount",
    "year",
    "id",
    "group",
    "gold",
    "number",
    "seconds",
    "lead",
];
/// Words for what nobody filters by, or nobody should.
pub const NO_ATTRIBUTE: &[&str] = &[
    "ip",
    "ipaddress",
    "latitude",
    "longitude",
    "lat",
    "lon",
    "lng",
    "coord",
    "coords",
    "coordinates",
    "count",
    "confidence",
    "password",
    "token",
    "hash",
    "gildings",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("reviewCreated (UTC)"), ["review", "created", "utc"]);
        assert_eq!(words("tweet_id"), ["tweet", "id"]);
        assert_eq!(words("NPS Score"), ["nps", "score"]);
        assert_eq!(words("author.name"), ["author", "name"]);
        assert_eq!(normal("Review Created (UTC)"), "reviewcreatedutc");
    }
}
