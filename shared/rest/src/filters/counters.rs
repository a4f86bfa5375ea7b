//! Requests of the present second.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use http::Method;

/// Most callers counted in one second; those beyond share one count, so that a flood does not fill the memory.
const MOST_COUNTED: usize = 100_000;

/// How many requests each caller sent in the present second. Forgotten with the second.
#[derive(Debug, Default)]
pub(super) struct Counters {
    hasher: RandomState,
    present: Mutex<Second>,
}

#[derive(Debug, Default)]
struct Second {
    number: i64,
    counts: HashMap<Counted, u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Counted {
    reads: bool,
    address: Option<IpAddr>,
    /// The device, as a hash; of nothing for the address as a whole.
    device: u64,
}

impl Counters {
    /// Counts a request, unless `limit` are counted already; 0 is no limit.
    pub(super) fn take(&self, limit: u32, method: &Method, address: IpAddr, device: &str, now: i64) -> bool {
        if limit == 0 {
            return true;
        }
        let reads = method.is_safe();
        let caller = Counted { reads, address: Some(address), device: self.hasher.hash_one(device) };
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.enter(now.div_euclid(1000));
        let full = present.counts.len() >= MOST_COUNTED && !present.counts.contains_key(&caller);
        let counted = if full { Counted { reads, address: None, device: 0 } } else { caller };
        let count = present.counts.entry(counted).or_default();
        let has_room = *count < limit;
        *count += u32::from(has_room);
        has_room
    }
}

impl Second {
    fn enter(&mut self, number: i64) {
        if self.number != number {
            self.number = number;
            self.counts.clear();
        }
    }
}
