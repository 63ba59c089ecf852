//! HTTP to other systems: one request, one answer, each bounded in time and size. What a person typed as an address must not become a
//! way into the company's own network: names are looked up once, private addresses are refused unless they are allowed, the connection
//! goes to the very address that was looked at, and nothing is followed elsewhere.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Of the addresses of a name so many are tried.
const MOST_ADDRESSES: usize = 3;
/// So much of an answer is looked at: its first line says all that is asked for.
const LARGEST_HEAD: usize = 16 * 1024;

/// An address of another system: `https://host[:port]/path?query`, or `http://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

/// Why words are no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// It does not begin like one.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// It has a user or a password in it.
    #[error("must not hold a user or a password: every delivery is signed")]
    User,
    /// The machine or its port cannot be read.
    #[error("must name a machine, like https://example.com/alerts")]
    Host,
    /// Spaces, controls, or letters that must be encoded.
    #[error("must hold no spaces and only plain characters: encode all others")]
    Characters,
}

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let text = text.trim();
        let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(NoAddress::Scheme),
        };
        if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NoAddress::Characters);
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let cut = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(cut).ok_or(NoAddress::Host)?;
        if authority.contains('@') {
            return Err(NoAddress::User);
        }
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => {
                host.parse::<Ipv6Addr>().map_err(|_| NoAddress::Host)?;
                (host, if port.is_empty() { None } else { Some(port.strip_prefix(':').ok_or(NoAddress::Host)?) })
            }
            None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
        };
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
        if host.is_empty() || host.len() > 253 || !host.bytes().all(named) {
            return Err(NoAddress::Host);
        }
        let usual = if secure { 443 } else { 80 };
        let port = port.map_or(Ok(usual), str::parse).ok().filter(|port| *port > 0).ok_or(NoAddress::Host)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { secure, host: host.to_ascii_lowercase(), port, path })
    }
}

impl Address {
    /// As it stands in the `Host` header.
    fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.secure { "https" } else { "http" }, self.authority(), self.path)
    }
}

/// Why something was not sent, or nobody knows whether it arrived.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// The name means no address.
    #[error("{0} cannot be looked up")]
    Unknown(String),
    /// It lies within the company's own network.
    #[error("{0} is a private address: whoever runs Heard can allow them (send.private_addresses)")]
    Private(IpAddr),
    /// It was not reached, or did not answer in time.
    #[error("it was not reached: {0}")]
    Unreached(io::Error),
    /// Its certificate does not hold.
    #[error("no safe connection: {0}")]
    Unsafe(String),
    /// What came back is no HTTP.
    #[error("its answer is not HTTP")]
    Strange,
}

/// Whether an address belongs to everybody's network: not to this machine, the company's own, or to nobody.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // Loopback, private, link-local, documentation, shared (RFC 6598), protocol assignments, benchmarks, multicast and reserved.
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let within = |high: u16, low: u16| {
        let ([one, two], [three, four]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(one, two, three, four))
    };
    // An IPv4 address in another coat is looked at without it.
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match (a, b) {
        (0x64, 0xff9b) => (c, d, e, f) == (0, 0, 0, 0) && within(g, h),
        (0x2002, _) => within(b, c),
        // Teredo and documentation.
        (0x2001, 0 | 0xdb8) => false,
        // Only 2000::/3 has been given out: no loopback, local, link-local or multicast address lies in it.
        _ => a & 0xe000 == 0x2000,
    }
}

/// A connection that fails once its time is over, however little comes however often.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long")) } else { Ok(left) }
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(into)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Sends requests. It blocks its thread.
#[derive(Clone)]
pub struct Client {
    tls: Arc<ClientConfig>,
    patience: Duration,
    private: bool,
}

impl Client {
    /// Every request may take so long in all; `private`: addresses of the company's own network are allowed.
    ///
    /// # Errors
    /// When the TLS of this build cannot be set up.
    pub fn new(patience: Duration, private: bool) -> Result<Self, Unsent> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Unsent::Unsafe(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(tls), patience, private })
    }

    /// Posts a body and gives the status of the answer. Header names and values must be plain ASCII without line breaks.
    ///
    /// # Errors
    /// When it was not sent, or no answer came in time.
    pub fn post(&self, address: &Address, headers: &[(&str, &str)], body: &[u8]) -> Result<u16, Unsent> {
        let until = Instant::now() + self.patience;
        let stream = self.connected(address, until)?;
        let mut head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Heard\r\nConnection: close\r\nContent-Length: {}\r\n",
            address.path,
            address.authority(),
            body.len()
        );
        for (name, value) in headers {
            if !name.bytes().chain(value.bytes()).all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
                return Err(Unsent::Unreached(io::Error::new(io::ErrorKind::InvalidInput, "a header is not plain")));
            }
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        let request = [head.as_bytes(), body].concat();
        if !address.secure {
            return exchange(stream, &request);
        }
        let name = ServerName::try_from(address.host.clone()).map_err(|error| Unsent::Unsafe(error.to_string()))?;
        let tls = ClientConnection::new(Arc::clone(&self.tls), name).map_err(|error| Unsent::Unsafe(error.to_string()))?;
        exchange(StreamOwned::new(tls, stream), &request)
    }

    fn connected(&self, address: &Address, until: Instant) -> Result<Timed, Unsent> {
        let unknown = |_| Unsent::Unknown(address.host.clone());
        let found: Vec<SocketAddr> = (address.host.as_str(), address.port).to_socket_addrs().map_err(unknown)?.collect();
        // One private address among public ones is a trap as well: all must be public.
        if let Some(private) = found.iter().find(|one| !self.private && !is_public(one.ip())) {
            return Err(Unsent::Private(private.ip()));
        }
        let mut last = None;
        for one in found.into_iter().take(MOST_ADDRESSES) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            match TcpStream::connect_timeout(&one, left) {
                Ok(stream) => return Ok(Timed { stream, until }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(|| Unsent::Unknown(address.host.clone()), Unsent::Unreached))
    }
}

