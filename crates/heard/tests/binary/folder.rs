//! A data folder with a Heard in it: started, killed, started again, and looked into from outside.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client;
use crate::server::postgres::Database;

/// A data folder of its own, gone at the end, with the truth in it or in a database of a server.
pub struct Folder {
    place: TempDir,
    database: Option<Database>,
}

/// The databases that can hold the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    Sqlite,
    Postgres,
}

impl Truth {
    /// As it stands in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

impl Folder {
    /// An empty one.
    pub fn new() -> Self {
        Self::on(Truth::Sqlite)
    }

    /// An empty one, with an empty database.
    pub fn on(truth: Truth) -> Self {
        Self { place: tempfile::tempdir().unwrap(), database: (truth == Truth::Postgres).then(Database::new) }
    }

    /// An empty one at a place of which the caller takes care.
    pub fn at(place: &Path) -> Self {
        Self { place: tempfile::tempdir_in(place).unwrap(), database: None }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// A place for files beside the data.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.place.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The folder of the data.
    pub fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// The program on this folder.
    pub fn heard(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        self.placed(&mut command, arguments);
        command
    }

    fn placed(&self, command: &mut Command, arguments: &[&str]) {
        command.args(arguments).arg("--data").arg(self.data()).current_dir(self.place.path());
        if let Some(database) = &self.database {
            command.env("HEARD_DATA_DATABASE", &database.url);
        }
    }

    /// The program on this folder, under a disk that fails: `fault` as strace wants it, like `fdatasync:error=EIO:when=7`.
    pub fn heard_on_failing_disk(&self, fault: &str, arguments: &[&str]) -> Command {
        let mut command = clean(Command::new("strace"));
        let calls = fault.split(':').next().unwrap_or_default();
        command.args(["-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={fault}"), env!("CARGO_BIN_EXE_heard")]);
        self.placed(&mut command, arguments);
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.heard(arguments).output().unwrap()
    }

