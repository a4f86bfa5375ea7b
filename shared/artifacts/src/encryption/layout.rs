//! Where the chunks of a file lie in its sealed object: arithmetic alone.

use super::ChunkPosition;
use crate::range::ByteRange;

/// The sizes that fix the place of every byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Bytes of the header.
    pub header: u64,
    /// Bytes of a plain chunk, at least 1.
    pub chunk: u64,
    /// Bytes that sealing adds to a chunk.
    pub overhead: u64,
    /// Bytes of the plain file, at least 1.
    pub size: u64,
}

/// What must be read, and opened, for a range of the plain file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first chunk.
    pub first: u64,
    /// The last chunk that is needed.
    pub last: u64,
    /// The chunks' bytes in the sealed object.
    pub bytes: ByteRange,
    /// Plain bytes of the first chunk that are not asked for.
    pub skip: u64,
}

impl Layout {
    fn last_chunk(self) -> u64 {
        self.size.div_ceil(self.chunk).saturating_sub(1)
    }

    pub fn position(self, index: u64) -> ChunkPosition {
        ChunkPosition { index, is_last: index == self.last_chunk() }
    }

    /// Bytes of a sealed chunk.
    pub fn sealed_length(self, index: u64) -> u64 {
        self.chunk.min(self.size.saturating_sub(index * self.chunk)) + self.overhead
    }

    /// `range` lies within the file.
    pub fn span(self, range: ByteRange) -> Span {
        let (first, last) = (range.first / self.chunk, range.last / self.chunk);
        let start = |index: u64| self.header + index * (self.chunk + self.overhead);
        let bytes = ByteRange { first: start(first), last: start(last) + self.sealed_length(last) - 1 };
        Span { first, last, bytes, skip: range.first % self.chunk }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layouts() -> impl Strategy<Value = Layout> {
        (0_u64..5, 1_u64..9, 0_u64..4, 1_u64..60).prop_map(|(header, chunk, overhead, size)| Layout {
            header,
            chunk,
            overhead,
            size,
        })
    }

    /// The naive model: which plain byte each byte of the sealed object belongs to, if any.
    fn sealed_bytes(layout: Layout) -> Vec<Option<u64>> {
        let plain: Vec<u64> = (0..layout.size).collect();
        let chunks = plain.chunks(usize::try_from(layout.chunk).unwrap());
        let sealed = chunks.flat_map(|chunk| {
            chunk.iter().map(|byte| Some(*byte)).chain((0..layout.overhead).map(|_| None)).collect::<Vec<_>>()
        });
        (0..layout.header).map(|_| None).chain(sealed).collect()
    }

    proptest! {
        #[test]
        fn a_span_holds_the_range_and_begins_and_ends_with_chunks(
            layout in layouts(), ends in (any::<u64>(), any::<u64>())
        ) {
            let (one, other) = (ends.0 % layout.size, ends.1 % layout.size);
            let range = ByteRange { first: one.min(other), last: one.max(other) };
            let object = sealed_bytes(layout);
            let whole = layout.span(ByteRange { first: 0, last: layout.size - 1 });
            prop_assert_eq!(whole.bytes.last + 1, object.len() as u64);
            let span = layout.span(range);
            let (from, to) = (usize::try_from(span.bytes.first).unwrap(), usize::try_from(span.bytes.last).unwrap());
            let plain: Vec<u64> = object[from..=to].iter().flatten().copied().collect();
            prop_assert_eq!(plain[0], span.first * layout.chunk);
            prop_assert_eq!(plain[0] + span.skip, range.first);
            prop_assert!(plain.contains(&range.last));
            let lengths: u64 = (span.first..=span.last).map(|index| layout.sealed_length(index)).sum();
            prop_assert_eq!(lengths, span.bytes.len());
            prop_assert_eq!(layout.position(span.last).is_last, *plain.last().unwrap() == layout.size - 1);
        }
    }
}
