//! A mailbox, read by IMAP (RFC 3501): new mails since the last look, left where they are and as they are. Only what that takes is
//! spoken, and nothing that the server says is longer than what is expected of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::posts::mail::LARGEST_MAIL;
use crate::tls::{Protection, Security, client};

/// So long the server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest line of the server, in bytes, and the most lines of one answer.
const LONGEST_LINE: u64 = 64 << 10;
const MOST_LINES: usize = 200_000;

/// A mailbox on a server.
#[derive(Clone)]
pub struct Imap {
    /// The name of the server, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub protection: Protection,
    /// Who we are to it.
    pub user: String,
    /// What proves it.
    pub password: String,
    /// Which mailbox: `INBOX`.
    pub folder: String,
}

/// How far a mailbox was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Under which numbering.
    pub validity: u32,
    /// The last number that was read.
    pub last: u32,
}

/// A mail in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its number.
    pub uid: u32,
    /// Its bytes; `None`: it is larger than any that is read.
    pub raw: Option<Vec<u8>>,
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The numbering of the mailbox.
    pub validity: u32,
    /// New mails, in the order of their numbers.
    pub mails: Vec<Fetched>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

enum Wire {
    Open(TcpStream),
    Protected(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Open(stream) => stream.read(into),
            Self::Protected(stream) => stream.read(into),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Open(stream) => stream.write(bytes),
            Self::Protected(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Open(stream) => stream.flush(),
            Self::Protected(stream) => stream.flush(),
        }
    }
}

struct Talk {
    wire: BufReader<Wire>,
    tag: u32,
}

/// One line of an answer with the literals that it carries.
struct Line {
    text: String,
    literal: Option<Vec<u8>>,
}

impl Imap {
    /// Looks for mails above what was read, at most `most` of them. Says what went wrong, in words for whoever runs Heard.
    pub fn look(&self, read: Position, most: usize) -> Result<Look, String> {
        let mut talk = self.connect()?;
        talk.say(&format!("LOGIN {} {}", quoted(&self.user)?, quoted(&self.password)?))
            .map_err(|error| format!("signing in: {error}"))?;
        let opened =
            talk.say(&format!("EXAMINE {}", quoted(&self.folder)?)).map_err(|error| format!("{}: {error}", self.folder))?;
        let validity = opened.iter().find_map(|line| number_after(&line.text, "[UIDVALIDITY ")).unwrap_or(0);
        // Numbered anew: everything may be new, and what is not is known by its bytes.
        let last = if validity == read.validity { read.last } else { 0 };
        let sizes = talk.say(&format!("UID FETCH {}:* (UID RFC822.SIZE)", last.saturating_add(1)))?;
        let mut there: Vec<(u32, u32)> = sizes
            .iter()
            .filter_map(|line| Some((number_after(&line.text, "UID ")?, number_after(&line.text, "RFC822.SIZE ")?)))
            // “n:*” always answers at least the last mail, even where it is lower.
            .filter(|(uid, _)| *uid > last)
            .collect();
        there.sort_unstable();
        there.dedup();
        let more = there.len() > most;
        let mut mails = Vec::new();
        for (uid, size) in there.into_iter().take(most) {
            if size as usize > LARGEST_MAIL {
                mails.push(Fetched { uid, raw: None });
                continue;
            }
            let lines = talk.say(&format!("UID FETCH {uid} (UID BODY.PEEK[])"))?;
            // A mail that went away meanwhile is no answer.
            if let Some(raw) = lines.into_iter().find_map(|line| line.literal) {
                mails.push(Fetched { uid, raw: Some(raw) });
            }
        }
        // It was read; how the server says farewell does not matter.
        let _ = talk.say("LOGOUT");
        Ok(Look { validity, mails, more })
    }

    fn connect(&self) -> Result<Talk, String> {
        let server = format!("{}:{}", self.host, self.port);
        let mut addresses = server.to_socket_addrs().map_err(|error| format!("{server}: {error}"))?;
        let address = addresses.next().ok_or_else(|| format!("{server} has no address"))?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|error| format!("{server}: {error}"))?;
        for set in [stream.set_read_timeout(Some(PATIENCE)), stream.set_write_timeout(Some(PATIENCE))] {
            set.map_err(|error| error.to_string())?;
        }
        let mut talk = match self.protection.security {
            Security::Tls => Talk::over(self.protected(stream)?),
            Security::Starttls | Security::None => Talk::over(Wire::Open(stream)),
        };
        let greeting = talk.line()?;
        if !greeting.text.starts_with("* OK") {
            return Err(format!("the mail server does not greet: {}", short(&greeting.text)));
        }
        if self.protection.security == Security::Starttls {
            talk.say("STARTTLS").map_err(|error| format!("nothing is read unprotected: {error}"))?;
            // What the server had sent before it was protected is not believed.
            let Wire::Open(stream) = talk.wire.into_inner() else { return Err("the connection is protected already".to_owned()) };
            talk = Talk::over(self.protected(stream)?);
        }
        Ok(talk)
    }

    fn protected(&self, stream: TcpStream) -> Result<Wire, String> {
        let name = ServerName::try_from(self.host.clone()).map_err(|error| error.to_string())?;
        let config = client(self.protection.roots.as_ref())?;
        let connection = ClientConnection::new(Arc::clone(&config), name).map_err(|error| error.to_string())?;
        Ok(Wire::Protected(Box::new(StreamOwned::new(connection, stream))))
    }
}

