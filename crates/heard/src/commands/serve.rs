//! `heard serve`: pages and API, and the background work beside them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use heard_flow::arrange::session;
use heard_flow::flow::Flow;
use heard_flow::hear::{mailbox, watch};
use heard_flow::read::deep;
use heard_flow::work;
use heard_web::app::router;
use heard_web::serve::{Patience, serve};
use heard_web::state::AppState;
use tokio::net::TcpListener;
use tokio::sync::watch as told;
use tokio::task::JoinHandle;

use crate::config::root::Config;
use crate::config::watch::Watch;
use crate::config::web::Web;
use crate::say;
use crate::wiring;

/// Serves until it is told to stop.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let flow = wiring::flow(&config.data)?;
    flow.send_through(config.send.client()?);
    if let Some(deep) = config.deep_reader.open()? {
        flow.read_deeply(deep);
        deep::begin(&flow).await?;
    }
    let first_run = session::nobody_yet(&flow).await?;
    let hint = first_run.then_some("Open it now: nobody is here yet, and the first visitor becomes the admin.");
    let listener = listen(&config.web).await?;
    let watching = watch(&flow, &config.watch)?;
    let reading = mail(&flow, config)?;
    let served = serve_flow(flow, listener, &config.web, hint).await;
    // It may be cut off at any moment: what it has begun it goes on with after the next start.
    watching.abort();
    if let Some(reading) = reading {
        reading.abort();
    }
    served
}

/// Sends mail from now on, and begins to look into the mailbox.
fn mail(flow: &Arc<Flow>, config: &Config) -> anyhow::Result<Option<JoinHandle<()>>> {
    let site = config.web.site()?;
    if let Some(mailing) = config.mail.mailing(site.public_url.as_deref())? {
        flow.send_by(mailing);
    }
    let every = Duration::from_secs(config.mail.inbox_every.max(1));
    let begin = |imap| tokio::spawn(mailbox::run(Arc::clone(flow), imap, every, std::future::pending()));
    Ok(config.mail.inbox()?.map(begin))
}

/// Begins to watch the folders.
fn watch(flow: &Arc<Flow>, watched: &[Watch]) -> anyhow::Result<JoinHandle<()>> {
    for Watch { folder, .. } in watched {
        if !folder.is_dir() {
            bail!("the watched folder {} is not there: make it, or take it out of the configuration", folder.display());
        }
    }
    let watched = watched.iter().map(Watch::known).collect();
    Ok(tokio::spawn(watch::run(Arc::clone(flow), watched, Duration::from_secs(2), std::future::pending())))
}

/// Takes the address and port.
pub async fn listen(web: &Web) -> anyhow::Result<TcpListener> {
    let taken = || format!("{} cannot be listened on (is Heard running already? another address: --listen)", web.listen);
    TcpListener::bind(web.listen).await.with_context(taken)
}

/// Serves a flow; `hint` is said after the address.
pub async fn serve_flow(flow: Arc<Flow>, listener: TcpListener, web: &Web, hint: Option<&str>) -> anyhow::Result<()> {
    let site = web.site()?;
    let address = listener.local_addr()?;
    let url = site.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let (stop, stopped) = told::channel(false);
    let working = tokio::spawn(work::run(Arc::clone(&flow), until(stopped.clone())));
    say::talk(&format!("Heard is ready at {url}"));
    if let Some(hint) = hint {
        say::talk(hint);
    }
    let state = AppState::new(Arc::clone(&flow), site);
    let live = Arc::clone(&state.live);
    let watching = tokio::spawn(async move {
        asked_to_stop().await;
        say::talk("Stopping: running requests and the batches in hand are finished first. Once more: stop at once.");
        // Streams never end by themselves.
        live.close();
        // Both listeners being gone means that all has stopped.
        let _ = stop.send(true);
        asked_to_stop().await;
        say::talk("Stopped at once: what was not finished goes on after the next start.");
        std::process::exit(1);
    });
    serve(listener, router(state), patience(), until(stopped)).await;
    flow.all_noted().await;
    let worked = working.await.context("the background work broke off");
    watching.abort();
    worked
}

/// The usual patience, with no more connections than the system has handles for.
fn patience() -> Patience {
    let usual = Patience::default();
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let handles = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    // Files of the database and the index need some too.
    let most = handles.map_or(usual.most, |handles| usual.most.min(handles.saturating_sub(handles.min(1024) / 4).max(64)));
    Patience { most, ..usual }
}

async fn until(mut stopped: told::Receiver<bool>) {
    // A sender that has gone away stops as well.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without signals it runs until it is killed, which loses nothing either.
    let _ = interrupted.await;
}
