//! The embedded stand-ins as services on this machine, for SDK clients in other processes.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::EmbeddedError;
use super::dynamodb::EmbeddedDynamoDb;
use super::s3::{EmbeddedS3, InProcessService, forward};
use super::sqs::EmbeddedSqs;

/// DynamoDB refuses requests over 16 MB.
const LARGEST_DYNAMODB_REQUEST: usize = 16 * 1024 * 1024;

/// SQS refuses requests over 1 MiB.
const LARGEST_SQS_REQUEST: usize = 1024 * 1024;

/// A listener of this process that answers HTTP until it is shut down or dropped.
#[derive(Debug)]
pub struct LocalServer {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl LocalServer {
    /// Answers on `listener` with `router` from now on.
    ///
    /// # Errors
    /// [`EmbeddedError::System`] when the listener has no address.
    pub fn start(listener: TcpListener, router: Router) -> Result<Self, EmbeddedError> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = axum::serve(listener, router).with_graceful_shutdown(async move {
            // Resolves also when the sender is dropped, which is how dropping the server ends it.
            let _ = stopped.await;
        });
        Ok(Self { address, stop, task: tokio::spawn(served.into_future()) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, as SDK clients take it for an endpoint.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more connections, lets requests under way finish, and ends.
    ///
    /// # Errors
    /// [`EmbeddedError::System`] when the listener had failed.
    pub async fn shutdown(self) -> Result<(), EmbeddedError> {
        let _ = self.stop.send(());
        self.task.await.map_err(std::io::Error::other)??;
        Ok(())
    }
}

/// Serves the database on a free port of 127.0.0.1, to anyone on this machine: signatures are not verified.
///
/// # Errors
/// [`EmbeddedError::System`] when no port can be had.
pub async fn serve_dynamodb(database: &EmbeddedDynamoDb) -> Result<LocalServer, EmbeddedError> {
    let router = Router::new().fallback(answer_dynamodb).with_state(database.clone());
    LocalServer::start(TcpListener::bind(("127.0.0.1", 0)).await?, router)
}

/// Serves the object store on a free port of 127.0.0.1, to clients with its [credentials](EmbeddedS3::credentials)
/// and holders of presigned URLs for this endpoint.
///
/// # Errors
/// [`EmbeddedError::System`] when no port can be had.
pub async fn serve_s3(store: &EmbeddedS3) -> Result<LocalServer, EmbeddedError> {
    let router = Router::new().fallback(answer_s3).with_state(store.service());
    LocalServer::start(TcpListener::bind(("127.0.0.1", 0)).await?, router)
}

/// Serves the queues on a free port of 127.0.0.1, to anyone on this machine: signatures are not verified.
///
/// # Errors
/// [`EmbeddedError::System`] when no port can be had.
pub async fn serve_sqs(queues: &EmbeddedSqs) -> Result<LocalServer, EmbeddedError> {
    let router = Router::new().fallback(answer_sqs).with_state(queues.clone());
    LocalServer::start(TcpListener::bind(("127.0.0.1", 0)).await?, router)
}

async fn answer_sqs(State(queues): State<EmbeddedSqs>, request: Request) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let Ok(body) = to_bytes(request.into_body(), LARGEST_SQS_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let (status, body) = queues.answer(&target, &body).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

async fn answer_dynamodb(State(database): State<EmbeddedDynamoDb>, request: Request) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let Ok(body) = to_bytes(request.into_body(), LARGEST_DYNAMODB_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(answer) = database.answer(target, body.into()).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], answer.body).into_response()
}

async fn answer_s3(State(service): State<InProcessService>, request: Request) -> Response {
    forward(&service, request).await
}
