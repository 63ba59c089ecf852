//! A mailbox, read by IMAP (RFC 3501): new mails since the last look, left where they are and as they are. Only what that takes is
//! spoken, and nothing that the server says is longer than what is expected of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use heard_domain::time::Day;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::posts::mail::LARGEST_MAIL;
use crate::tls::{Protection, Security, client};

/// So long the server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest line of the server, in bytes, and the most lines of one answer.
const LONGEST_LINE: u64 = 64 << 10;
const MOST_LINES: usize = 200_000;
/// The longest line that lists the numbers of mails, in bytes: some two million.
const LONGEST_LIST: u64 = 16 << 20;
/// So many numbers are asked for at first, and at most, at once: most of a mailbox may be gaps.
const FIRST_WINDOW: u32 = 500;
const WIDEST_WINDOW: u32 = 50_000;
/// A look ends once so many bytes of mails were fetched: they are held at once.
const LARGEST_LOOK: usize = 16 << 20;

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
    /// The last number that was there when the mailbox was first read under this numbering; `None`: it was read before.
    pub began: Option<u32>,
    /// New mails, in the order of their numbers.
    pub mails: Vec<Fetched>,
    /// The last number that is read once these mails are taken.
    pub last: u32,
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
    /// The longest line that is expected now, in bytes.
    longest: u64,
}

/// One line of an answer with the literals that it carries.
struct Line {
    text: String,
    literal: Option<Vec<u8>>,
}

impl Imap {
    /// Looks for mails above what was read, at most `most` of them, and at most 16 MiB of more than one. Where nothing was read under
    /// this numbering, it begins with what comes in from now on, or with what came in since a day. Says what went wrong, in words for
    /// whoever runs Heard.
    pub fn look(&self, read: Position, since: Option<Day>, most: usize) -> Result<Look, String> {
        let mut talk = self.connect()?;
        talk.say(&format!("LOGIN {} {}", quoted(&self.user)?, quoted(&self.password)?))
            .map_err(|error| format!("signing in: {error}"))?;
        let opened =
            talk.say(&format!("EXAMINE {}", quoted(&self.folder)?)).map_err(|error| format!("{}: {error}", self.folder))?;
        let said = |word: &str| opened.iter().find_map(|line| number_after(&line.text, word));
        let validity = said("[UIDVALIDITY ").unwrap_or(0);
        let newest = match said("[UIDNEXT ") {
            Some(next) => next.saturating_sub(1),
            // It does not say it: the number of the last mail that is there.
            None => talk.sizes("*:*")?.last().map_or(0, |(uid, _)| *uid),
        };
        let fresh = validity != read.validity;
        let last = match (fresh, since) {
            (false, _) => read.last,
            (true, None) => newest,
            (true, Some(day)) => talk.first_since(day)?.map_or(newest, |first| first.saturating_sub(1)),
        };
        let mut look = Look { validity, began: fresh.then_some(newest), last, ..Look::default() };
        talk.fetch(&mut look, newest, most)?;
        // It was read; how the server says farewell does not matter.
        let _ = talk.say("LOGOUT");
        Ok(look)
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
        Self { wire: BufReader::new(wire), tag: 0, longest: LONGEST_LINE }
    }

    /// The numbers and sizes of mails, by their numbers.
    fn sizes(&mut self, range: &str) -> Result<Vec<(u32, u32)>, String> {
        let lines = self.say(&format!("UID FETCH {range} (UID RFC822.SIZE)"))?;
        let mut there: Vec<(u32, u32)> = lines
            .iter()
            .filter_map(|line| Some((number_after(&line.text, "UID ")?, number_after(&line.text, "RFC822.SIZE ")?)))
            .collect();
        there.sort_unstable();
        there.dedup();
        Ok(there)
    }

    /// The first mail that came in since a day.
    fn first_since(&mut self, day: Day) -> Result<Option<u32>, String> {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (year, month, of_month) = day.parts();
        let month = usize::try_from(month - 1).ok().and_then(|n| MONTHS.get(n)).ok_or("there is no such month")?;
        self.longest = LONGEST_LIST;
        let lines = self.say(&format!("UID SEARCH SINCE {of_month}-{month}-{year:04}"));
        self.longest = LONGEST_LINE;
        let lines = lines?;
        let lists = lines.iter().filter_map(|line| line.text.strip_prefix("* SEARCH"));
        Ok(lists.flat_map(|list| list.split_whitespace().filter_map(|one| one.parse().ok())).min())
    }

