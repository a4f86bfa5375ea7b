//! The whole stack: storage, what a first start makes, listeners.

mod administrator;
mod backend;
mod error;
mod first_start;
mod listener;
mod metrics;
mod options;
mod tls;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use harrier_artifacts::encryption::{ChunkedAesGcm, LocalKeys};
use harrier_domain::Tenant;
use harrier_rest::Scheme;
use harrier_runtime::App;
use tokio::net::TcpListener;

pub use administrator::{Administrator, Password, set_administrator};
pub use backend::{open_database, open_step_messages};
pub use error::StackError;
pub use first_start::prepare;
pub use options::{AdministratorOptions, Options, Storage, Time, Tls};

use crate::embedded::loopback::LocalServer;
use crate::pumps::{Pumps, Running, StepMessages};
use crate::routes;
use backend::Backend;
use listener::Listener;

/// A running installation. Dropping it stops it at once; [`Stack::shutdown`] lets requests finish.
pub struct Stack {
    app: App,
    administrator: Administrator,
    listener: Listener,
    storage: Option<LocalServer>,
    pumps: Pumps,
    running: Option<Running>,
    metrics: Option<Listener>,
}

impl Stack {
    /// Opens the storage, makes what is missing in it (tables, bucket, tenant `DEFAULT`, administrator), and serves.
    ///
    /// # Errors
    /// When the storage cannot be opened, an address is taken, or a certificate cannot be read.
    pub async fn start(options: Options) -> Result<Self, StackError> {
        let tls = tls::load(options.tls.as_ref()).await?;
        let http = listener::bind(options.listen)?;
        let metrics_listener = options.metrics_listen.map(listener::bind).transpose()?;
        let storage_listener = TcpListener::from_std(listener::bind(options.storage_listen)?)?;
        let backend = Backend::open(&options.storage, options.durability).await?;
        let mut settings = options.settings;
        settings.origin.scheme = if tls.is_some() { Scheme::Https } else { Scheme::Http };

        let public = options.storage_url.unwrap_or_else(|| reachable_url(&storage_listener));
        let signing = backend.signing_client(&public);
        let messages = StepMessages::open(&backend.queue).await?;
        let app = App::new(backend.database.clone(), backend.objects.clone(), signing, settings)?;
        let app = app.with_clock(options.time.0).with_steps(messages.sender());
        let app = match options.encryption_key {
            Some(file) => app.with_encryption(encryption(&file)?),
            None => app,
        };
        let administrator = prepare(&app, &backend.database, &backend.objects, options.administrator).await?;
        let storage =
            backend.embedded_objects().map(|objects| objects.serve_presigned(storage_listener)).transpose()?;
        let (config, authorities) = tls.map(|tls| (tls.config, tls.authorities)).unzip();
        let routes = tls::with_certificates(routes(&app), &app, authorities.flatten());
        let listener = Listener::start(http, config, routes)?;
        let objects = backend.embedded_objects().cloned();
        let pumps = Pumps::new(app.clone(), messages, backend.embedded_database);
        let pumps = objects.into_iter().fold(pumps, Pumps::with_objects);
        let running = options.pumps.then(|| pumps.start());
        let metrics = metrics_listener
            .map(|bound| Listener::start(bound, None, metrics::routes(app.clone(), pumps.clone())))
            .transpose()?;
        Ok(Self { app, administrator, listener, storage, pumps, running, metrics })
    }

    /// Where the APIs listen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The APIs' address as a URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        self.listener.url()
    }

    /// Where presigned links are served; `None` when the objects are not embedded.
    #[must_use]
    pub fn storage_address(&self) -> Option<SocketAddr> {
        self.storage.as_ref().map(LocalServer::address)
    }

    /// Where numbers are served to Prometheus; `None` when nobody asked for it.
    #[must_use]
    pub fn metrics_url(&self) -> Option<String> {
        self.metrics.as_ref().map(|listener| format!("{}/metrics", listener.url()))
    }

    /// The administrator of tenant [`Tenant::DEFAULT`].
    #[must_use]
    pub fn administrator(&self) -> &Administrator {
        &self.administrator
    }

    /// The tenant every installation starts with.
    #[must_use]
    pub fn tenant(&self) -> &'static str {
        Tenant::DEFAULT
    }

    /// What the handlers work with, for tests that look behind the APIs.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// What moves campaigns here.
    #[must_use]
    pub fn pumps(&self) -> &Pumps {
        &self.pumps
    }

    /// Lets campaigns move until there is nothing to do at the present time: stream and queue are empty, nothing is due.
    ///
    /// # Errors
    /// [`StackError::Unsettled`] when a step failed again and again.
    pub async fn settle(&self) -> Result<(), StackError> {
        self.pumps.settle().await
    }

    /// Waits until the listener ends by itself, which only a failure makes it do.
    ///
    /// # Errors
    /// What the listener failed with.
    pub async fn failed(&mut self) -> Result<(), StackError> {
        self.listener.ended().await
    }

    /// Takes no more connections, lets requests under way finish for some seconds, and ends.
    ///
    /// # Errors
    /// When a listener had failed.
    pub async fn shutdown(self) -> Result<(), StackError> {
        // Steps under way end wherever they are, and come again at the next start.
        drop(self.running);
        self.listener.shutdown().await?;
        if let Some(storage) = self.storage {
            storage.shutdown().await?;
        }
        Ok(())
    }
}

/// Names the address only: the rest is handles.
impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Encryption by the keys of a file.
fn encryption(file: &Path) -> Result<Arc<ChunkedAesGcm>, StackError> {
    let unusable = |source| StackError::EncryptionKey { file: file.to_path_buf(), source };
    Ok(Arc::new(ChunkedAesGcm::new(Arc::new(LocalKeys::load(file).map_err(unusable)?))))
}

/// An address that works on this machine at least: nobody can call `0.0.0.0`.
fn reachable_url(listener: &TcpListener) -> String {
    match listener.local_addr() {
        Ok(address) if !address.ip().is_unspecified() => format!("http://{address}"),
        Ok(address) => format!("http://localhost:{}", address.port()),
        Err(_) => "http://localhost".to_owned(),
    }
}
