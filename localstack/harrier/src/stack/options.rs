//! What an installation is to be.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use harrier_runtime::{Clock, Settings, SystemClock};

use crate::embedded::Durability;

/// Where the state lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In memory and a temporary directory: gone with the process.
    Memory,
    /// In files below this directory.
    Directory(PathBuf),
    /// On AWS, LocalStack or the like at this URL.
    Aws(String),
    /// The database alone at this URL, for example DynamoDB Local; objects embedded below the directory, or temporary.
    DynamoDb(String, Option<PathBuf>),
}

/// Files in PEM format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, followed by the certificates of those who signed it.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// The authorities that issue client certificates. With them callers may show one; who shows none is heard all the same,
    /// and who shows one that is not theirs is not.
    pub client_authorities: Option<PathBuf>,
}

/// The options of [`Stack::start`](super::Stack::start).
#[derive(Debug, Clone)]
pub struct Options {
    pub storage: Storage,
    /// What an acknowledged write to embedded storage outlives.
    pub durability: Durability,
    /// Address of the APIs; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Address of `/metrics`, which everybody who reaches it may read; `None` serves none.
    pub metrics_listen: Option<SocketAddr>,
    /// Address of presigned links.
    pub storage_listen: SocketAddr,
    /// The URL under which devices reach `storage_listen`.
    pub storage_url: Option<String>,
    pub tls: Option<Tls>,
    /// Keys that encrypt the files of encrypted software modules; without them there are none such.
    pub encryption_key: Option<PathBuf>,
    pub administrator: AdministratorOptions,
    pub settings: Settings,
    pub time: Time,
    /// Let campaigns move by themselves. Without it they move by [`Stack::settle`](super::Stack::settle) alone.
    pub pumps: bool,
}

/// What tells the time to everything in the stack.
#[derive(Clone)]
pub struct Time(pub Arc<dyn Clock>);

impl Default for Time {
    fn default() -> Self {
        Self(Arc::new(SystemClock))
    }
}

/// There is nothing to show of a clock.
impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Time")
    }
}

/// Who administers tenant `DEFAULT`.
#[derive(Clone)]
pub struct AdministratorOptions {
    pub name: String,
    /// Set at each start when given; otherwise generated when the user does not exist yet.
    pub password: Option<String>,
}

impl Default for AdministratorOptions {
    fn default() -> Self {
        Self { name: "admin".to_owned(), password: None }
    }
}

/// Leaves the password out.
impl std::fmt::Debug for AdministratorOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AdministratorOptions").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Options {
    /// Everything in memory, on free ports of this machine: what tests want.
    #[must_use]
    pub fn in_memory() -> Self {
        let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            storage: Storage::Memory,
            durability: Durability::default(),
            listen: free_port,
            metrics_listen: None,
            storage_listen: free_port,
            storage_url: None,
            tls: None,
            encryption_key: None,
            administrator: AdministratorOptions::default(),
            settings: Settings::default(),
            time: Time::default(),
            pumps: true,
        }
    }
}
