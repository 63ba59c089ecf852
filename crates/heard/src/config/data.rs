//! Where the data is.

use std::path::{Path, PathBuf};

use anyhow::Context;
use heard_store::sql::database::Database;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The folder of the database, the search index and imported files. It is made if it is not there.
    pub folder: PathBuf,
    /// The address of a PostgreSQL database (14 or later, UTF8) that holds the data instead of a file in the folder, like
    /// `postgres://heard@localhost/heard`. One Heard at a time writes to it.
    pub database: Option<String>,
    /// File that holds this address, where it contains a password that should not stand here.
    pub database_file: Option<PathBuf>,
    /// The folder into which backups are written, so that `heard doctor` looks at the age of the newest.
    pub backups: Option<PathBuf>,
}

impl Default for Data {
    fn default() -> Self {
        Self { folder: "heard-data".into(), database: None, database_file: None, backups: None }
    }
}

impl Data {
    /// The database that holds the truth.
    pub fn database(&self) -> anyhow::Result<Database> {
        let url = match (&self.database, &self.database_file) {
            (Some(_), Some(_)) => anyhow::bail!("data.database and data.database_file say the same thing: set one of them"),
            (Some(url), None) => url.clone(),
            (None, Some(file)) => read(file)?,
            (None, None) => return Ok(Database::in_folder(&self.folder)),
        };
        Database::at(url.trim()).context("data.database")
    }
}

impl Data {
    /// The flags with which another command finds the same data. A password is never among them: it would stand in the history
    /// of the terminal.
    pub fn flags(&self) -> String {
        let folder = format!("--data {}", self.folder.display());
        let guarded = |url: &str| {
            let who = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(who, _)| who);
            who.is_some_and(|who| who.contains(':'))
        };
        match &self.database {
            Some(url) if guarded(url) => format!("{folder} --database … (the same address, with its password)"),
            Some(url) => format!("{folder} --database '{url}'"),
            None if self.database_file.is_some() => format!("{folder} and the same data.database_file"),
            None => folder,
        }
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("data.database_file: {} cannot be read", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_data_is_found_again_and_no_password_is_told() {
        let flags = |database: Option<&str>| {
            Data { folder: "demo-data".into(), database: database.map(str::to_owned), ..Data::default() }.flags()
        };
        assert_eq!(flags(None), "--data demo-data");
        assert_eq!(flags(Some("postgres://h@localhost/h")), "--data demo-data --database 'postgres://h@localhost/h'");
        let guarded = flags(Some("postgres://h:secret@localhost/h"));
        assert!(guarded.contains("--database …") && !guarded.contains("secret"), "{guarded}");
    }

    #[test]
    fn the_address_comes_from_a_setting_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "postgres://heard:secret@localhost/heard\n").unwrap();
        let data = |database: Option<&str>, database_file: Option<&Path>| Data {
            database: database.map(str::to_owned),
            database_file: database_file.map(Path::to_owned),
            ..Data::default()
        };
        assert!(matches!(data(None, None).database().unwrap(), Database::File(_)));
        assert!(matches!(data(None, Some(&file)).database().unwrap(), Database::Server(_)));
        assert!(data(Some("postgres://h@localhost/h"), Some(&file)).database().is_err());
        let refused = format!("{:#}", data(Some("postgres://h:secret@db/h?sslmode=require"), None).database().unwrap_err());
        assert!(refused.contains("data.database") && refused.contains("tunnel") && !refused.contains("secret"), "{refused}");
    }
}
