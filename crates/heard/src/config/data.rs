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
}

impl Default for Data {
    fn default() -> Self {
        Self { folder: "heard-data".into(), database: None, database_file: None }
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

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("data.database_file: {} cannot be read", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
