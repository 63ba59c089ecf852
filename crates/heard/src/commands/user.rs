//! `heard user`: who signs in, set up on the machine itself.

use std::io::{IsTerminal, Read};

use anyhow::Context;
use heard_domain::scope::Scope;
use heard_domain::user::User as Staff;
use heard_flow::arrange::user::{self, UserDraft};
use heard_flow::flow::Flow;
use heard_store::tables;

use crate::cli::{Password, User};
use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// Adds, lists, or sets a password.
pub async fn run(config: &Config, wanted: User) -> anyhow::Result<()> {
    let flow = wiring::flow(&config.data)?;
    let scope = Scope::system();
    match wanted {
        User::Add { email, name, role, password } => {
            let password = read(&password)?;
            let draft = UserDraft { email, name, role, posts: None, active: true };
            let made = user::add(&flow, &scope, draft, &password).await?;
            say::talk(&format!("{} can sign in as {}.", made.email, made.role));
            say::data(&made.id.to_string())
        }
        User::Password { email, password } => {
            let found = by_email(&flow, &email).await?;
            user::set_password(&flow, &scope, found.id, &read(&password)?).await?;
            say::talk(&format!("The password of {} is set; they are signed out everywhere.", found.email));
            Ok(())
        }
        User::List { json } => {
            let users = flow.store.read(&scope, tables::user::list).await?;
            if json {
                return say::json(&users);
            }
            let row = |user: &Staff| {
                let active = if user.active { "yes" } else { "no" };
                vec![say::tame(&user.email), say::tame(&user.name), user.role.code().into(), active.into(), user.id.to_string()]
            };
            say::table(&["e-mail", "name", "role", "may sign in", "id"], &users.iter().map(row).collect::<Vec<_>>())
        }
    }
}

async fn by_email(flow: &Flow, email: &str) -> anyhow::Result<Staff> {
    let wanted = email.trim().to_lowercase();
    let found = flow.store.read(&Scope::system(), move |view| tables::user::by_email(view, &wanted)).await?;
    found.map(|(user, _)| user).with_context(|| format!("there is no user “{email}”; “heard user list” shows all"))
}

fn read(from: &Password) -> anyhow::Result<String> {
    let text = match &from.password_file {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?,
        None => {
            if std::io::stdin().is_terminal() {
                say::talk("Password (it is shown as you type; end with Enter):");
                let mut line = String::new();
                std::io::stdin().read_line(&mut line)?;
                line
            } else {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text)?;
                text
            }
        }
    };
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
