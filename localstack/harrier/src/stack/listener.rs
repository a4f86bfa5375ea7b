//! The listener of the APIs: HTTP, or HTTPS where there is a certificate.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::task::JoinHandle;

use super::StackError;

/// How long requests under way may take to finish when the stack stops.
const GRACE: Duration = Duration::from_secs(10);

/// A running listener; it stops when this is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    scheme: &'static str,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

/// Takes the address before anything else is opened, so that a second server on one address leaves no traces.
pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, StackError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|source| StackError::Listen { address, source })
}

impl Listener {
    /// Serves the routes from now on. Handlers find the caller's address as `ConnectInfo<SocketAddr>`.
    pub(super) fn start(listener: TcpListener, tls: Option<RustlsConfig>, routes: Router) -> Result<Self, StackError> {
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let handle = Handle::new();
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        let task = match tls {
            Some(tls) => {
                let server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle.clone());
                tokio::spawn(server.serve(service))
            }
            None => {
                let server = axum_server::from_tcp(listener)?.handle(handle.clone());
                tokio::spawn(server.serve(service))
            }
        };
        Ok(Self { address, scheme, handle, task })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    pub(super) async fn ended(&mut self) -> Result<(), StackError> {
        (&mut self.task).await.map_err(std::io::Error::other)??;
        Ok(())
    }

    pub(super) async fn shutdown(mut self) -> Result<(), StackError> {
        self.handle.graceful_shutdown(Some(GRACE));
        self.ended().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}