    /// Fetches what lies above the last that is read, up to the newest, window by window.
    fn fetch(&mut self, look: &mut Look, newest: u32, most: usize) -> Result<(), String> {
        let (mut from, mut width, mut total) = (look.last.saturating_add(1), FIRST_WINDOW, 0);
        while from <= newest {
            let to = from.saturating_add(width - 1).min(newest);
            for (uid, size) in self.sizes(&format!("{from}:{to}"))? {
                if !(from..=to).contains(&uid) {
                    continue;
                }
                let large = size as usize > LARGEST_MAIL;
                if look.mails.len() >= most || (!large && !look.mails.is_empty() && total + size as usize > LARGEST_LOOK) {
                    look.more = true;
                    return Ok(());
                }
                if large {
                    look.mails.push(Fetched { uid, raw: None });
                } else {
                    let lines = self.say(&format!("UID FETCH {uid} (UID BODY.PEEK[])"))?;
                    // A mail that went away meanwhile is no answer.
                    if let Some(raw) = lines.into_iter().find_map(|line| line.literal) {
                        total += raw.len();
                        look.mails.push(Fetched { uid, raw: Some(raw) });
                    }
                }
                look.last = uid;
            }
            look.last = to;
            let Some(next) = to.checked_add(1) else { return Ok(()) };
            from = next;
            width = width.saturating_mul(4).min(WIDEST_WINDOW);
        }
        Ok(())
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
        (&mut self.wire).take(self.longest).read_until(b'\n', &mut bytes).map_err(|error| error.to_string())?;
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
                "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 15] x\r\nh2 OK opened\r\n",
                "* 1 FETCH (UID 4 RFC822.SIZE 10)\r\n* 2 FETCH (RFC822.SIZE 99999999 UID 9)\r\n* 3 FETCH (UID 12 RFC822.SIZE 3)\r\nh3 OK\r\n",
                "* 1 FETCH (UID 4 BODY[] {10}\r\nFrom: a\r\n\n)\r\nh4 OK\r\n",
                "* 3 FETCH (UID 12 BODY[] {3}\r\nabc)\r\nh5 OK\r\n",
                "h6 OK\r\n",
            ]
        };
        let look = serve(answers()).look(Position { validity: 7, last: 3 }, None, 10).unwrap();
        assert_eq!((look.validity, look.began, look.more, look.last), (7, None, false, 14));
        let uids: Vec<(u32, bool)> = look.mails.iter().map(|mail| (mail.uid, mail.raw.is_some())).collect();
        assert_eq!(uids, [(4, true), (9, false), (12, true)]);
        assert_eq!(look.mails[0].raw.as_deref(), Some(b"From: a\r\n\n".as_slice()));
        let look = serve(answers()).look(Position { validity: 7, last: 4 }, None, 1).unwrap();
        assert_eq!(look.mails.iter().map(|mail| mail.uid).collect::<Vec<_>>(), [9]);
        assert!(look.more && look.last == 9);
    }

    #[test]
    fn the_first_look_begins_with_what_comes_from_now_on_or_since_a_day() {
        let hello = "* OK hi\r\n";
        let opened = "* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 300001] x\r\nh2 OK opened\r\n";
        let look =
            serve(vec![hello, "h1 OK in\r\n", opened, "h3 OK\r\n"]).look(Position { validity: 6, last: 9 }, None, 20).unwrap();
        assert_eq!((look.began, look.last, look.more, look.mails.len()), (Some(300_000), 300_000, false, 0));
        // Since a day: from its first mail on, over a gap.
        let since = vec![
            hello,
            "h1 OK in\r\n",
            opened,
            "* SEARCH 299000 299990\r\nh3 OK\r\n",
            "h4 OK\r\n",
            "* 1 FETCH (UID 299990 RFC822.SIZE 3)\r\nh5 OK\r\n",
            "* 1 FETCH (UID 299990 BODY[] {3}\r\nabc)\r\nh6 OK\r\n",
        ];
        let look = serve(since).look(Position::default(), Day::new(2026, 11, 1), 20).unwrap();
        assert_eq!((look.began, look.last, look.mails.len()), (Some(300_000), 300_000, 1));
    }

    #[test]
    fn a_look_holds_few_large_mails_at_once() {
        let megabytes = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{})\r\nh4 OK\r\n", 9 << 20, "a".repeat(9 << 20));
        let answers = vec![
            "* OK hi\r\n",
            "h1 OK in\r\n",
            "* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nh2 OK opened\r\n",
            "* 1 FETCH (UID 1 RFC822.SIZE 9437184)\r\n* 2 FETCH (UID 2 RFC822.SIZE 9437184)\r\n* 3 FETCH (UID 3 RFC822.SIZE 9)\r\nh3 OK\r\n",
            Box::leak(megabytes.into_boxed_str()),
            "h5 OK\r\n",
        ];
        let look = serve(answers).look(Position { validity: 7, last: 0 }, None, 20).unwrap();
        assert_eq!((look.mails.len(), look.last, look.more), (1, 1, true));
    }

    #[test]
    fn a_server_that_lies_is_left() {
        for answers in [
            vec!["* BYE\r\n"],
            vec!["* OK hi\r\n", "h1 NO wrong password\r\n"],
            vec!["* OK hi\r\n", "* x {99999999999}\r\n"],
            vec!["* OK hi\r\n", "* x {100}\r\nshort"],
        ] {
            assert!(serve(answers).look(Position::default(), None, 10).is_err());
        }
    }
}
