//! Messages in SQLite: what is acknowledged is in the file.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::lock::StateLock;
use super::super::{Durability, EmbeddedError};

/// Sends with the same deduplication id count once within this time, milliseconds.
const DEDUPLICATION_TIME: i64 = 300_000;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queue (
        name TEXT PRIMARY KEY, visibility INTEGER NOT NULL, max_receives INTEGER, dead_letters TEXT);
    CREATE TABLE IF NOT EXISTS message (
        number INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL, message_group TEXT,
        sent INTEGER NOT NULL, visible INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, out INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX IF NOT EXISTS message_order ON message (queue, number);
    CREATE TABLE IF NOT EXISTS sent_once (
        queue TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (queue, id));
";

const GIVE_BACK: &str = "UPDATE message SET visible = 0, out = 0 WHERE out = 1;";

/// What a queue does with messages that are not deleted in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QueueRules {
    /// Milliseconds a received message stays hidden.
    pub visibility: i64,
    /// After so many receives a message goes to the other queue.
    pub redrive: Option<(i64, String)>,
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub(super) struct Sending {
    pub body: String,
    pub group: Option<String>,
    pub deduplication_id: Option<String>,
    /// Milliseconds before it can be received.
    pub delay: i64,
}

/// A message that was received. `receives` is part of its receipt: an old receipt deletes nothing.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub number: i64,
    pub body: String,
    pub group: Option<String>,
    pub sent: i64,
    pub receives: i64,
}

type Outcome<T> = Result<T, rusqlite::Error>;

/// The queues of one file. Calls are short; they run where blocking is allowed.
#[derive(Debug)]
pub(super) struct Storage {
    connection: Mutex<Connection>,
    _lock: Option<StateLock>,
}

