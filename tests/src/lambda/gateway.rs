//! A stand-in for the API Gateway in front of the functions: plain HTTP in, events out.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use harrier::embedded::loopback::LocalServer;
use http::StatusCode;
use tokio::net::TcpListener;

use super::{Aws, Function, Refusal, answer_of, event_of};
use crate::Client;
use crate::programs::FUNCTIONS;

/// Most bytes of a request.
const REQUEST_LIMIT: usize = 10 * 1024 * 1024;

/// The address devices are seen from.
const PEER: &str = "192.0.2.7";

/// All functions behind one address.
pub struct Gateway {
    server: LocalServer,
}

struct Functions(Vec<(&'static str, Function)>);

impl Gateway {
    /// Starts every function.
    pub async fn start(aws: &Aws) -> Self {
        Self::start_with(&aws.environment()).await
    }

    /// The same with another environment.
    pub async fn start_with(environment: &[(&'static str, String)]) -> Self {
        let mut functions = Vec::new();
        for name in FUNCTIONS {
            functions.push((name, Function::start(name, environment).await));
        }
        let router = Router::new().fallback(answer).with_state(Arc::new(Functions(functions)));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        Self { server: LocalServer::start(listener, router).expect("a server") }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Anybody, without credentials.
    #[must_use]
    pub fn anonymous(&self) -> Client {
        Client::new(self.server.endpoint())
    }
}

async fn answer(State(functions): State<Arc<Functions>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Some(function) = functions.of_path(parts.uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match function.invoke(event_of(&parts, &body, PEER)).await {
        Ok(output) => match answer_of(&output) {
            Some(answer) => answer.map(Body::from),
            None => StatusCode::BAD_GATEWAY.into_response(),
        },
        Err(Refusal::EventTooLarge) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(Refusal::Failed(reason)) => (StatusCode::BAD_GATEWAY, reason).into_response(),
        Err(Refusal::TimedOut) => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}

impl Functions {
    fn of_path(&self, path: &str) -> Option<&Function> {
        let mut segments = path.split('/').skip(1);
        let name = match (segments.next(), segments.next(), segments.next()) {
            (Some("rest"), Some("v1"), Some(resource)) => management_function(resource)?,
            (Some(_tenant), Some("controller"), Some("v1")) => "device",
            _ => return None,
        };
        self.0.iter().find(|(known, _)| *known == name).map(|(_, function)| function)
    }
}

fn management_function(resource: &str) -> Option<&'static str> {
    Some(match resource {
        "targets" | "targettypes" | "targettags" | "targetgroups" | "targetfilters" => "management-targets",
        "softwaremodules"
        | "softwaremoduletypes"
        | "distributionsets"
        | "distributionsettypes"
        | "distributionsettags" => "management-repository",
        "rollouts" | "autoassignments" | "actions" => "management-campaigns",
        "system" | "userinfo" => "management-system",
        _ => return None,
    })
}
