//! The command line: what can be said.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use heard_domain::user::{Grant, Role};

use crate::config::load::Flags;

/// Heard listens to what customers say, reads it along their journey, and shows it.
#[derive(Parser)]
#[command(name = "heard", version, arg_required_else_help = true)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub general: General,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What applies to every command.
#[derive(Args)]
pub struct General {
    /// Configuration file [default: heard.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the data [default: heard-data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<String>,
    /// Address of a `PostgreSQL` database that holds the data [default: a file in the folder]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// How much is told on standard error: error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log: Option<String>,
}

impl General {
    /// The flags as settings.
    pub fn flags(&self) -> Flags {
        let pairs = [("data.folder", &self.data), ("data.database", &self.database), ("log.level", &self.log)];
        pairs.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect()
    }
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve pages and API
    Serve(Serve),
    /// Found a demonstration company in a fresh folder and serve it
    Demo(Demo),
    /// Bring in files: CSV or JSONL, any encoding; recognised by their header
    Import(Import),
    /// Write feedback to a file that can be imported again; Heard must not be running
    Export(Export),
    /// Ask for figures
    Query(Query),
    /// Make the search index and the cubes anew from the feedback itself; Heard must not be running
    Reindex,
    /// Back up everything that cannot be derived into one file, also while Heard runs; it holds personal data
    Backup(Backup),
    /// Restore a backup into an empty folder or database
    Restore(Restore),
    /// Say what is wrong and what to do; changes nothing and may run beside Heard
    Doctor(Doctor),
    /// Users who sign in
    #[command(subcommand)]
    User(User),
    /// Tokens of integrators
    #[command(subcommand)]
    Token(Token),
    /// The log of who changed or saw what
    #[command(subcommand)]
    Audit(Audit),
    /// Say how well comments are read, on labelled sets that did not train (--data: their folder), beside the bars
    Eval(Eval),
    /// Say how fast it is, beside a peer in the same run
    #[command(subcommand)]
    Bench(Bench),
    /// Print the page of all settings (docs/CONFIG.md)
    Config,
}

