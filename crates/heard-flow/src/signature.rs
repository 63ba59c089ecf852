//! Signatures: those of deliveries (Standard Webhooks), and those of forms that are handed out to strangers.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use heard_domain::time::Time;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Every secret of a webhook begins like this.
pub const PREFIX: &str = "whsec_";

/// How far the sender's clock may be off, or a delivery delayed, in seconds.
pub const WINDOW_S: i64 = 300;

/// What is signed of a delivery, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// `webhook-id`: the same for every try of one message.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or several, separated by spaces.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

fn of_delivery(secret: &str, delivery: &Delivery) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(delivery.id.as_bytes());
    mac.update(b".");
    mac.update(delivery.timestamp.as_bytes());
    mac.update(b".");
    mac.update(delivery.body);
    Some(mac)
}

/// The signature of a delivery under a secret: `v1,…`.
pub fn sign(secret: &str, delivery: &Delivery) -> Option<String> {
    Some(format!("v1,{}", STANDARD.encode(of_delivery(secret, delivery)?.finalize().into_bytes())))
}

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// A header is missing or cannot be read.
    Headers,
    /// Its time is too far from ours.
    Time,
    /// No signature fits.
    Signature,
}

/// Whether a delivery is signed with one of these secrets and not older than the window. How long it takes tells nothing about
/// where a signature differs.
pub fn signed(secrets: &[&str], delivery: &Delivery, now: Time) -> Result<(), Unsigned> {
    if delivery.id.is_empty() || delivery.id.len() > 200 {
        return Err(Unsigned::Headers);
    }
    let at: i64 = delivery.timestamp.parse().map_err(|_| Unsigned::Headers)?;
    if now.0.div_euclid(1000).abs_diff(at) > WINDOW_S as u64 {
        return Err(Unsigned::Time);
    }
    let given: Vec<Vec<u8>> = delivery
        .signature
        .split_ascii_whitespace()
        .take(8)
        .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
        .collect();
    let mut fits = false;
    for secret in secrets {
        let Some(mac) = of_delivery(secret, delivery) else { continue };
        for signature in &given {
            fits |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    if fits { Ok(()) } else { Err(Unsigned::Signature) }
}

/// What a form carries that was handed out to a stranger: when, a one-time name, and proof that it was us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// When it was handed out.
    pub at: Time,
    /// Its one-time name: sent twice, it is the same feedback.
    pub once: String,
}

fn of_form(key: &str, code: &str, handed: &Handed) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(format!("heard form\0{code}\0{}\0{}", handed.at.0, handed.once).as_bytes());
    Some(mac)
}

/// The token of a form that is handed out.
pub fn hand_out(key: &str, code: &str, handed: &Handed) -> String {
    let mac = of_form(key, code, handed).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default();
    format!("{}.{}.{mac}", handed.at.0, handed.once)
}

/// What a token says, if it is one of ours for this form.
pub fn handed_out(key: &str, code: &str, token: &str) -> Option<Handed> {
    let (rest, mac) = token.rsplit_once('.')?;
    let (at, once) = rest.split_once('.')?;
    let plain = |text: &str| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !plain(once) || once.is_empty() {
        return None;
    }
    let handed = Handed { at: Time(at.parse().ok()?), once: once.to_owned() };
    let given = URL_SAFE_NO_PAD.decode(mac).ok()?;
    of_form(key, code, &handed)?.verify_slice(&given).ok()?;
    Some(handed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn delivery<'a>(timestamp: &'a str, signature: &'a str) -> Delivery<'a> {
        Delivery { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp, signature, body: BODY }
    }

    #[test]
    fn the_known_signature_is_ours() {
        let known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(SECRET, &delivery("1614265330", "")).as_deref(), Some(known));
        let now = Time(1_614_265_330_000);
        assert_eq!(signed(&[SECRET], &delivery("1614265330", known), now), Ok(()));
        let several = format!("v1,AAAA v2,xyz {known}");
        assert_eq!(signed(&["whsec_AAAA", SECRET], &delivery("1614265330", &several), now), Ok(()));
        for (signature, reason) in
            [("", Unsigned::Signature), ("v1,AAAA", Unsigned::Signature), (known.trim_start_matches("v1,"), Unsigned::Signature)]
        {
            assert_eq!(signed(&[SECRET], &delivery("1614265330", signature), now), Err(reason));
        }
        assert_eq!(signed(&["whsec_AAAA"], &delivery("1614265330", known), now), Err(Unsigned::Signature));
        assert_eq!(signed(&[SECRET], &delivery("1614265330", known), now.plus_ms(301_000)), Err(Unsigned::Time));
        assert_eq!(signed(&[SECRET], &delivery("1614265330", known), now.plus_ms(-301_000)), Err(Unsigned::Time));
        assert_eq!(signed(&[SECRET], &delivery("1614265330x", known), now), Err(Unsigned::Headers));
        assert_eq!(signed(&[SECRET], &delivery("-9223372036854775808", known), now), Err(Unsigned::Time));
    }

    #[test]
    fn a_form_is_known_again_only_as_it_was_handed_out() {
        let handed = Handed { at: Time(1_000), once: "abc-_1".into() };
        let token = hand_out("key", "code", &handed);
        assert_eq!(handed_out("key", "code", &token), Some(handed));
        assert_eq!(handed_out("other", "code", &token), None);
        assert_eq!(handed_out("key", "edoc", &token), None);
        for forged in ["", ".", "..", "1000.abc-_1.", &token.replacen("1000", "1001", 1), &token.replacen("abc", "abd", 1)] {
            assert_eq!(handed_out("key", "code", forged), None, "{forged}");
        }
    }
}
