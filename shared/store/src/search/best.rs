//! The first entries of an order, found among many without keeping the rest.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Keeps the entries up to the end of the wanted page and counts all.
#[derive(Debug)]
pub(super) struct Best<K, T> {
    /// The largest key on top, to be replaced by a smaller one.
    heap: BinaryHeap<Entry<K, T>>,
    offset: usize,
    capacity: usize,
    total: u64,
}

#[derive(Debug)]
struct Entry<K, T> {
    key: K,
    value: T,
}

impl<K: Ord, T> Best<K, T> {
    pub fn new(offset: usize, limit: usize) -> Self {
        Self { heap: BinaryHeap::new(), offset, capacity: offset.saturating_add(limit), total: 0 }
    }

    pub fn offer(&mut self, key: K, value: T) {
        self.total += 1;
        if self.heap.len() < self.capacity {
            self.heap.push(Entry { key, value });
        } else if let Some(mut largest) = self.heap.peek_mut()
            && key < largest.key
        {
            *largest = Entry { key, value };
        }
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    /// The entries of the wanted page, in order.
    pub fn page(self) -> impl Iterator<Item = (K, T)> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        sorted.skip(self.offset).map(|entry| (entry.key, entry.value))
    }
}

impl<K: PartialEq, T> PartialEq for Entry<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<K: Eq, T> Eq for Entry<K, T> {}

impl<K: Ord, T> PartialOrd for Entry<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, T> Ord for Entry<K, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

#[cfg(test)]
mod tests {
    use super::Best;

    #[test]
    fn a_page_is_that_of_the_sorted_whole() {
        let numbers: Vec<u32> = (0..200_u32).map(|n| n.wrapping_mul(7919) % 211).collect();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        for (offset, limit) in [(0, 5), (3, 10), (190, 50), (200, 5), (0, 0), (usize::MAX, 1)] {
            let mut best = Best::new(offset, limit);
            numbers.iter().for_each(|number| best.offer(*number, ()));
            assert_eq!(best.total(), 200);
            let expected: Vec<u32> = sorted.iter().copied().skip(offset).take(limit).collect();
            assert_eq!(best.page().map(|(key, ())| key).collect::<Vec<_>>(), expected, "{offset} {limit}");
        }
    }
}
