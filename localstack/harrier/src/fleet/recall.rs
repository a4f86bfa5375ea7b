//! The end of a fleet that would go on for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Calls devices home: each leaves, well, before its next request, whatever it is at. Clones call the same devices.
#[derive(Debug, Clone, Default)]
pub struct Recall(Arc<AtomicBool>);

impl Recall {
    /// Calls all devices home, once and for all.
    pub fn call(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_called(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
