//! Real servers: Dovecot with a mailbox in a folder of its own, and a sink that speaks SMTP.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Dovecot, as long as it is held.
pub struct Dovecot {
    /// In the clear, with STARTTLS.
    pub port: u16,
    /// TLS from the first byte.
    pub protected: u16,
    /// Its own certificate, which nobody believes who was not told to.
    pub certificate: PathBuf,
    child: Child,
    folder: tempfile::TempDir,
    put: AtomicU32,
}

fn program() -> Option<PathBuf> {
    ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/usr/bin/dovecot"].into_iter().map(PathBuf::from).find(|path| path.exists())
}

fn open(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
}

/// Makes a certificate of its own for this machine, as a company does that has no other.
fn certify(certificate: &Path, key: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(certificate)
        .output()
        .expect("openssl is there where Dovecot is");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    open(certificate);
    open(key);
}

impl Dovecot {
    /// Starts it; `None`: it is not there, and skipping was asked for aloud.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            #[expect(clippy::disallowed_methods, reason = "skipping is asked for by the environment")]
            let skip = std::env::var("HEARD_ALLOW_SKIP").is_ok_and(|yes| yes == "1");
            assert!(skip, "Dovecot is not there: install it (Debian: apt-get install dovecot-imapd), or set HEARD_ALLOW_SKIP=1");
            eprintln!("SKIPPED: Dovecot is not there");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        open(folder.path());
        let mail = folder.path().join("mail");
        for part in ["", "new", "cur", "tmp"] {
            let path = mail.join(part);
            std::fs::create_dir_all(&path).unwrap();
            open(&path);
        }
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
        let name =
            |flag: &str| String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap().trim().to_owned();
        // Dovecot serves nobody's mail as root; as somebody else it can only be that somebody.
        let (internal, group, login, owner) = if root {
            ("dovecot".to_owned(), "dovecot".to_owned(), "dovenull".to_owned(), "uid=mail gid=mail".to_owned())
        } else {
            (name("-un"), name("-gn"), name("-un"), format!("uid={} gid={}", name("-un"), name("-gn")))
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let protected = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = folder.path().display();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        certify(&certificate, &key);
        let config = format!(
            "base_dir = {at}/run\nstate_dir = {at}/run\nlog_path = {at}/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = yes\nssl_cert = <{at}/certificate.pem\nssl_key = <{at}/key.pem\n\
             disable_plaintext_auth = no\ndefault_internal_user = {internal}\ndefault_internal_group = {group}\ndefault_login_user = {login}\n\
             first_valid_uid = 1\nfirst_valid_gid = 1\nmail_location = maildir:{at}/mail\npassdb {{\n  driver = static\n  args = password=secret\n}}\n\
             userdb {{\n  driver = static\n  args = {owner} home={at}/mail\n}}\nservice imap-login {{\n  chroot =\n  inet_listener imap {{\n    address = 127.0.0.1\n    port = {port}\n  }}\n\
             \x20 inet_listener imaps {{\n    address = 127.0.0.1\n    port = {protected}\n    ssl = yes\n  }}\n}}\nservice anvil {{\n  chroot =\n}}\n"
        );
        let path = folder.path().join("dovecot.conf");
        std::fs::write(&path, config).unwrap();
        let child =
            Command::new(program).arg("-F").arg("-c").arg(&path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let dovecot = Self { port, protected, certificate, child, folder, put: AtomicU32::new(0) };
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(dovecot);
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("Dovecot did not start: {}", std::fs::read_to_string(dovecot.folder.path().join("log")).unwrap_or_default());
    }

    /// Puts a mail into the mailbox.
    pub fn put(&self, raw: &[u8]) {
        let n = self.put.fetch_add(1, Ordering::Relaxed);
        let mail = self.folder.path().join("mail");
        let tmp = mail.join("tmp").join(format!("{n}.heard"));
        std::fs::write(&tmp, raw).unwrap();
        std::fs::set_permissions(&tmp, std::fs::Permissions::from_mode(0o666)).unwrap();
        std::fs::rename(&tmp, mail.join("new").join(format!("{n}.heard"))).unwrap();
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Asked to end, it ends its own processes.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Who sent it, to whom, and the mail.
type Taken = (String, String, Vec<u8>);

/// What to say instead of yes when a command comes next, or (`.`) when a mail was read.
type Refusals = Arc<Mutex<Vec<(&'static str, &'static str)>>>;

/// Takes every mail that it was not told to refuse.
pub struct Sink {
    pub port: u16,
    mails: Arc<Mutex<Vec<Taken>>>,
    refusals: Refusals,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let refusals = Refusals::default();
        let (kept, refused) = (Arc::clone(&mails), Arc::clone(&refusals));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, refused) = (Arc::clone(&kept), Arc::clone(&refused));
                thread::spawn(move || {
                    // A client that goes away in between has sent nothing.
                    let _ = talk(&stream, &kept, &refused);
                });
            }
        });
        Self { port, mails, refusals }
    }

    /// The next time a command comes, or (`.`) a mail was read, it is refused with this answer.
    pub fn refuse(&self, command: &'static str, answer: &'static str) {
        self.refusals.lock().unwrap().push((command, answer));
    }

    pub fn mails(&self) -> Vec<Taken> {
        self.mails.lock().unwrap().clone()
    }
}

fn talk(stream: &TcpStream, kept: &Mutex<Vec<Taken>>, refusals: &Refusals) -> std::io::Result<()> {
    let mut out = stream;
    let refused = |command: &str| {
        let mut refusals = refusals.lock().unwrap();
        let at = refusals.iter().position(|(of, _)| *of == command)?;
        Some(format!("{}\r\n", refusals.remove(at).1))
    };
    out.write_all(b"220 sink ready\r\n")?;
    let mut lines = BufReader::new(stream).split(b'\n');
    let (mut from, mut to) = (String::new(), String::new());
    while let Some(line) = lines.next().transpose()? {
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        let address = |line: &str| line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        if let Some(answer) = refused(&word) {
            out.write_all(answer.as_bytes())?;
            continue;
        }
        match word.as_str() {
            "EHLO" => out.write_all(b"250-sink\r\n250 8BITMIME\r\n")?,
            "MAIL" => {
                from = address(&line);
                out.write_all(b"250 ok\r\n")?;
            }
            "RCPT" => {
                to = address(&line);
                out.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let mut mail = Vec::new();
                while let Some(line) = lines.next().transpose()? {
                    if line == b".\r" {
                        break;
                    }
                    mail.extend(line.strip_prefix(b".").unwrap_or(&line));
                    mail.push(b'\n');
                }
                if let Some(answer) = refused(".") {
                    out.write_all(answer.as_bytes())?;
                    continue;
                }
                kept.lock().unwrap().push((from.clone(), to.clone(), mail));
                out.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
    Ok(())
}
