//! Virtual devices that talk to the routes of the device API in this process, without a network.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use harrier_tests::{Answer, World};
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tower::ServiceExt;

/// Devices awake at the same time.
pub const AT_ONCE: usize = 32;

pub fn controller_id(number: usize) -> String {
    format!("dev-{number:06}")
}

pub struct Fleet {
    routes: Router,
    login: String,
}

/// What a device did while it was awake, and what that cost.
pub struct Life {
    pub number: usize,
    /// It found an update and reported success.
    pub updated: bool,
    pub read: f64,
    pub write: f64,
}

impl Fleet {
    pub fn of(world: &World) -> Self {
        let login = world.gateway().authorization().unwrap_or_default().to_owned();
        Self { routes: harrier::routes(world.installation.stack().app()), login }
    }

    /// Polls; fetches an update that is there and reports that it is installed.
    pub async fn wake_up(&self, number: usize) -> Life {
        let mut life = Life { number, updated: false, read: 0.0, write: 0.0 };
        let poll = format!("/DEFAULT/controller/v1/{}", controller_id(number));
        let links = self.send(&mut life, Method::GET, &poll, None).await.json();
        let Some(href) = links["_links"]["deploymentBase"]["href"].as_str() else { return life };
        let path = href.split_once("/DEFAULT/").map_or(href, |(_, path)| path);
        let path = format!("/DEFAULT/{path}");
        let _document = self.send(&mut life, Method::GET, &path, None).await;
        let closed = json!({ "status": { "execution": "closed", "result": { "finished": "success" } } });
        let feedback = format!("{}/feedback", path.split('?').next().unwrap_or_default());
        let _accepted = self.send(&mut life, Method::POST, &feedback, Some(closed)).await;
        life.updated = true;
        life
    }

    async fn send(&self, life: &mut Life, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "localhost");
        let request = request.header("authorization", &self.login).header("content-type", "application/json");
        let request = request.extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.routes.clone().oneshot(request.body(body).expect("a request")).await;
        let (parts, body) = response.expect("an answer").into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body }.expect(200);
        let (read, write) = answer.units().unwrap_or_default();
        (life.read, life.write) = (life.read + read, life.write + write);
        answer
    }
}
