//! Passes one request on and its answer back.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
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

/// What a body that is polled answers.
type NextFrame = Poll<Option<Result<Frame<Bytes>, BrokenOff>>>;

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
        let watched = Watched::new(answer_body, exchange, Arc::clone(&self.record), disturbance);
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
    /// Bytes that came before a pause and go on after it.
    rest: Option<Bytes>,
    /// Ends with the pause. Behind a lock because bodies are shared between threads, if only in theory.
    pause: Option<Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

impl Watched {
    fn new(body: Incoming, exchange: Exchange, record: Arc<Record>, disturbance: Option<Disturbance>) -> Self {
        Self { body, exchange: Some(exchange), record, disturbance, rest: None, pause: None }
    }

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

    /// What happens when the room is used up. `None`: the answer goes on.
    fn disturbed(&mut self, context: &mut Context<'_>) -> Option<NextFrame> {
        match self.disturbance.take()? {
            Disturbance::Cut { .. } => {
                self.finish();
                return Some(Poll::Ready(Some(Err(BrokenOff))));
            }
            hold @ Disturbance::Hold { .. } => {
                if let Disturbance::Hold { reached, .. } = &hold {
                    reached.notify_one();
                }
                self.disturbance = Some(hold);
                return Some(Poll::Pending);
            }
            Disturbance::Pause { reached, resume, .. } => {
                reached.notify_one();
                self.pause = Some(Mutex::new(Box::pin(async move { resume.notified().await })));
            }
        }
        self.pausing(context).is_pending().then_some(Poll::Pending)
    }

    fn pausing(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll(context));
            self.pause = None;
        }
        Poll::Ready(())
    }

    /// The next bytes of the answer.
    fn next_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        if let Some(rest) = self.rest.take() {
            return Poll::Ready(Some(Ok(rest)));
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.ok().and_then(|frame| frame.into_data().ok()).ok_or(BrokenOff)))
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> NextFrame {
        std::task::ready!(self.pausing(context));
        if self.room() == Some(0)
            && let Some(disturbed) = self.disturbed(context)
        {
            return disturbed;
        }
        let mut data = match std::task::ready!(self.next_data(context)) {
            Some(Ok(data)) => data,
            ended => {
                self.finish();
                return Poll::Ready(ended.map(|broken| broken.map(Frame::data)));
            }
        };
        if let Some(room) = self.room().and_then(|room| usize::try_from(room).ok())
            && room < data.len()
        {
            self.rest = Some(data.split_off(room));
        }
        self.note(&data);
        if self.rest.is_none() && self.body.is_end_stream() {
            self.finish();
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && self.disturbance.is_none() && self.rest.is_none()
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
