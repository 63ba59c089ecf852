//! `heard serve`: pages and API, and the background work beside them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use heard_flow::arrange::session;
use heard_flow::flow::Flow;
use heard_flow::hear::watch;
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
    let first_run = session::nobody_yet(&flow).await?;
    let hint = first_run.then_some("Open it now: nobody is here yet, and the first visitor becomes the admin.");
    let listener = listen(&config.web).await?;
    let watching = watch(&flow, &config.watch)?;
    let served = serve_flow(flow, listener, &config.web, hint).await;
    // It may be cut off at any moment: what it has begun it goes on with after the next start.
    watching.abort();
    served
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
    tokio::spawn(async move {
        asked_to_stop().await;
        say::talk("Stopping: running requests are finished first.");
        // Both listeners being gone means that all has stopped.
        let _ = stop.send(true);
    });
    serve(listener, router(AppState::new(Arc::clone(&flow), site)), Patience::default(), until(stopped)).await;
    flow.all_noted().await;
    working.await.context("the background work broke off")
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