impl Talk {
    fn over(wire: Wire) -> Self {
        Self { wire: BufReader::new(wire), tag: 0 }
    }

    /// Says a command, and gives the lines of the answer.
    fn say(&mut self, command: &str) -> Result<Vec<Line>, String> {
        self.tag += 1;
        let tag = format!("h{} ", self.tag);
        let wire = self.wire.get_mut();
        wire.write_all(format!("{tag}{command}\r\n").as_bytes())
            .and_then(|()| wire.flush())
            .map_err(|error| error.to_string())?;
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES {
            let line = self.line()?;
            match line.text.strip_prefix(&tag) {
                Some(ended) if ended.starts_with("OK") => return Ok(lines),
                Some(ended) => return Err(format!("the mail server refuses: {}", short(ended))),
                None => lines.push(line),
            }
        }
        Err("the mail server answers without end".to_owned())
    }

    /// A line, with the first literal that it carries; further ones are read and dropped.
    fn line(&mut self) -> Result<Line, String> {
        let (mut text, mut literal) = (String::new(), None);
        loop {
            let piece = self.piece()?;
            text.push_str(&piece);
            let Some(length) = literal_length(&piece) else { return Ok(Line { text, literal }) };
            if length > LARGEST_MAIL + (1 << 20) {
                return Err("the mail server sends more than it had announced".to_owned());
            }
            let mut bytes = Vec::with_capacity(length.min(1 << 20));
            (&mut self.wire).take(length as u64).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            if bytes.len() < length {
                return Err("the connection ended within a mail".to_owned());
            }
            literal.get_or_insert(bytes);
        }
    }

    fn piece(&mut self) -> Result<String, String> {
        let mut bytes = Vec::new();
        (&mut self.wire).take(LONGEST_LINE).read_until(b'\n', &mut bytes).map_err(|error| error.to_string())?;
        if bytes.last() != Some(&b'\n') {
            return Err("the connection ended within a line, or the line is too long".to_owned());
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
    }
}

fn literal_length(line: &str) -> Option<usize> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}

fn number_after(line: &str, word: &str) -> Option<u32> {
    let at = line.to_ascii_uppercase().find(word)? + word.len();
    let digits: String = line.get(at..)?.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A text in quotes; one that could end the command is refused.
fn quoted(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err("user, password and folder must not have control characters".to_owned());
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    /// A server that says what it is told to, after each line of the client.
    fn serve(answers: Vec<&'static str>) -> Imap {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let mut stream = stream;
            for (n, answer) in answers.into_iter().enumerate() {
                if n > 0 && lines.next().is_none() {
                    return;
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
            let _ = lines.next();
        });
        let protection = Protection { security: Security::None, roots: None };
        Imap { host: "127.0.0.1".into(), port, protection, user: "u\"".into(), password: "p".into(), folder: "INBOX".into() }
    }

    #[test]
    fn new_mails_are_read_and_only_these() {
        let answers = || {
            vec![
                "* OK hi\r\n",
                "h1 OK in\r\n",
                "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nh2 OK opened\r\n",
                "* 1 FETCH (UID 4 RFC822.SIZE 10)\r\n* 2 FETCH (RFC822.SIZE 99999999 UID 9)\r\n* 3 FETCH (UID 12 RFC822.SIZE 3)\r\nh3 OK\r\n",
                "* 1 FETCH (UID 4 BODY[] {10}\r\nFrom: a\r\n\n)\r\nh4 OK\r\n",
                "* 3 FETCH (UID 12 BODY[] {3}\r\nabc)\r\nh5 OK\r\n",
                "h6 OK\r\n",
            ]
        };
        let look = serve(answers()).look(Position { validity: 6, last: 100 }, 10).unwrap();
        assert_eq!((look.validity, look.more), (7, false));
        let uids: Vec<(u32, bool)> = look.mails.iter().map(|mail| (mail.uid, mail.raw.is_some())).collect();
        assert_eq!(uids, [(4, true), (9, false), (12, true)]);
        assert_eq!(look.mails[0].raw.as_deref(), Some(b"From: a\r\n\n".as_slice()));
        let look = serve(answers()).look(Position { validity: 7, last: 4 }, 1).unwrap();
        assert_eq!(look.mails.iter().map(|mail| mail.uid).collect::<Vec<_>>(), [9]);
        assert!(look.more);
    }

    #[test]
    fn a_server_that_lies_is_left() {
        for answers in [
            vec!["* BYE\r\n"],
            vec!["* OK hi\r\n", "h1 NO wrong password\r\n"],
            vec!["* OK hi\r\n", "* x {99999999999}\r\n"],
            vec!["* OK hi\r\n", "* x {100}\r\nshort"],
        ] {
            assert!(serve(answers).look(Position::default(), 10).is_err());
        }
    }
}
