//! What servers say of the sender of a mail (RFC 8601). Anybody can write such a line into a mail: only that of our own server is to
//! be believed, and only where it speaks of the domain that the customer sees.

use mail_parser::Message;

/// The most lines and the longest line that are looked at, in characters.
const MOST: usize = 50;
const LONGEST: usize = 8_000;

/// The names of the servers that vouch for the address from which a mail says it is. Of each server only its topmost line counts: a
/// server writes above what it was given.
pub fn vouched(message: &Message, from: &str) -> Vec<String> {
    let Some((_, domain)) = from.rsplit_once('@') else { return Vec::new() };
    let lines = message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("authentication-results"));
    let (mut seen, mut vouch) = (Vec::new(), Vec::new());
    for (_, value) in lines.take(MOST) {
        let value: String = value.chars().take(LONGEST).collect();
        let Some((server, proven)) = verdict(&value, domain) else { continue };
        if seen.contains(&server) {
            continue;
        }
        if proven {
            vouch.push(server.clone());
        }
        seen.push(server);
    }
    vouch
}

/// Which server speaks, and whether it vouches for a domain; `None`: it is no such line.
fn verdict(value: &str, domain: &str) -> Option<(String, bool)> {
    let plain = plain(value).to_lowercase();
    let mut pieces = plain.split(';');
    let server = pieces.next()?.split_whitespace().next()?.to_owned();
    let proven = pieces.any(|piece| {
        let mut words = piece.split_whitespace();
        let method = words.next().unwrap_or_default();
        let properties: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
        let of = |name: &str| {
            let values = properties.iter().filter(move |(key, _)| *key == name);
            values.map(|(_, value)| value.rsplit('@').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        match method {
            "dmarc=pass" => of("header.from").iter().all(|given| given == domain),
            "dkim=pass" => of("header.d").iter().chain(&of("header.i")).any(|given| aligned(given, domain)),
            "spf=pass" => of("smtp.mailfrom").iter().any(|given| aligned(given, domain)),
            _ => false,
        }
    });
    Some((server, proven))
}

/// Whether who owns `given` owns `domain` too: it is the same, or one above it.
fn aligned(given: &str, domain: &str) -> bool {
    given.contains('.') && (given == domain || domain.strip_suffix(given).is_some_and(|rest| rest.ends_with('.')))
}

/// Without remarks in brackets, and with nothing left in quotation marks that could end a piece: strangers write there.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in value.chars() {
        if escaped {
            escaped = false;
            if depth == 0 {
                out.push('_');
            }
            continue;
        }
        match c {
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                out.push(' ');
            }
            _ if depth > 0 => {}
            _ if quoted => out.push(if c.is_ascii_alphanumeric() || "@.-".contains(c) { c } else { '_' }),
            _ => out.push(c),
        }
    }
    // “method = result” may have spaces.
    let mut joined = out.replace(" =", "=").replace("= ", "=");
    while joined.contains(" =") {
        joined = joined.replace(" =", "=");
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_verdict_about_the_domain_that_is_seen_counts() {
        for (value, proven) in [
            ("mx.example.com; dmarc=pass header.from=bank.example", true),
            ("mx.example.com 1; spf=pass (ok) smtp.mailfrom=a@bank.example", true),
            ("mx.example.com; dkim=pass (2048-bit key) header.d=bank.example header.s=x", true),
            ("mx.example.com; dkim=fail header.d=bank.example; dkim=pass header.i=@bank.example", true),
            ("mx.example.com; dmarc=fail header.from=bank.example; spf=pass smtp.mailfrom=evil.example", false),
            ("mx.example.com; dmarc=pass header.from=evil.example", false),
            ("mx.example.com; dkim=pass header.d=evil.example", false),
            ("mx.example.com; dkim=pass header.d=ank.example", false),
            ("mx.example.com; dkim=pass header.d=example", false),
            ("mx.example.com; none", false),
            // What a stranger may write into it.
            ("mx.example.com; spf=none (x; dkim=pass header.d=bank.example) smtp.mailfrom=evil.example", false),
            ("mx.example.com; spf=fail (\\); dkim=pass header.d=bank.example ;) smtp.mailfrom=e.example", false),
            ("mx.example.com; spf=none smtp.mailfrom=\"; dkim=pass header.d=bank.example ;\"@evil.example", false),
            ("mx.example.com; spf=pass smtp.mailfrom=\"x@bank.example \"@evil.example", false),
        ] {
            assert_eq!(verdict(value, "bank.example"), Some(("mx.example.com".to_owned(), proven)), "{value}");
        }
        assert!(aligned("bank.example", "mail.bank.example") && !aligned("mail.bank.example", "bank.example"));
    }
}
