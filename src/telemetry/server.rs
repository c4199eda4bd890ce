//! The endpoints: `/metrics`, `/health/live` and `/health/ready`.

use std::io;
use std::net::SocketAddr;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::info;

use super::{Report, Telemetry};

/// The format that Prometheus reads.
/// Source: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The address cannot be listened on.
#[derive(Debug, Error)]
#[error(
    "cannot listen on {address}, which [telemetry] listen asks for: {source}. It must be an address of this machine \
     with a port that nobody else has; leave the setting out to do without metrics and health endpoints"
)]
pub struct ListenError {
    /// What was asked for.
    address: SocketAddr,
    /// What the system says.
    source: io::Error,
}

/// Answers until it is dropped.
pub struct Serving {
    _task: JoinSet<()>,
}

impl Telemetry {
    /// Begins to answer on `address`.
    ///
    /// # Errors
    ///
    /// The address is taken, or none of this machine.
    pub async fn serve(&self, address: SocketAddr) -> Result<Serving, ListenError> {
        let failed = |source| ListenError { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        info!(address = %listener.local_addr().map_err(failed)?, "metrics and health are told");
        let router = router(self.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            // It goes on after errors of single connections, and ends with the task.
            axum::serve(listener, router).await.ok();
        });
        Ok(Serving { _task: task })
    }
}

fn router(telemetry: Telemetry) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(telemetry)
}

async fn metrics(State(telemetry): State<Telemetry>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, TEXT)], telemetry.metrics())
}

async fn live(State(telemetry): State<Telemetry>) -> (StatusCode, Json<Report>) {
    answer(telemetry.live())
}

async fn ready(State(telemetry): State<Telemetry>) -> (StatusCode, Json<Report>) {
    answer(telemetry.ready())
}

fn answer(report: Report) -> (StatusCode, Json<Report>) {
    let status = if report.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report))
}
