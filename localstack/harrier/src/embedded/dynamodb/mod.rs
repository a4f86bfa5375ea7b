//! DynamoDB in this process: the real SDK client over an embedded SQLite-backed engine.

mod connector;
mod dispatch;
mod stream;
mod tokens;
mod workers;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_durability;
#[cfg(test)]
mod tests_stream;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Region, SharedHttpClient, StalledStreamProtectionConfig};
use dynoxide::Database;
use rusqlite::Connection;
use tokio::sync::Notify;

use super::lock::StateLock;
use super::{Durability, EmbeddedError, REGION};
use connector::InProcessHttpClient;
pub(super) use dispatch::Answer;
pub use stream::{EmbeddedRecord, StreamPosition};
use tokens::Tokens;
use workers::Workers;

/// An embedded DynamoDB. Clones share one database; it closes when the last clone and the last client are gone.
#[derive(Clone, Debug)]
pub struct EmbeddedDynamoDb {
    engine: Arc<Engine>,
}

/// The threads and what they work on. Field order matters: the threads end before the lock is released.
#[derive(Debug)]
struct Engine {
    workers: Workers,
    tokens: Arc<Tokens>,
    /// For what the engine does not do itself; used only while its threads rest.
    side: Mutex<Connection>,
    answered: Notify,
    _lock: Option<StateLock>,
}

impl EmbeddedDynamoDb {
    /// Opens the database file at `path`, creating it when missing, or an empty database in memory for `None`.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process has the file open, [`EmbeddedError::Database`] when it is
    /// not a database this engine can read.
    pub fn open(path: Option<&Path>) -> Result<Self, EmbeddedError> {
        Self::open_with(path, Durability::default())
    }

    /// As [`open`](Self::open), choosing what an acknowledged write outlives.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: Option<&Path>, durability: Durability) -> Result<Self, EmbeddedError> {
        let lock = path.map(|file| StateLock::take(&beside(file, "lock"))).transpose()?;
        let name = database_name(path)?;
        let database = open_database(&name, path.is_some() && durability == Durability::ProcessDeath)?;
        Self::assemble(&name, Workers::start(database)?, lock)
    }

    /// An empty database in memory without threads of its own: the same requests are always answered in the same order,
    /// where they are asked. For simulations.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the engine fails.
    pub fn open_inline() -> Result<Self, EmbeddedError> {
        let name = database_name(None)?;
        let workers = Workers::inline(open_database(&name, false)?);
        Self::assemble(&name, workers, None)
    }

    fn assemble(name: &str, workers: Workers, lock: Option<StateLock>) -> Result<Self, EmbeddedError> {
        let side = Connection::open(name).map_err(|error| EmbeddedError::Database(error.to_string()))?;
        stream::index(&side)?;
        let (side, answered) = (Mutex::new(side), Notify::new());
        let engine = Engine { workers, tokens: Arc::default(), side, answered, _lock: lock };
        Ok(Self { engine: Arc::new(engine) })
    }

    /// A client on this database: the SDK's own client in every respect but where its requests go.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from_conf(self.config_builder().build())
    }

    /// The configuration [`client`](Self::client) uses, for callers that change its retries or its connector.
    #[must_use]
    pub fn config_builder(&self) -> Builder {
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::from_keys("embedded", "embedded", None))
            .endpoint_url("http://dynamodb.embedded.invalid")
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.http_client())
    }

    /// The connector alone, to be wrapped (see [`faults`](super::faults)) or given to another client.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcessHttpClient::new(self.clone()))
    }

    /// Deletes the items whose time to live has passed, in every table that has one, and says how many.
    /// The engine does this only when asked; DynamoDB does it within days.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the engine fails.
    pub async fn sweep_expired_items(&self) -> Result<usize, EmbeddedError> {
        let swept = self.engine.workers.run(|database| database.sweep_ttl()).await?;
        swept.map_err(|error| EmbeddedError::Database(error.to_string()))
    }

    /// Answers one request as the service would. `target` is the value of `x-amz-target`.
    pub(super) async fn answer(&self, target: String, body: Vec<u8>) -> Result<Answer, EmbeddedError> {
        let tokens = Arc::clone(&self.engine.tokens);
        let answer = self.engine.workers.run(move |database| dispatch::answer(database, &tokens, &target, &body)).await;
        self.engine.answered.notify_waiters();
        answer
    }
}

/// What SQLite calls the database: its file, or a place in memory that both connections find.
fn database_name(path: Option<&Path>) -> Result<String, EmbeddedError> {
    match path {
        Some(path) => {
            let name = path.to_str().ok_or_else(|| EmbeddedError::Database("the path is not UTF-8".to_owned()))?;
            Ok(name.to_owned())
        }
        None => Ok(format!("file:/harrier-{:032x}?vfs=memdb", rand::random::<u128>())),
    }
}

fn open_database(name: &str, relaxed: bool) -> Result<Database, EmbeddedError> {
    let failed = |error: dynoxide::DynoxideError| EmbeddedError::Database(error.to_string());
    let database = Database::new(name).map_err(failed)?;
    if relaxed {
        // The engine opens its write-ahead log with `synchronous = FULL` and has one switch to `NORMAL`: the end
        // of a bulk load. NORMAL hands each commit to the operating system before it answers.
        database.disable_bulk_loading().map_err(failed)?;
    }
    Ok(database)
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