impl Storage {
    pub(super) fn open(
        path: Option<&Path>,
        durability: Durability,
        lock: Option<StateLock>,
    ) -> Result<Self, EmbeddedError> {
        let failed = |error: rusqlite::Error| EmbeddedError::Database(error.to_string());
        let connection = match path {
            Some(path) => Connection::open(path).map_err(failed)?,
            None => Connection::open_in_memory().map_err(failed)?,
        };
        let synchronous = if durability == Durability::PowerLoss { "FULL" } else { "NORMAL" };
        // Whoever had messages out died with the last process that had this file.
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; {SCHEMA} {GIVE_BACK}"
            ))
            .map_err(failed)?;
        Ok(Self { connection: Mutex::new(connection), _lock: lock })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn create_queue(&self, name: &str, rules: &QueueRules) -> Outcome<()> {
        let (max, dead_letters) = rules.redrive.clone().unzip();
        self.connection().execute(
            "INSERT INTO queue (name, visibility, max_receives, dead_letters) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET visibility = ?2, max_receives = ?3, dead_letters = ?4",
            params![name, rules.visibility, max, dead_letters],
        )?;
        Ok(())
    }

    pub(super) fn rules(&self, queue: &str) -> Outcome<Option<QueueRules>> {
        self.connection()
            .query_row("SELECT visibility, max_receives, dead_letters FROM queue WHERE name = ?1", [queue], |row| {
                let redrive = Option::zip(row.get::<_, Option<i64>>(1)?, row.get::<_, Option<String>>(2)?);
                Ok(QueueRules { visibility: row.get(0)?, redrive })
            })
            .optional()
    }

    /// Keeps the messages, all or none, and returns their numbers.
    pub(super) fn send(&self, queue: &str, messages: &[Sending], now: i64) -> Outcome<Vec<i64>> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM sent_once WHERE sent <= ?1", [now - DEDUPLICATION_TIME])?;
        let mut numbers = Vec::with_capacity(messages.len());
        for message in messages {
            numbers.push(send_one(&transaction, queue, message, now)?);
        }
        transaction.commit()?;
        Ok(numbers)
    }

    /// Takes out up to `limit` messages, oldest first, hides them for `visibility` milliseconds, and moves those that were
    /// received too often.
    pub(super) fn receive(
        &self,
        queue: &str,
        rules: &QueueRules,
        limit: i64,
        visibility: i64,
        now: i64,
    ) -> Outcome<Vec<Received>> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        if let Some((max_receives, dead_letters)) = &rules.redrive {
            transaction.execute(
                "UPDATE message SET queue = ?1, receives = 0, out = 0, visible = ?2
                 WHERE queue = ?3 AND visible <= ?2 AND receives >= ?4",
                params![dead_letters, now, queue, max_receives],
            )?;
        }
        let ready = ready(&transaction, queue, limit, now)?;
        for message in &ready {
            transaction.execute(
                "UPDATE message SET receives = receives + 1, out = 1, visible = ?1 WHERE number = ?2",
                params![now + visibility, message.number],
            )?;
        }
        transaction.commit()?;
        Ok(ready.into_iter().map(|message| Received { receives: message.receives + 1, ..message }).collect())
    }

    /// When the next hidden message can be received, if there is one.
    pub(super) fn next_visible(&self, queue: &str) -> Outcome<Option<i64>> {
        self.connection().query_row("SELECT min(visible) FROM message WHERE queue = ?1", [queue], |row| row.get(0))
    }

    /// Deletes a message by its receipt. An outdated receipt deletes nothing.
    pub(super) fn delete(&self, number: i64, receives: i64) -> Outcome<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM message WHERE number = ?1 AND receives = ?2", [number, receives])?;
        transaction.commit()
    }

    /// Changes how long a received message stays hidden. Whoever received it is thereby done with it.
    pub(super) fn change_visibility(&self, number: i64, receives: i64, visible: i64) -> Outcome<()> {
        self.connection().execute(
            "UPDATE message SET visible = ?1, out = 0 WHERE number = ?2 AND receives = ?3",
            [visible, number, receives],
        )?;
        Ok(())
    }

    /// Makes the messages that wait for their time ready now.
    pub(super) fn hurry(&self, queue: &str, now: i64) -> Outcome<usize> {
        let hurry = "UPDATE message SET visible = ?2 WHERE queue = ?1 AND visible > ?2 AND out = 0";
        self.connection().execute(hurry, params![queue, now])
    }

    /// Moves all messages of a queue to another one, as if they had just been sent there.
    pub(super) fn move_all(&self, from: &str, to: &str, now: i64) -> Outcome<usize> {
        let sql = "UPDATE message SET queue = ?2, receives = 0, out = 0, visible = ?3 WHERE queue = ?1";
        self.connection().execute(sql, params![from, to, now])
    }

    /// The oldest messages of a queue, whatever state they are in.
    pub(super) fn peek(&self, queue: &str, limit: i64) -> Outcome<Vec<(i64, String)>> {
        let connection = self.connection();
        let mut statement =
            connection.prepare("SELECT sent, body FROM message WHERE queue = ?1 ORDER BY number LIMIT ?2")?;
        let rows = statement.query_map(params![queue, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    }

    /// Messages that can be received, are out, and wait for their delay.
    pub(super) fn counts(&self, queue: &str, now: i64) -> Outcome<(i64, i64, i64)> {
        self.connection().query_row(
            "SELECT coalesce(sum(visible <= ?2), 0), coalesce(sum(visible > ?2 AND out = 1), 0),
                    coalesce(sum(visible > ?2 AND out = 0), 0)
             FROM message WHERE queue = ?1",
            params![queue, now],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    }
}

fn send_one(connection: &Connection, queue: &str, message: &Sending, now: i64) -> Outcome<i64> {
    if let Some(id) = &message.deduplication_id {
        let known = connection
            .query_row("SELECT number FROM sent_once WHERE queue = ?1 AND id = ?2", [queue, id], |row| row.get(0))
            .optional()?;
        if let Some(number) = known {
            return Ok(number);
        }
    }
    connection.execute(
        "INSERT INTO message (queue, body, message_group, sent, visible) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![queue, message.body, message.group, now, now + message.delay],
    )?;
    let number = connection.last_insert_rowid();
    if let Some(id) = &message.deduplication_id {
        connection.execute(
            "INSERT INTO sent_once (queue, id, number, sent) VALUES (?1, ?2, ?3, ?4)",
            params![queue, id, number, now],
        )?;
    }
    Ok(number)
}

/// The oldest messages that can be received now. Of a group, none while an older one is hidden.
fn ready(connection: &Connection, queue: &str, limit: i64, now: i64) -> Outcome<Vec<Received>> {
    let mut statement = connection.prepare_cached(
        "SELECT number, body, message_group, sent, receives FROM message AS candidate
         WHERE queue = ?1 AND visible <= ?2
           AND (message_group IS NULL OR NOT EXISTS (
               SELECT 1 FROM message AS older
               WHERE older.queue = ?1 AND older.message_group = candidate.message_group AND older.visible > ?2))
         ORDER BY number LIMIT ?3",
    )?;
    let rows = statement.query_map(params![queue, now, limit], received)?;
    rows.collect()
}

fn received(row: &Row<'_>) -> Outcome<Received> {
    Ok(Received {
        number: row.get(0)?,
        body: row.get(1)?,
        group: row.get(2)?,
        sent: row.get(3)?,
        receives: row.get(4)?,
    })
}
