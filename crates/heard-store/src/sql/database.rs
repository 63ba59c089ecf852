//! Which database holds the truth, and the way to connections to it: for the store, and for all that reads or writes
//! beside it, such as the followers and a backup.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::error::StoreError;
use crate::sql::driver::Driver;
use crate::sql::migrate::{Migration, POSTGRES, SQLITE};
use crate::sql::postgres::Postgres;
use crate::sql::sqlite::Sqlite;

/// The database that holds the truth. What it prints of itself holds no password.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of a `PostgreSQL` server.
    Server(Box<Config>),
}

impl Database {
    /// The file in a data folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self::File(folder.join("heard.db"))
    }

    /// A database of a server by its address: `postgres://user:password@host:port/database`, with the parameters of libpq.
    pub fn at(url: &str) -> Result<Self, StoreError> {
        let refused = |reason: &str| StoreError::refused("database", reason.to_owned());
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(refused("begins with postgres://, for example postgres://heard@localhost/heard"));
        }
        let no_tls = "asks for TLS, which this version does not speak to a database: use sslmode=disable over a local socket \
             (?host=/var/run/postgresql), a private network, or a tunnel such as stunnel or WireGuard";
        if url.contains("sslmode=verify-ca") || url.contains("sslmode=verify-full") {
            return Err(refused(no_tls));
        }
        // The address may hold a password: what the parser says of it is not repeated.
        let config = Config::from_str(url).map_err(|_| refused("is no address that PostgreSQL understands"))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(refused(no_tls));
        }
        if config.get_hosts().is_empty() || config.get_dbname().is_none() {
            return Err(refused("names no host or no database: postgres://heard@localhost/heard"));
        }
        Ok(Self::Server(Box::new(config)))
    }

    /// The steps that bring its tables to this version.
    pub fn migrations(&self) -> &'static [Migration] {
        match self {
            Self::File(_) => SQLITE,
            Self::Server(_) => POSTGRES,
        }
    }

    /// A connection for the one writer. A server lets only one have it: [`StoreError::Busy`] otherwise.
    ///
    /// A connection to a server blocks its thread and must not be used on one that runs async code.
    pub fn writer(&self) -> Result<Box<dyn Driver>, StoreError> {
        match self {
            Self::File(path) => Ok(Box::new(Sqlite::writer(path)?)),
            Self::Server(config) => Ok(Box::new(apart(|| Postgres::writer(config))?)),
        }
    }

    /// A connection for who follows what is written, and reads by keys only. The same rule about threads holds.
    pub(crate) fn follower(&self) -> Result<Box<dyn Driver>, StoreError> {
        let Self::Server(config) = self else { return self.reader() };
        let by_keys = || {
            let db = Postgres::reader(config)?;
            db.script("SET enable_seqscan = off")?;
            Ok(db)
        };
        Ok(Box::new(apart(by_keys)?))
    }

    /// A connection for reading, beside the writer. The same rule about threads holds.
    pub fn reader(&self) -> Result<Box<dyn Driver>, StoreError> {
        match self {
            Self::File(path) => Ok(Box::new(Sqlite::reader(path)?)),
            Self::Server(config) => Ok(Box::new(apart(|| Postgres::reader(config))?)),
        }
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(config) => write!(f, "the PostgreSQL database {}", config.get_dbname().unwrap_or_default()),
        }
    }
}

/// On a thread of its own, where blocking harms nobody: the caller may run async code.
pub(crate) fn apart<T: Send>(run: impl FnOnce() -> Result<T, StoreError> + Send) -> Result<T, StoreError> {
    thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err(StoreError::Broken("opening the database panicked".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_understood_or_refused_with_what_to_do() {
        let server = Database::at("postgres://heard:secret@localhost:5433/heard?sslmode=disable").unwrap();
        assert!(matches!(&server, Database::Server(config) if config.get_dbname() == Some("heard")));
        assert!(!format!("{server:?} {server}").contains("secret"));
        assert!(Database::at("postgresql:///heard?host=/var/run/postgresql").is_ok());
        for (url, why) in [
            ("mysql://localhost/heard", "postgres://"),
            ("postgres://localhost", "no database"),
            ("postgres://h:secret@localhost/heard?sslmode=require", "tunnel"),
            ("postgres://h:secret@localhost/heard?sslmode=verify-full", "tunnel"),
            ("postgres://h:secret@localhost/heard?colour=red", "understands"),
        ] {
            let refused = Database::at(url).unwrap_err().to_string();
            assert!(refused.contains(why) && !refused.contains("secret"), "{url}: {refused}");
        }
    }
}
