//! A reverse proxy between a client and the server: records every exchange, and disturbs downloads when told to.
//!
//! Requests pass unchanged, `Host` included, so that links the server builds lead back to the proxy.

mod disturbance;
mod exchange;
mod relay;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use disturbance::Disturbance;
pub use exchange::Exchange;

use relay::Relay;

/// A running proxy. Ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    record: Arc<Record>,
    task: JoinHandle<()>,
}

/// What passed, and what is to be disturbed next.
#[derive(Debug)]
struct Record {
    exchanges: Mutex<Vec<Exchange>>,
    disturbance: Mutex<Option<Disturbance>>,
    /// Counts what was recorded, so that it can be waited for.
    changes: watch::Sender<usize>,
}

impl Proxy {
    /// Starts a proxy in front of a server at `http://host:port`.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn before(server_url: &str) -> Self {
        let upstream = server_url.strip_prefix("http://").expect("an HTTP URL").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let record = Arc::new(Record {
            exchanges: Mutex::default(),
            disturbance: Mutex::default(),
            changes: watch::Sender::new(0),
        });
        let task = tokio::spawn(accept(listener, Relay::new(upstream, Arc::clone(&record))));
        Self { address, record, task }
    }

    /// Where clients are sent.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Disturbs the next download that is long enough for it, once.
    pub fn disturb(&self, disturbance: Disturbance) {
        *lock(&self.record.disturbance) = Some(disturbance);
    }

    /// Everything recorded so far, in the order in which answers ended.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.record.exchanges).clone()
    }

    /// Waits until another exchange was recorded. The caller limits the time.
    pub async fn changed(&self) {
        // Cannot fail: the record has the sender.
        let _ = self.record.changes.subscribe().changed().await;
    }

    /// Waits until an exchange like this was recorded. The caller limits the time.
    pub async fn seen(&self, wanted: impl Fn(&Exchange) -> bool) {
        let mut changes = self.record.changes.subscribe();
        while !lock(&self.record.exchanges).iter().any(&wanted) {
            // Cannot fail: the record has the sender.
            let _ = changes.changed().await;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Record {
    fn add(&self, exchange: Exchange) {
        lock(&self.exchanges).push(exchange);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Takes the disturbance if the answer has enough bytes for it.
    fn disturbance_for(&self, length: Option<u64>) -> Option<Disturbance> {
        let mut waiting = lock(&self.disturbance);
        let is_long_enough =
            waiting.as_ref().is_some_and(|waiting| length.is_some_and(|length| length > waiting.after()));
        if is_long_enough { waiting.take() } else { None }
    }
}

async fn accept(listener: TcpListener, relay: Relay) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, relay.clone()));
    }
}

async fn serve(stream: TcpStream, relay: Relay) {
    let service = service_fn(move |request| {
        let relay = relay.clone();
        async move { relay.pass(request).await }
    });
    // A connection that breaks is the client's or the disturbance's doing.
    let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
