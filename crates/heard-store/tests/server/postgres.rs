//! A `PostgreSQL` server for tests: private, in a temporary folder, on a free port, gone with the process that began it.
//!
//! `cargo xtask test` begins one for all tests and names it in `HEARD_TEST_POSTGRES`; without it every test process begins
//! its own.

#![allow(dead_code, reason = "each test uses some of it")]

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use heard_store::store::Store;

/// A server that runs until this is dropped.
pub struct Server {
    folder: tempfile::TempDir,
    port: u16,
    bin: PathBuf,
    user: Option<&'static str>,
    guard: Option<Child>,
    /// The server itself, while it runs.
    postmaster: Option<Child>,
}

/// Whether loss of power matters to the test: most do without waiting for the disk.
#[derive(Clone, Copy, PartialEq)]
pub enum Disk {
    Waits,
    Forgets,
}

impl Server {
    /// Begins a server, with further settings.
    pub fn begin(disk: Disk, settings: &[&str]) -> Self {
        let bin = binaries();
        let folder = tempfile::Builder::new().prefix("heard-pg").tempdir().unwrap();
        let user = (effective_user() == 0).then(|| if known("postgres") { "postgres" } else { "nobody" });
        if let Some(user) = user {
            done(Command::new("chown").arg(user).arg(folder.path()), "chown");
        }
        let mut this = Self { folder, port: 0, bin, user, guard: None, postmaster: None };
        let options = ["--username=heard", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"];
        done(this.command("initdb").args(options).arg("-D").arg(this.data()), "initdb");
        for _ in 0..5 {
            // Another process may take the port before the server does: then the next one.
            this.port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
            if this.start(disk, settings) {
                return this;
            }
        }
        panic!("PostgreSQL does not start: {}", fs::read_to_string(this.folder.path().join("log")).unwrap_or_default());
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn start(&mut self, disk: Disk, settings: &[&str]) -> bool {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        let folder = self.folder.path().display();
        let own = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={folder}"),
            "max_connections=300".to_owned(),
            "shared_buffers=128MB".to_owned(),
            "max_wal_size=2GB".to_owned(),
            format!("fsync={}", if disk == Disk::Waits { "on" } else { "off" }),
        ];
        for setting in own.iter().map(String::as_str).chain(settings.iter().copied()) {
            command.args(["-c", setting]);
        }
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let mut server = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        for _ in 0..300 {
            if server.try_wait().unwrap().is_some() {
                return false;
            }
            let mut ready = self.command("pg_isready");
            ready.args(["-q", "-h", "127.0.0.1", "-U", "heard", "-p", &self.port.to_string()]);
            if ready.status().is_ok_and(|status| status.success()) {
                // When this process goes, however it goes, the pipe closes, and the shell ends the server and clears up.
                let mut guard = Command::new("sh");
                let postmaster = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
                let postmaster = postmaster.lines().next().unwrap().to_owned();
                let ends = "read -r line; kill -QUIT \"$0\"; while kill -0 \"$0\" 2>/dev/null; do sleep 0.1; done; rm -rf \"$1\"";
                guard.args(["-c", ends]).arg(postmaster).arg(self.folder.path()).stdin(Stdio::piped()).stdout(Stdio::null());
                self.guard = Some(guard.spawn().unwrap());
                self.postmaster = Some(server);
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        server.kill().unwrap();
        false
    }

    /// A program of `PostgreSQL`, as a user that is not root.
    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", &group(user), "--clear-groups", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.env_remove("PGHOST").env_remove("PGPORT").current_dir("/");
        command
    }

    /// The address of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://heard@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a statement in a database; what it prints.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        ask(&self.url(database), sql)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            // What has ended is there until somebody has asked for it, and the shell waits until it is gone.
            if let Some(mut server) = self.postmaster.take() {
                let _ = server.wait();
            }
            let _ = guard.wait();
        }
    }
}

/// A database of its own for a test, removed with it.
pub struct Database {
    server: String,
    name: String,
    pub url: String,
}

impl Database {
    /// An empty database on the server that all tests share.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = shared();
        ask(&server, &format!("CREATE DATABASE {name}"));
        let url = server.replace("/postgres", &format!("/{name}"));
        Self { server, name, url }
    }

    /// Runs a statement; what it prints.
    pub fn sql(&self, sql: &str) -> String {
        ask(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            ask(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// The address of the server that all tests of this process share, at its database `postgres`.
#[expect(clippy::disallowed_methods, reason = "the runner of the tests names the server in the environment")]
fn shared() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    env::var("HEARD_TEST_POSTGRES").unwrap_or_else(|_| SERVER.get_or_init(|| Server::begin(Disk::Forgets, &[])).url("postgres"))
}

/// The store of a folder on a database of its own: opened again, the folder finds its data again.
pub fn store(folder: &Path) -> Store {
    let noted = folder.join("database.url");
    let url = fs::read_to_string(&noted).unwrap_or_else(|_| {
        let database = Database::new();
        let url = database.url.clone();
        fs::write(&noted, &url).unwrap();
        // It goes with the server.
        std::mem::forget(database);
        url
    });
    Store::open_on(folder, &heard_store::sql::database::Database::at(&url).unwrap()).unwrap()
}

/// By psql, so that the tests need no second client.
fn ask(url: &str, sql: &str) -> String {
    let mut command = Command::new(binaries().join("psql"));
    let done = command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).output().unwrap();
    assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// Where the programs of the newest `PostgreSQL` are.
pub fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, bin)) = found.pop() {
        return bin;
    }
    let asked = Command::new("pg_config").arg("--bindir").output().ok().filter(|asked| asked.status.success());
    let bin = asked.map(|asked| PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim().to_owned()));
    bin.filter(|bin| bin.join("initdb").exists()).expect("PostgreSQL is not installed (Debian: apt-get install postgresql)")
}

fn effective_user() -> u32 {
    number(&["-u"]).parse().unwrap()
}

fn group(user: &str) -> String {
    number(&["-g", user])
}

fn known(user: &str) -> bool {
    Command::new("id").arg(user).output().is_ok_and(|done| done.status.success())
}

fn number(arguments: &[&str]) -> String {
    String::from_utf8(Command::new("id").args(arguments).output().unwrap().stdout).unwrap().trim().to_owned()
}

fn done(command: &mut Command, what: &str) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
}