    /// Runs the program to its good end and gives its data.
    pub fn tell(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert!(done.status.success(), "heard {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// A token that may do everything the tests need.
    pub fn token(&self) -> String {
        let scopes = "audit:read,feedback:read,feedback:write,figures:read,imports:read,imports:write,journey:write,persons:read";
        self.tell(&["token", "add", "tests", "--scope", scopes])
    }

    /// Starts the server; it was ready within the time that is given back.
    pub fn serve(&self) -> (Server, Duration) {
        let start = Instant::now();
        let server = Server::start(self.heard(&["serve", "--listen", "127.0.0.1:0"])).unwrap_or_else(|said| panic!("{said}"));
        while client::get(server.address, "/api/v1/health", "").map(|answer| answer.status).ok() != Some(200) {
            assert!(start.elapsed() < Duration::from_mins(1), "the server does not answer");
            thread::sleep(Duration::from_millis(5));
        }
        (server, start.elapsed())
    }

    /// Waits until no Heard holds the folder any more: one that was watched by strace dies a moment later than strace.
    pub fn let_go(&self) {
        let start = Instant::now();
        let lock = fs::File::open(self.data().join("heard.lock")).unwrap();
        while lock.try_lock_shared().is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "a Heard does not let go of its folder");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Looks into the database from outside.
    pub fn look(&self) -> Connection {
        let path = self.data().join("heard.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX).unwrap()
    }

    /// The first number that a question to the database answers; 0 for none.
    pub fn number(&self, sql: &str) -> i64 {
        match &self.database {
            Some(database) => database.sql(sql).lines().next().unwrap_or_default().parse().unwrap_or(0),
            None => self.look().query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).unwrap().unwrap_or(0),
        }
    }

    /// The texts in the first column of an answer.
    pub fn texts(&self, sql: &str) -> BTreeSet<String> {
        if let Some(database) = &self.database {
            return database.sql(sql).lines().map(str::to_owned).collect();
        }
        let database = self.look();
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// What must hold in every database, whatever happened to the program.
    pub fn assert_whole(&self) {
        if self.database.is_none() {
            let check: String = self.look().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok");
        }
        for (what, sql) in [
            ("keys twice", "SELECT count(*) FROM (SELECT 1 FROM feedback GROUP BY post, key HAVING count(*) > 1) AS twice"),
            ("feedback without a passage", "SELECT count(*) FROM feedback WHERE id NOT IN (SELECT feedback FROM passage)"),
            ("passages without feedback", "SELECT count(*) FROM passage WHERE feedback NOT IN (SELECT id FROM feedback)"),
            (
                "feedback missing in the cube",
                "SELECT (SELECT count(*) FROM feedback) - (SELECT coalesce(sum(volume), 0) FROM cube WHERE stage = 0 AND category = 0)",
            ),
        ] {
            assert_eq!(self.number(sql), 0, "{what}");
        }
    }
}

/// The program, its settings as on a fresh machine.
pub fn program() -> Command {
    clean(Command::new(env!("CARGO_BIN_EXE_heard")))
}

#[expect(clippy::disallowed_methods, reason = "the settings of the machine are taken away")]
fn clean(mut command: Command) -> Command {
    command.stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEARD_") {
            command.env_remove(name);
        }
    }
    command
}

/// A running server; it is killed when the value goes.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    said: Option<thread::JoinHandle<String>>,
}

impl Server {
    /// Starts it; what it said where it ended before it listened.
    pub fn start(mut command: Command) -> Result<Self, String> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, seen) = mpsc::channel();
        forward(child.stdout.take().unwrap(), lines.clone());
        forward(child.stderr.take().unwrap(), lines);
        let mut said = vec![];
        while let Ok(line) = seen.recv_timeout(Duration::from_mins(1)) {
            if let Some((_, rest)) = line.split_once("http://")
                && let Ok(address) = rest.trim().trim_end_matches('/').parse()
            {
                // What it says from now on is read, so that the pipe does not fill up.
                let said = thread::spawn(move || said.into_iter().chain(seen.iter()).collect::<Vec<_>>().join("\n"));
                return Ok(Self { child, address, said: Some(said) });
            }
            said.push(line);
        }
        drop(child.kill());
        drop(child.wait());
        Err(format!("the server did not say its address, but: {}", said.join("\n")))
    }

    /// Its number among the processes.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself: how, and all that it said.
    pub fn end(mut self) -> (std::process::ExitStatus, String) {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not end");
            thread::sleep(Duration::from_millis(20));
        };
        let said = self.said.take().map(|said| said.join().unwrap()).unwrap_or_default();
        (status, said)
    }

    /// Death without warning (SIGKILL).
    pub fn kill(self) {
        drop(self);
    }

    /// Whether it has ended by itself.
    pub fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever only watches it would leave it alive.
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        for child in children.split_whitespace() {
            drop(Command::new("kill").args(["-KILL", child]).status());
            let alive = || {
                let state = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
                state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
            };
            let start = Instant::now();
            while alive() && start.elapsed() < Duration::from_secs(10) {
                thread::sleep(Duration::from_millis(2));
            }
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn forward(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || BufReader::new(from).lines().map_while(Result::ok).try_for_each(|line| to.send(line)));
}

/// Sets up a listening post and gives its identifier.
pub fn post(to: SocketAddr, token: &str, name: &str) -> String {
    let draft =
        json!({ "name": name, "channel": "api", "touchpoint": null, "objective": "tests", "owner": null, "promise_hours": null });
    let made = client::post(to, "/api/v1/posts", token, &draft).unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    made.body["id"].as_str().unwrap().to_owned()
}

/// Where the data sets are; `None` where they are missing and that is allowed.
#[expect(clippy::disallowed_methods, reason = "where the data sets are is the tester's to say")]
pub fn data_sets() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("HEARD_DATA").map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        let allowed = std::env::var_os("HEARD_ALLOW_SKIP").is_some_and(|skip| !skip.is_empty());
        assert!(allowed, "{} is not there: set HEARD_DATA to the folder of the data sets", folder.display());
        eprintln!("SKIPPED: a test on real files: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// Rows of a file as a program exports it: each with a key of its own.
pub fn rows(count: usize) -> String {
    let words = ["late", "friendly crew", "lost my bag", "great seats", "nobody answered the phone", "easy check-in"];
    let row = |i: usize| {
        let (day, word) = (1 + i % 28, words[i % words.len()]);
        format!("r-{i},2026-02-{day:02}T10:00:00Z,\"It was {word}, number {i}\",{}\r\n", i % 11)
    };
    std::iter::once("id,created,text,score\r\n".to_owned()).chain((0..count).map(row)).collect()
}

/// A feedback to hand over.
pub fn feedback(post: &str, key: &str, text: &str) -> Value {
    json!({ "post": post, "key": key, "at": "2026-02-03T10:00:00Z", "text": text })
}
