//! Laying the sources over one another: file, environment, flags.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use toml::{Table, Value};

use crate::config::document::{Key, keys};
use crate::config::root::Config;

/// The file that is read when it is there.
pub const FILE: &str = "heard.toml";

/// What was said on the command line: key and value.
pub type Flags = Vec<(&'static str, String)>;

/// The configuration from all sources. This is the only place that reads the environment.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn load(file: Option<&Path>, flags: Flags) -> anyhow::Result<Config> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("HEARD_"))
        .collect();
    lay(file, environment, flags)
}

fn lay(file: Option<&Path>, environment: Vec<(String, String)>, flags: Flags) -> anyhow::Result<Config> {
    let keys = keys();
    let named = environment.iter().find(|(name, _)| name == "HEARD_CONFIG").map(|(_, path)| PathBuf::from(path));
    let mut table = match file.map(Path::to_path_buf).or(named) {
        Some(path) => read(&path)?,
        None if Path::new(FILE).exists() => read(Path::new(FILE))?,
        None => Table::new(),
    };
    for (name, value) in environment {
        // The latter two are of the tests: whoever has exported them for these can start Heard as well.
        if ["HEARD_CONFIG", "HEARD_DATA", "HEARD_ALLOW_SKIP"].contains(&name.as_str()) {
            continue;
        }
        // Other programs' settings may begin alike only by accident: a misspelt one must not be silently without effect.
        let key = keys.iter().find(|key| key.variable() == name);
        let key = key.ok_or_else(|| anyhow!("{name} is not a setting; docs/CONFIG.md lists all (or: heard config)"))?;
        put(&mut table, key, &value).with_context(|| format!("in {name}"))?;
    }
    for (name, value) in flags {
        let key = keys.iter().find(|key| key.path() == name).ok_or_else(|| anyhow!("{name} is not a setting"))?;
        put(&mut table, key, &value).with_context(|| format!("in --{}", key.name.replace('_', "-")))?;
    }
    Value::Table(table).try_into().context("the configuration cannot be used")
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let table: Table = text.parse().with_context(|| format!("{} is not TOML", path.display()))?;
    // Once alone, so that what is wrong in the file is said of the file.
    let checked: Result<Config, _> = Value::Table(table.clone()).try_into();
    checked.with_context(|| format!("in {}", path.display()))?;
    Ok(table)
}

fn put(table: &mut Table, key: &Key, text: &str) -> anyhow::Result<()> {
    let value = match key.kind.as_str() {
        "integer" => Value::Integer(text.trim().parse().map_err(|_| anyhow!("“{text}” is not a whole number"))?),
        "boolean" => Value::Boolean(text.trim().parse().map_err(|_| anyhow!("“{text}” is neither true nor false"))?),
        "array" => text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect::<Vec<_>>().into(),
        _ => Value::from(text),
    };
    let section = table.entry(key.section.clone()).or_insert_with(|| Value::Table(Table::new()));
    let Some(section) = section.as_table_mut() else { bail!("[{}] must be a section", key.section) };
    section.insert(key.name.clone(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, environment: &[(&str, &str)], flags: Flags) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("heard.toml");
        std::fs::write(&file, text)?;
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        lay(Some(&file), environment, flags)
    }

    #[test]
    fn flags_outrank_environment_outranks_file_outranks_defaults() {
        let text = "[web]\nlisten = \"127.0.0.1:1\"\nlargest_import_mib = 5\n";
        let config = with(text, &[], vec![]).unwrap();
        assert_eq!((config.web.listen.port(), config.web.largest_import_mib, config.log.level.as_str()), (1, 5, "info"));
        let environment = [("HEARD_WEB_LISTEN", "127.0.0.1:2"), ("HEARD_WEB_PROXIES", "10.0.0.1, 10.0.0.2")];
        let config = with(text, &environment, vec![]).unwrap();
        assert_eq!((config.web.listen.port(), config.web.proxies.len()), (2, 2));
        let config = with(text, &environment, vec![("web.listen", "127.0.0.1:3".into())]).unwrap();
        assert_eq!((config.web.listen.port(), config.web.largest_import_mib), (3, 5));
    }

    #[test]
    fn what_nobody_knows_is_refused_by_name() {
        for (text, environment, word) in [
            ("[web]\nlissten = \"127.0.0.1:1\"", vec![], "lissten"),
            ("[wbe]\n", vec![], "wbe"),
            ("", vec![("HEARD_WEB_LISSTEN", "x")], "HEARD_WEB_LISSTEN"),
            ("", vec![("HEARD_WEB_LARGEST_IMPORT_MIB", "many")], "many"),
            ("web = 3", vec![], "web"),
        ] {
            let error = format!("{:#}", with(text, &environment, vec![]).unwrap_err());
            assert!(error.contains(word), "{error}");
        }
    }
}
