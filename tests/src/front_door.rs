//! An address that stays while the server behind it comes and goes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::Server;

type Upstream = Arc<Mutex<Option<SocketAddr>>>;

/// Passes bytes on as they are, to the server of the moment. Closes when dropped.
#[derive(Debug)]
pub struct FrontDoor {
    address: SocketAddr,
    upstream: Upstream,
    task: JoinHandle<()>,
}

impl FrontDoor {
    /// Leads nowhere yet.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let upstream = Upstream::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&upstream)));
        Self { address, upstream, task }
    }

    /// Where clients come.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// New connections go to this server from now on.
    ///
    /// # Panics
    /// When the server's URL has no address.
    pub fn lead_to(&self, server: &Server) {
        let address = server.url().strip_prefix("http://").and_then(|address| address.parse().ok());
        *lock(&self.upstream) = Some(address.expect("the address of a server"));
    }
}

impl Drop for FrontDoor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, upstream: Upstream) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let server = *lock(&upstream);
        connections.spawn(pass(client, server));
        while connections.try_join_next().is_some() {}
    }
}

/// Ends with either side. A server that is not there closes the connection.
async fn pass(mut client: TcpStream, server: Option<SocketAddr>) {
    let Some(server) = server else { return };
    if let Ok(mut server) = TcpStream::connect(server).await {
        let _nodelay = (client.set_nodelay(true), server.set_nodelay(true));
        let _broken = copy_bidirectional(&mut client, &mut server).await;
    }
}

fn lock(upstream: &Upstream) -> std::sync::MutexGuard<'_, Option<SocketAddr>> {
    upstream.lock().unwrap_or_else(PoisonError::into_inner)
}
