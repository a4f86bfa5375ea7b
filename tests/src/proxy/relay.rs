//! Passes one request on and its answer back.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Request, Response, StatusCode, Uri, request};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::exchange::KEPT;
use super::{Disturbance, Exchange, Record};

type Answer = BoxBody<Bytes, BrokenOff>;

/// Why an answer ends early.
#[derive(Debug)]
pub(super) struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("broken off")
    }
}

impl std::error::Error for BrokenOff {}

#[derive(Clone, Debug)]
pub(super) struct Relay {
    upstream: String,
    client: Client<HttpConnector, Full<Bytes>>,
    record: Arc<Record>,
}

impl Relay {
    pub(super) fn new(upstream: String, record: Arc<Record>) -> Self {
        Self { upstream, client: Client::builder(TokioExecutor::new()).build_http(), record }
    }

    pub(super) async fn pass(&self, request: Request<Incoming>) -> Result<Response<Answer>, BrokenOff> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| BrokenOff)?.to_bytes();
        let passed = self.client.request(self.addressed(&head, body.clone())).await;
        let Ok(answer) = passed else {
            return Ok(bad_gateway());
        };
        let (answer_head, answer_body) = answer.into_parts();
        let exchange = Exchange {
            method: head.method,
            path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            request_headers: head.headers,
            request_body: body.to_vec(),
            status: answer_head.status,
            answer_headers: answer_head.headers.clone(),
            answer_body: Vec::new(),
            passed: 0,
        };
        let length = if exchange.is_download() { exchange.announced_length() } else { None };
        let disturbance = self.record.disturbance_for(length);
        let watched =
            Watched { body: answer_body, exchange: Some(exchange), record: Arc::clone(&self.record), disturbance };
        Ok(Response::from_parts(answer_head, watched.boxed()))
    }

    fn addressed(&self, head: &request::Parts, body: Bytes) -> Request<Full<Bytes>> {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri: Uri = format!("http://{}{path}", self.upstream).parse().expect("a path is a path");
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = head.headers.clone();
        request.headers_mut().remove(http::header::TRANSFER_ENCODING);
        if request.body().size_hint().exact() == Some(0) && !head.headers.contains_key(CONTENT_LENGTH) {
            request.headers_mut().remove(CONTENT_LENGTH);
        }
        request
    }
}

fn bad_gateway() -> Response<Answer> {
    let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed());
    *answer.status_mut() = StatusCode::BAD_GATEWAY;
    answer
}

/// An answer's body on its way: recorded when it ended or was given up.
struct Watched {
    body: Incoming,
    exchange: Option<Exchange>,
    record: Arc<Record>,
    disturbance: Option<Disturbance>,
}

impl Watched {
    /// The bytes that may pass before the disturbance.
    fn room(&self) -> Option<u64> {
        let passed = self.exchange.as_ref().map_or(0, |exchange| exchange.passed);
        self.disturbance.as_ref().map(|disturbance| disturbance.after().saturating_sub(passed))
    }

    fn note(&mut self, data: &Bytes) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        exchange.passed += data.len() as u64;
        let room = KEPT.saturating_sub(exchange.answer_body.len());
        exchange.answer_body.extend_from_slice(&data[..data.len().min(room)]);
    }

    fn finish(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            self.record.add(exchange);
        }
    }

    /// What happens when the room is used up.
    fn disturbed(&mut self) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(Disturbance::Hold { reached, .. }) = &self.disturbance {
            reached.notify_one();
            return Poll::Pending;
        }
        self.finish();
        Poll::Ready(Some(Err(BrokenOff)))
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.room() == Some(0) {
            return self.disturbed();
        }
        let Some(frame) = std::task::ready!(Pin::new(&mut self.body).poll_frame(context)) else {
            self.finish();
            return Poll::Ready(None);
        };
        let Ok(Ok(mut data)) = frame.map(Frame::into_data) else {
            self.finish();
            return Poll::Ready(Some(Err(BrokenOff)));
        };
        if let Some(room) = self.room() {
            data.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        }
        self.note(&data);
        if self.body.is_end_stream() {
            self.finish();
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && self.disturbance.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.finish();
    }
}
