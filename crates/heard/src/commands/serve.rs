//! `heard serve`: pages and API, and the background work beside them.

use std::sync::Arc;

use anyhow::Context;
use heard_flow::arrange::session;
use heard_flow::flow::Flow;
use heard_flow::work;
use heard_web::app::router;
use heard_web::serve::{Patience, serve};
use heard_web::state::AppState;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::root::Config;
use crate::config::web::Web;
use crate::say;
use crate::wiring;

/// Serves until it is told to stop.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let flow = wiring::flow(&config.data)?;
    let first_run = session::nobody_yet(&flow).await?;
    let hint = first_run.then_some("Open it now: nobody is here yet, and the first visitor becomes the admin.");
    serve_flow(flow, listen(&config.web).await?, &config.web, hint).await
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
    let (stop, stopped) = watch::channel(false);
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

async fn until(mut stopped: watch::Receiver<bool>) {
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
