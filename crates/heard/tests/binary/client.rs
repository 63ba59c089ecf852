//! The smallest client that speaks HTTP/1.1 to Heard: one connection a request, a time limit, nothing hidden.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Status line and headers, in lower case.
    pub head: String,
    /// The body; a text where it is no JSON.
    pub body: Value,
}

/// Sends JSON, or bytes as they are, and waits for the whole answer. An answer that breaks off is an error.
pub fn send(to: SocketAddr, method: &str, path: &str, token: &str, kind: &str, body: &[u8]) -> Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&to, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    stream.set_write_timeout(Some(Duration::from_mins(1)))?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: heard\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    // The server may answer before it has read a body that it does not want.
    let sent = stream.write_all(body);
    let mut answer = vec![];
    let received = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        sent?;
        received?;
    }
    understood(&answer)
}

/// Asks for a resource.
pub fn get(to: SocketAddr, path: &str, token: &str) -> Result<Answer> {
    send(to, "GET", path, token, "application/json", b"")
}

/// Sends JSON.
pub fn post(to: SocketAddr, path: &str, token: &str, body: &Value) -> Result<Answer> {
    send(to, "POST", path, token, "application/json", body.to_string().as_bytes())
}

fn understood(answer: &[u8]) -> Result<Answer> {
    let broken = || Error::new(ErrorKind::UnexpectedEof, "the answer broke off");
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(broken)?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    let rest = &answer[end + 4..];
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let body = if field("transfer-encoding:") == Some("chunked") {
        unchunked(rest).ok_or_else(broken)?
    } else {
        let length: usize = field("content-length:").and_then(|length| length.parse().ok()).unwrap_or_default();
        rest.get(..length).ok_or_else(broken)?.to_vec()
    };
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    Ok(Answer { status, head, body })
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = vec![];
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + 4 + length..)?;
    }
}