/// Serve pages and API.
#[derive(Args)]
pub struct Serve {
    /// Address and port [default: 127.0.0.1:4327]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address under which people reach it, like <https://heard.example.com>
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

impl Serve {
    /// The flags as settings.
    pub fn flags(&self) -> Flags {
        let pairs = [("web.listen", &self.listen), ("web.public_url", &self.public_url)];
        pairs.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect()
    }
}

/// Found a demonstration company and serve it.
#[derive(Args)]
pub struct Demo {
    /// How many comments its customers have made
    #[arg(long, default_value_t = 25_000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    pub comments: u32,
    /// Another number gives another company; the same gives the same
    #[arg(long, default_value_t = 7, value_name = "NUMBER")]
    pub seed: u64,
    /// Where it is served.
    #[command(flatten)]
    pub serve: Serve,
}

/// Bring in files.
#[derive(Args)]
pub struct Import {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Name of the listening post it goes to [default: as guessed from the file]
    #[arg(long, value_name = "NAME")]
    pub post: Option<String>,
    /// Begin with the journey and categories of an industry, if there are none yet: airline, bank, software, retail, industrial
    #[arg(long, value_name = "INDUSTRY")]
    pub starter: Option<String>,
    /// Only show how the file is understood; bring in nothing
    #[arg(long)]
    pub preview: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// Back up.
#[derive(Args)]
pub struct Backup {
    /// The file, like backup.heard.gz; - for standard output
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Restore a backup.
#[derive(Args)]
pub struct Restore {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Read everything back afterwards and compare its content hash with that of the backup
    #[arg(long)]
    pub verify: bool,
    /// Only check the file: hashes, counts, every row; restore nothing
    #[arg(long)]
    pub check: bool,
}

/// Say what is wrong.
#[derive(Args)]
pub struct Doctor {
    /// Read every page of the database and every byte of the index, which takes minutes for millions of comments
    #[arg(long)]
    pub whole: bool,
    /// Print the findings as JSON
    #[arg(long)]
    pub json: bool,
}

/// Write feedback to a file.
#[derive(Args)]
pub struct Export {
    /// jsonl (for programs, nothing lost) or csv (for spreadsheets)
    #[arg(long, default_value = "jsonl", value_name = "FORMAT")]
    pub format: String,
    /// The file; it must not be there yet [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Only of these listening posts, by name
    #[arg(long, value_name = "NAME")]
    pub post: Vec<String>,
    /// Only with these words, like in the search
    #[arg(long, value_name = "WORDS")]
    pub words: Option<String>,
    /// First day
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// CSV: leave cells as they are, even those that a spreadsheet would run as formulas
    #[arg(long)]
    pub raw: bool,
    /// Write nothing; print how many and the hash of their content as JSON
    #[arg(long, conflicts_with = "out")]
    pub hash: bool,
}

/// Ask for figures.
#[derive(Args)]
pub struct Query {
    /// volume, net-sentiment, emotion-mix, or the name of a scale (“NPS”)
    pub measure: String,
    /// Split by: day, week, month, stage, touchpoint, post, channel, category, polarity, emotion, intent, language, account, segment
    /// (a comment counts in every segment that its author belongs to), or the name of an attribute; at most three
    #[arg(long, value_name = "DIMENSION", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Only comments with these words
    #[arg(long)]
    pub words: Option<String>,
    /// Only this stage of the journey
    #[arg(long, value_name = "NAME")]
    pub stage: Vec<String>,
    /// Only this category and those below it
    #[arg(long, value_name = "NAME")]
    pub category: Vec<String>,
    /// Only this channel (“review”)
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Vec<String>,
    /// Only persons of this segment
    #[arg(long, value_name = "NAME")]
    pub segment: Vec<String>,
    /// Only what has none of this: stage, category, polarity, emotion, intent, touchpoint, language, account, segment, or the name
    /// of an attribute
    #[arg(long, value_name = "DIMENSION", value_delimiter = ',')]
    pub none: Vec<String>,
    /// First day, like 2026-01-01
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Compare with as many days right before
    #[arg(long)]
    pub compare: bool,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Where a password comes from. Without a group of its own: the subcommand of the same name has one.
#[derive(Args)]
#[group(skip)]
pub struct Password {
    /// File that holds the password [default: asked for on standard input]
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Users who sign in.
#[derive(Subcommand)]
pub enum User {
    /// Add a user
    Add {
        /// E-mail address
        email: String,
        /// As they are called
        #[arg(long)]
        name: String,
        /// admin, analyst, `department_member`, `account_manager`, frontline, executive
        #[arg(long, default_value = "admin", value_parser = word::<Role>)]
        role: Role,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
    /// Set a password; ends all sessions of that user
    Password {
        /// E-mail address
        email: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
    /// List the users
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Tokens of integrators.
#[derive(Subcommand)]
pub enum Token {
    /// Make a token; its secret is printed once
    Add {
        /// What it is for
        name: String,
        /// What it may do, like feedback:write
        #[arg(long, required = true, value_delimiter = ',', value_parser = word::<Grant>)]
        scope: Vec<Grant>,
        /// The listening post to which what is sent with it goes, and only there: its identifier
        #[arg(long)]
        post: Option<String>,
    },
    /// List the tokens
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a token back
    Remove {
        /// Its identifier, as in the list
        id: String,
    },
}

/// The log of who changed or saw what.
#[derive(Subcommand)]
pub enum Audit {
    /// Check that no entry was changed or taken out; prints number and hash of the last one. Heard must not be running: ask a
    /// running one on its page or at /api/v1/audit/chain
    Verify {
        /// The hash of an entry that was written down earlier: it must still be there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Remove what was noted before a day; the chain goes on from its last hash
    Forget {
        /// The first day that is kept, like 2026-01-01
        #[arg(long, value_name = "DAY")]
        before: String,
    },
}

/// How well.
#[derive(Args)]
pub struct Eval {
    /// Only this task, like airline; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub task: Vec<String>,
    /// Judge the deep reader in this folder as well
    #[arg(long, value_name = "FOLDER")]
    pub deep: Option<PathBuf>,
    /// Judge only each so many-th text: a quick look
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub every: usize,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

/// How fast.
#[derive(Subcommand)]
pub enum Bench {
    /// Comments read a second, with all heads, on one core
    Read(BenchRead),
}

/// How fast comments are read.
#[derive(Args)]
pub struct BenchRead {
    /// Comments to read, one a line [default: some that are part of the program]
    #[arg(long, value_name = "FILE")]
    pub texts: Option<PathBuf>,
    /// A program that answers each line with a line, like "python3 xtask/peers/vader.py"; measured in turns
    #[arg(long, value_name = "COMMAND")]
    pub peer: Option<String>,
    /// How often; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub rounds: usize,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

fn word<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
