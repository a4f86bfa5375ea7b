//! What the operators did, by the server's word, and what they only tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Shared by all operators.
#[derive(Default)]
pub struct Ledger {
    pages: Mutex<Pages>,
    closed: AtomicBool,
    /// Operations carried out.
    done: watch::Sender<u32>,
}

#[derive(Default)]
struct Pages {
    /// Controller id and action of every assignment that was acknowledged.
    assigned: BTreeSet<(String, i64)>,
    /// Targets of which something was to be deleted, itself or actions, whether that was acknowledged or not.
    shortened: BTreeSet<String>,
    rollouts: Vec<i64>,
    /// By operation and status; 0 for an answer that was lost.
    answers: BTreeMap<(&'static str, u16), u32>,
}

impl Ledger {
    /// The operators stop.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    pub fn answered(&self, operation: &'static str, status: u16) {
        *self.pages().answers.entry((operation, status)).or_default() += 1;
        if (200..300).contains(&status) {
            self.done.send_modify(|done| *done += 1);
        }
    }

    /// Waits until so many more operations were carried out.
    pub async fn wait_for(&self, operations: u32) {
        let mut done = self.done.subscribe();
        let goal = *done.borrow() + operations;
        // Cannot fail: the ledger has the sender.
        let _ = done.wait_for(|done| *done >= goal).await;
    }

    pub fn assigned(&self, controller_id: String, action: i64) {
        self.pages().assigned.insert((controller_id, action));
    }

    pub fn made_rollout(&self, id: i64) {
        self.pages().rollouts.push(id);
    }

    pub fn rollouts(&self) -> Vec<i64> {
        self.pages().rollouts.clone()
    }

    /// To be noted before the request is sent.
    pub fn will_shorten(&self, controller_id: &str) {
        self.pages().shortened.insert(controller_id.to_owned());
    }

    /// Nothing of the target was ever deleted.
    pub fn is_whole(&self, controller_id: &str) -> bool {
        !self.pages().shortened.contains(controller_id)
    }

    /// Actions a target must still have.
    pub fn assigned_to(&self, controller_id: &str) -> Vec<i64> {
        let pages = self.pages();
        let of_target = pages.assigned.iter().filter(|(id, _)| id == controller_id);
        of_target.map(|(_, action)| *action).collect()
    }

    /// A stress without stress proves nothing: what it is about was carried out.
    pub fn assert_busy(&self) {
        let pages = self.pages();
        for operation in ["assign", "cancel", "force quit", "force", "auto-confirm", "configure", "upload"] {
            let done = (200..300).any(|status| pages.answers.contains_key(&(operation, status)));
            assert!(done, "`{operation}` was never carried out{}", *pages);
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pages().fmt(out)
    }
}

impl fmt::Display for Pages {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for ((operation, status), count) in &self.answers {
            if *operation != last {
                write!(out, "\n{operation:>14}")?;
                last = operation;
            }
            match status {
                0 => write!(out, "  lost: {count}")?,
                status => write!(out, "  {status}: {count}")?,
            }
        }
        Ok(())
    }
}
