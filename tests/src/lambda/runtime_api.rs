//! A stand-in for the Lambda Runtime API (AWS Lambda Developer Guide, "Using the Lambda runtime API"), one per function.
//!
//! Like one execution environment, it hands out one invocation at a time.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use harrier::embedded::loopback::LocalServer;
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::programs;

/// Most bytes of an event, and of an answer.
const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// How long a function may take in total.
const TIMEOUT: Duration = Duration::from_secs(29);

/// Why there is no answer: what API Gateway would make 413, 502 or 504 of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    EventTooLarge,
    /// The function failed; what it reported.
    Failed(String),
    TimedOut,
}

/// A running function. It is killed when this is dropped.
pub struct Function {
    // First, so that the program does not live to see its API go.
    _process: Child,
    invocations: mpsc::UnboundedSender<Invocation>,
    _api: LocalServer,
}

struct Invocation {
    event: Value,
    answer: oneshot::Sender<Result<Value, Refusal>>,
}

struct Api {
    waiting: Mutex<mpsc::UnboundedReceiver<Invocation>>,
    running: Mutex<HashMap<String, oneshot::Sender<Result<Value, Refusal>>>>,
}

impl Function {
    /// Starts the program of a function.
    pub async fn start(name: &str, environment: &[(&'static str, String)]) -> Self {
        let (invocations, waiting) = mpsc::unbounded_channel();
        let api = Arc::new(Api { waiting: Mutex::new(waiting), running: Mutex::default() });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let server = LocalServer::start(listener, routes(api)).expect("a server");
        let mut command = Command::new(programs::function(name));
        command.env_clear().envs(environment.iter().map(|(key, value)| (key, value)));
        command.env("AWS_LAMBDA_RUNTIME_API", server.address().to_string());
        command.envs([
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ]);
        let process = command.stdin(Stdio::null()).kill_on_drop(true).spawn().expect("the program starts");
        Self { _process: process, invocations, _api: server }
    }

    /// Invokes the function with an event.
    ///
    /// # Errors
    /// As Lambda would refuse the invocation or report its failure.
    pub async fn invoke(&self, event: Value) -> Result<Value, Refusal> {
        if event.to_string().len() > PAYLOAD_LIMIT {
            return Err(Refusal::EventTooLarge);
        }
        let (answer, answered) = oneshot::channel();
        self.invocations.send(Invocation { event, answer }).map_err(|_| Refusal::TimedOut)?;
        match tokio::time::timeout(TIMEOUT, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Refusal::TimedOut),
        }
    }
}

fn routes(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let Some(invocation) = api.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = format!("{:032x}", rand::random::<u128>());
    api.running.lock().await.insert(id.clone(), invocation.answer);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", (now + TIMEOUT).as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:test".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
    ];
    (headers, Json(invocation.event)).into_response()
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let too_large = body.len() > PAYLOAD_LIMIT;
    let answer = match serde_json::from_slice(&body) {
        _ if too_large => Err(Refusal::Failed("the answer is too large".to_owned())),
        Ok(answer) => Ok(answer),
        Err(error) => Err(Refusal::Failed(error.to_string())),
    };
    finish(&api, &id, answer).await;
    if too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::ACCEPTED }
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    finish(&api, &id, Err(Refusal::Failed(String::from_utf8_lossy(&body).into_owned()))).await;
    StatusCode::ACCEPTED
}

async fn finish(api: &Api, id: &str, answer: Result<Value, Refusal>) {
    if let Some(waiting) = api.running.lock().await.remove(id) {
        let _nobody_waits_any_more = waiting.send(answer);
    }
}
