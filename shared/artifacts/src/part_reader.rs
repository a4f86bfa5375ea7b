//! Cuts a stream of chunks into parts while hashing, counting and enforcing the limits.

use std::fmt::Display;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use harrier_domain::{Error, Result};

use crate::digests::{Digests, Hasher};
use crate::encryption::Sealer;
use crate::limits::UploadLimits;

pub(crate) struct PartReader<S> {
    chunks: Pin<Box<S>>,
    /// The rest of a chunk that did not fit into the part before.
    carried: Bytes,
    ended: bool,
    hasher: Hasher,
    size: u64,
    limits: UploadLimits,
    /// Encrypts what goes into the parts.
    sealer: Option<Sealer>,
}

impl<S, E> PartReader<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Display,
{
    pub(crate) fn new(chunks: S, limits: UploadLimits, sealer: Option<Sealer>) -> Self {
        let hasher = Hasher::new();
        Self { chunks: Box::pin(chunks), carried: Bytes::new(), ended: false, hasher, size: 0, limits, sealer }
    }

    /// The next part, exactly `part_size` bytes unless it is the last. Empty when the stream has ended.
    pub(crate) async fn next_part(&mut self, part_size: usize) -> Result<Bytes> {
        let mut part = BytesMut::new();
        while part.len() < part_size {
            let Some(mut chunk) = self.next_chunk().await? else { break };
            let taken = chunk.split_to(chunk.len().min(part_size - part.len()));
            self.carried = chunk;
            if part.is_empty() {
                part.reserve(part_size);
            }
            part.extend_from_slice(&taken);
        }
        Ok(part.freeze())
    }

    /// Whether nothing is left: known only after a part came out short.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended && self.carried.is_empty()
    }

    /// Digests and size of everything read, and the bytes of all parts.
    pub(crate) fn finish(self) -> (Digests, u64, u64) {
        let stored = self.sealer.map_or(self.size, |sealer| sealer.length());
        (self.hasher.finish(), self.size, stored)
    }

    async fn next_chunk(&mut self) -> Result<Option<Bytes>> {
        if !self.carried.is_empty() {
            return Ok(Some(std::mem::take(&mut self.carried)));
        }
        if self.ended {
            return Ok(None);
        }
        match self.chunks.next().await {
            None => self.ended = true,
            Some(Err(cause)) => return Err(Error::BodyNotReadable(cause.to_string())),
            Some(Ok(chunk)) => return self.account(chunk).map(Some),
        }
        self.sealer.as_mut().map(Sealer::finish).transpose()
    }

    fn account(&mut self, chunk: Bytes) -> Result<Bytes> {
        self.size = self.size.saturating_add(chunk.len() as u64);
        self.limits.check(self.size)?;
        self.hasher.update(&chunk);
        match &mut self.sealer {
            Some(sealer) => sealer.push(&chunk),
            None => Ok(chunk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::stream;
    use proptest::prelude::*;

    fn read_all(chunks: &[Vec<u8>], part_size: usize) -> (Vec<Bytes>, Digests, u64) {
        let items = chunks.iter().map(|chunk| Ok::<_, String>(Bytes::from(chunk.clone()))).collect::<Vec<_>>();
        let mut reader = PartReader::new(stream::iter(items), UploadLimits::default(), None);
        let mut parts = Vec::new();
        while !reader.has_ended() {
            parts.push(block_on(reader.next_part(part_size)).unwrap());
        }
        let (digests, size, _) = reader.finish();
        (parts, digests, size)
    }

    proptest! {
        #[test]
        fn parts_are_the_chunks_cut_anew(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..30), 0..12),
            part_size in 1_usize..40,
        ) {
            let whole = chunks.concat();
            let (parts, digests, size) = read_all(&chunks, part_size);
            let (last, full) = parts.split_last().unwrap();
            prop_assert!(full.iter().all(|part| part.len() == part_size));
            prop_assert!(last.len() < part_size);
            prop_assert_eq!(parts.concat(), whole.clone());
            prop_assert_eq!(size, whole.len() as u64);
            let mut hasher = Hasher::new();
            hasher.update(&whole);
            prop_assert_eq!(digests, hasher.finish());
        }
    }

    #[test]
    fn a_broken_stream_and_a_passed_limit_stop_the_reading() {
        let broken = stream::iter([Ok(Bytes::from_static(b"abc")), Err("cut off")]);
        let mut reader = PartReader::new(broken, UploadLimits::default(), None);
        assert_eq!(block_on(reader.next_part(8)), Err(Error::BodyNotReadable("cut off".into())));

        let limits = UploadLimits { max_file_size: Some(2), storage: None };
        let mut reader = PartReader::new(stream::iter([Ok::<_, String>(Bytes::from_static(b"abc"))]), limits, None);
        assert_eq!(block_on(reader.next_part(8)), Err(Error::FileSizeQuotaExceeded { limit: 2 }));
    }
}
