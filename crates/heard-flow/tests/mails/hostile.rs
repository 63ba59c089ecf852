//! Hostile mails, made from a number: what strangers send.

use crate::draw;

/// Stands in every mail; no mail of ours may have it.
pub const MARK: &str = "ECHO-OF-A-STRANGER";

/// From whom they say they are; the last is our own customer, forged.
pub const SENDERS: [&str; 6] =
    ["eve@evil.example", "mallory@evil.example", "victim@bank.example", "list@example.net", "x@example.net", "ann@example.org"];

/// The mail with a number.
pub fn mail(n: u64, reply: &str, message_id: &str) -> Vec<u8> {
    let mut seed = n + 1;
    draw(&mut seed);
    let sender = SENDERS[(draw(&mut seed) % SENDERS.len() as u64) as usize];
    let to = match draw(&mut seed) % 4 {
        0 => "reply+ffffffffffffffffffffffffffffffff@example.com",
        1 => "reply@example.com",
        2 => "care@example.com, victim@bank.example",
        _ => "victim@bank.example",
    };
    let head = format!(
        "From: \"{MARK}\" <{sender}>\r\nTo: {to}\r\nCc: victim@bank.example\r\nSubject: {MARK} {n}\r\nMessage-ID: <{n}@evil.example>\r\nReply-To: victim@bank.example\r\n"
    );
    let body = format!("{MARK} {n}: the queue was long.");
    let plain = |more: &str, body: &str| format!("{head}{more}\r\n{body}\r\n").into_bytes();
    match n % 20 {
        0 => plain("", &body),
        // Headers within words, and words that look like commands.
        1 => plain("X: a\r\n b\r\n\tc\r\n", &format!("{body}\r\n.\r\nMAIL FROM:<x>\r\nBcc: victim@bank.example\r\n{{{{name}}}}")),
        2 => plain("Auto-Submitted: auto-replied\r\n", &body),
        3 => plain("Precedence: bulk\r\nList-Id: <x>\r\n", &body),
        // A loop: it says that it is from us.
        4 => format!("From: care@example.com\r\nTo: {to}\r\nSubject: {MARK}\r\n\r\n{body} {n}\r\n").into_bytes(),
        5 => format!("From: reply+0123@example.com\r\nTo: {to}\r\n\r\n{body} {n}\r\n").into_bytes(),
        // Forged bounces: of an address of somebody else, with a guessed identifier, or with the true one and another address.
        6 => {
            let id = if draw(&mut seed).is_multiple_of(2) { "<guess@example.com>" } else { message_id };
            let kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
            if n % 40 == 6 {
                // An identifier with NUL, within base64.
                let headers = "--b\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\nTWVzc2FnZS1JRDogPGEAYj4NCg==\r\n--b--";
                return plain(kind, headers);
            }
            let status = format!(
                "--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; victim@bank.example\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--"
            );
            plain(kind, &status)
        }
        // Answers to what we sent, by a sender to whom we did not send it.
        7 => plain(&format!("In-Reply-To: {message_id}\r\nReferences: {message_id}\r\n"), &body),
        // Bombs: heads, parts, depth, encodings that never end.
        8 => plain(&"X-Long: y\r\n".repeat(3_000 + (n as usize % 7) * 1_000), &body),
        9 => plain("Content-Type: multipart/mixed; boundary=b\r\n", &"--b\r\n\r\nx\r\n".repeat(20_000)),
        10 => {
            let deep: Vec<String> =
                (0..500).map(|d| format!("Content-Type: multipart/mixed; boundary=b{d}\r\n\r\n--b{d}\r\n")).collect();
            plain("", &deep.concat())
        }
        11 => plain("", &"Content-Type: message/rfc822\r\n\r\n".repeat(5_000)),
        12 => plain("Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: base64\r\n", &"QUFB".repeat(2_000)),
        13 => plain(
            "Content-Type: text/html; charset=\"../../etc/passwd\"\r\n",
            &format!("<script>{}</script><p>{body} <img src=x onerror=alert(1)></p>", "<".repeat(5_000)),
        ),
        14 => plain("", &format!("{}\0{body}", "\0".repeat(100))),
        // Random bytes, and a mail cut anywhere.
        15 => (0..2_000 + n as usize).map(|_| draw(&mut seed) as u8).collect(),
        16 => {
            let whole = plain(
                "Content-Type: multipart/alternative; boundary=\"b\"\r\n",
                &format!(
                    "--b\r\nContent-Type: text/plain\r\n\r\n{body}\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>{body}</b>\r\n--b--"
                ),
            );
            let end = draw(&mut seed) as usize % whole.len();
            whole[..end.max(1)].to_vec()
        }
        17 => format!("From: <a@b>, =?utf-8?b?{}?= <>\r\nTo: {}\r\n\r\n{body} {n}", "w".repeat(500), "x@y.example,".repeat(500))
            .into_bytes(),
        // The customer, by the secret that only they have.
        18 => format!("From: ann@example.org\r\nTo: {reply}\r\nMessage-ID: <{n}@example.org>\r\n\r\nNumber {n}: {MARK}.\r\n")
            .into_bytes(),
        _ => plain(
            "Content-Transfer-Encoding: quoted-printable\r\n",
            &format!("{body}=\r\n={}", "=0D=0ABcc:=20victim@bank.example".repeat(50)),
        ),
    }
}
