//! The program under test, as a person starts it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::place;

/// How long the program may take until it says its address.
const PATIENCE: Duration = Duration::from_mins(4);

/// Heard, serving on a free port; it ends with this value.
pub struct Heard {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub address: String,
    /// What it said until it was ready, in lines.
    pub said: Vec<String>,
}

impl Heard {
    /// `heard serve` on a data folder.
    pub fn serve(data: &Path) -> Result<Self> {
        Self::start("serve", data, 0, &[], &[])
    }

    /// The same with settings from the environment, on a port that is free, as its public address.
    pub fn serve_with(data: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let public = format!("http://127.0.0.1:{port}");
        let settings: Vec<(&str, &str)> = settings.iter().copied().chain([("HEARD_WEB_PUBLIC_URL", public.as_str())]).collect();
        Self::start("serve", data, port, &[], &settings)
    }

    /// `heard demo` with a small company.
    pub fn demo(data: &Path, comments: u32) -> Result<Self> {
        Self::start("demo", data, 0, &["--comments", &comments.to_string()], &[])
    }

    fn start(verb: &str, data: &Path, port: u16, more: &[&str], settings: &[(&str, &str)]) -> Result<Self> {
        let mut child = command([verb])?
            .args(["--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .args(more)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("heard does not start")?;
        let (lines, seen) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            forward(out, lines.clone());
        }
        if let Some(out) = child.stderr.take() {
            forward(out, lines);
        }
        let mut heard = Self { child, address: String::new(), said: vec![] };
        let start = Instant::now();
        while let Ok(line) = seen.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            let address = address_in(&line);
            heard.said.push(line);
            if let Some(address) = address {
                heard.address = address;
                // The sign-in of a demonstration is said right after the address.
                while let Ok(line) = seen.recv_timeout(Duration::from_millis(300)) {
                    heard.said.push(line);
                }
                return Ok(heard);
            }
        }
        bail!("heard {verb} did not say its address; it said:\n{}", heard.said.join("\n"));
    }

    /// What stands behind a label in what it said, as in `Password  abc`.
    pub fn told(&self, label: &str) -> Result<String> {
        let label = label.to_lowercase();
        let line = self.said.iter().find(|line| line.to_lowercase().contains(&label)).context("it did not say this")?;
        let value = line.split_whitespace().next_back().unwrap_or_default();
        Ok(value.to_owned())
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with arguments, its environment as on a fresh machine.
pub fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Command> {
    let mut command = Command::new(place::heard()?);
    command.args(arguments).stdin(Stdio::null());
    for name in ["HEARD_LISTEN", "HEARD_DATA", "HEARD_ALLOW_SKIP"] {
        command.env_remove(name);
    }
    Ok(command)
}

/// Runs the program to its end; what it did not do well is an error with what it said.
pub fn run(arguments: &[&OsStr]) -> Result<String> {
    let done = command(arguments)?.output().context("heard does not start")?;
    ensure!(done.status.success(), "heard {arguments:?}: {}\n{}", done.status, String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

fn forward(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                // Nobody listens any more, but the pipe must not fill up.
            }
        }
    });
}

fn address_in(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty() && port != "0").then(|| format!("http://127.0.0.1:{port}"))
}
