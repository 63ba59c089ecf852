//! Proof that a form came from Heard's own page: a token bound to the session, and where the browser says it came from.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::state::Site;

const BYTES: usize = 32;

fn of_session(session: &str) -> [u8; BYTES] {
    Sha256::new().chain_update(b"heard csrf\0").chain_update(session.as_bytes()).finalize().into()
}

/// A token for the forms of one answer. The mask makes it another one each time, so that compression tells nothing about it.
pub fn token(session: &str, mask: [u8; BYTES]) -> String {
    let masked = of_session(session).into_iter().zip(mask).map(|(byte, mask)| byte ^ mask);
    URL_SAFE_NO_PAD.encode(mask.into_iter().chain(masked).collect::<Vec<u8>>())
}

/// Whether a token belongs to the session.
pub fn fits(session: &str, token: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
    let Some((mask, masked)) = bytes.split_at_checked(BYTES) else { return false };
    let wanted = of_session(session);
    // Without an early end: how long it takes tells nothing about where it differs.
    masked.len() == BYTES && masked.iter().zip(mask).zip(wanted).fold(0, |wrong, ((a, b), c)| wrong | (a ^ b ^ c)) == 0
}

/// Whether the browser says that the request comes from this site's own page. Every browser says so on POST: silence is refused.
pub fn from_own_page(headers: &HeaderMap, site: &Site) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(place) = headers.get("sec-fetch-site") {
        return place == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let own = site.public_url.as_deref().is_some_and(|url| url.eq_ignore_ascii_case(origin));
    let host = origin.split_once("://").map(|(_, host)| host);
    own || (host.is_some() && host == text(header::HOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_only_its_session() {
        let (a, b) = (token("session", [7; BYTES]), token("session", [8; BYTES]));
        assert_ne!(a, b);
        assert!(fits("session", &a) && fits("session", &b));
        assert!(!fits("other", &a));
        assert!(!fits("session", "") && !fits("session", "AAAA") && !fits("session", "ä"));
    }

    #[test]
    fn only_the_own_page_may_post() {
        let site = Site { public_url: Some("https://heard.example.com".into()), ..Site::default() };
        let headers = |pairs: &[(&'static str, &str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
        };
        for (pairs, fine) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://heard.example.com")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "https://heard.example.com"), ("host", "10.0.0.2:80")], true),
            (vec![("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true),
            (vec![("origin", "https://evil.example"), ("host", "heard.example.com")], false),
            (vec![("origin", "null"), ("host", "null")], false),
            (vec![], false),
        ] {
            assert_eq!(from_own_page(&headers(&pairs), &site), fine, "{pairs:?}");
        }
    }
}