fn exchange(mut stream: impl Read + Write, request: &[u8]) -> Result<u16, Unsent> {
    let broken = |error: io::Error| match error.kind() {
        // What TLS says about certificates comes as an error of the connection.
        io::ErrorKind::InvalidData => Unsent::Unsafe(error.to_string()),
        _ => Unsent::Unreached(error),
    };
    stream.write_all(request).and_then(|()| stream.flush()).map_err(broken)?;
    let (mut head, mut block) = (Vec::new(), [0; 1024]);
    loop {
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            let status = status(&head).ok_or(Unsent::Strange)?;
            // What is said in between is not the answer.
            if !(100..200).contains(&status) {
                return Ok(status);
            }
            head.drain(..end + 4);
            continue;
        }
        if head.len() > LARGEST_HEAD {
            return status(&head).filter(|status| *status >= 200).ok_or(Unsent::Strange);
        }
        match stream.read(&mut block) {
            Ok(0) => return status(&head).filter(|status| *status >= 200).ok_or(Unsent::Strange),
            Ok(count) => head.extend(block.iter().take(count)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Who hangs up without a good-bye has said all the same what it said.
            Err(error) => return status(&head).filter(|status| *status >= 200).ok_or_else(|| broken(error)),
        }
    }
}

/// The status of an answer whose first line is whole.
fn status(head: &[u8]) -> Option<u16> {
    let end = head.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(head.get(..end)?).ok()?;
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn addresses_are_read_and_written() {
        let same = |text: &str| text.parse::<Address>().map(|address| address.to_string());
        assert_eq!(same("https://Example.com"), Ok("https://example.com/".into()));
        assert_eq!(same(" http://example.com:8080/a?b=c#d "), Ok("http://example.com:8080/a?b=c".into()));
        assert_eq!(same("https://[::1]:443?x"), Ok("https://[::1]/?x".into()));
        for (text, why) in [
            ("ftp://example.com", NoAddress::Scheme),
            ("example.com", NoAddress::Scheme),
            ("https://ann:secret@example.com/", NoAddress::User),
            ("https://", NoAddress::Host),
            ("https://a:0/", NoAddress::Host),
            ("https://a:b/", NoAddress::Host),
            ("https://[127.0.0.1]/", NoAddress::Host),
            ("https://exa mple.com/", NoAddress::Characters),
            ("https://example.com/\r\nHost: x", NoAddress::Characters),
            ("https://exämple.com/", NoAddress::Characters),
        ] {
            assert_eq!(same(text), Err(why), "{text}");
        }
    }

    #[test]
    fn only_what_belongs_to_everybody_is_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "::127.0.0.1",
            "fec0::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    /// A server for one request; gives what it was sent.
    fn answering(answer: &'static [u8]) -> (u16, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut block) = (Vec::new(), [0; 4096]);
            while !asked.ends_with(b"the body") {
                let count = stream.read(&mut block).unwrap();
                asked.extend_from_slice(&block[..count]);
            }
            let _ = stream.write_all(answer);
            String::from_utf8(asked).unwrap()
        });
        (port, asked)
    }

    fn post(port: u16) -> Result<u16, Unsent> {
        let client = Client::new(Duration::from_secs(5), true).unwrap();
        let address: Address = format!("http://127.0.0.1:{port}/alerts?a=b").parse().unwrap();
        client.post(&address, &[("webhook-id", "1")], b"the body")
    }

    #[test]
    fn a_request_is_answered() {
        let (port, asked) = answering(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(post(port).unwrap(), 204);
        let asked = asked.join().unwrap();
        assert!(asked.starts_with("POST /alerts?a=b HTTP/1.1\r\nHost: 127.0.0.1:"), "{asked}");
        assert!(asked.contains("\r\nContent-Length: 8\r\n") && asked.contains("\r\nwebhook-id: 1\r\n\r\nthe body"), "{asked}");
        // Nobody is followed elsewhere: the answer is the answer.
        let (port, asked) = answering(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n");
        assert_eq!(post(port).unwrap(), 302);
        asked.join().unwrap();
        for strange in [&b"SSH-2.0-OpenSSH\r\n\r\n"[..], b"", b"HTTP/1.1 2x0 OK\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"] {
            let (port, asked) = answering(strange);
            assert!(post(port).is_err());
            asked.join().unwrap();
        }
    }

    #[test]
    fn private_addresses_are_refused_and_who_never_answers_is_left() {
        let strict = Client::new(Duration::from_secs(5), false).unwrap();
        let (listener, address) = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            (listener, format!("http://localhost:{port}/").parse::<Address>().unwrap())
        };
        assert!(matches!(strict.post(&address, &[], b""), Err(Unsent::Private(_))));
        let hasty = Client::new(Duration::from_millis(300), true).unwrap();
        let began = Instant::now();
        let trickle = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // A byte now and then must not keep the connection for ever.
            while stream.write_all(b"H").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        assert!(hasty.post(&address, &[], b"").is_err());
        assert!(began.elapsed() < Duration::from_secs(4));
        trickle.join().unwrap();
        let broken = hasty.post(&address, &[("x", "a\r\nb")], b"");
        assert!(broken.is_err());
    }
}
