//! A fault of some devices that can be mended.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Updates fail on these devices until the fault is mended. Clones are the same fault.
#[derive(Debug, Clone, Default)]
pub struct Flaw {
    devices: Range<usize>,
    mended: Arc<AtomicBool>,
}

impl Flaw {
    /// A fault of the devices with these numbers, in the order of the plan.
    #[must_use]
    pub fn of(devices: Range<usize>) -> Self {
        Self { devices, mended: Arc::default() }
    }

    /// From now on updates succeed.
    pub fn mend(&self) {
        self.mended.store(true, Ordering::Relaxed);
    }

    pub(super) fn hits(&self, device: usize) -> bool {
        self.devices.contains(&device) && !self.mended.load(Ordering::Relaxed)
    }
}
