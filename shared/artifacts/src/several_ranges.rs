//! Several ranges in one body, put together from one storage request per range.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::Result;

use crate::blobs::ByteChunks;
use crate::byteranges::{AFTER_PART, CLOSING, before_part};
use crate::client::Artifacts;
use crate::file::ArtifactFile;
use crate::range::ByteRange;

/// Ranges up to this many bytes are read ahead, because delta updates ask for hundreds of small ones.
const SMALL: u64 = 256 * 1024;

/// How many ranges are looked ahead. Bounds the memory to this many times [`SMALL`].
const READ_AHEAD: usize = 4;

/// A blob as a client asked for it.
#[derive(Clone)]
pub(crate) struct BlobParts {
    pub(crate) artifacts: Artifacts,
    pub(crate) tenant: String,
    pub(crate) file: Arc<ArtifactFile>,
}

impl BlobParts {
    /// The multipart body. The first range is opened at once, so that a missing blob is known before the answer begins.
    pub(crate) async fn stream(self, ranges: Vec<ByteRange>) -> Result<ByteChunks> {
        let mut ranges = ranges.into_iter();
        let first = match ranges.next() {
            Some(range) => self.framed(range, self.open(range).await?),
            None => stream::empty().boxed(),
        };
        let rest = stream::iter(ranges).map(move |range| self.clone().prepare(range)).buffered(READ_AHEAD).flatten();
        Ok(first.chain(rest).chain(text(CLOSING)).boxed())
    }

    async fn open(&self, range: ByteRange) -> Result<ByteChunks> {
        self.artifacts.open(&self.tenant, &self.file, Some(range)).await
    }

    /// A small range is fetched now; a large one only when its turn comes, so that no idle connection waits for it.
    async fn prepare(self, range: ByteRange) -> ByteChunks {
        let content = if range.len() <= SMALL { self.fetch(range).await } else { self.clone().open_later(range) };
        self.framed(range, content)
    }

    async fn fetch(&self, range: ByteRange) -> ByteChunks {
        let collected = match self.open(range).await {
            Ok(chunks) => chunks.try_collect::<BytesMut>().await.map(BytesMut::freeze),
            Err(error) => Err(io::Error::other(error)),
        };
        stream::iter([collected]).boxed()
    }

    fn open_later(self, range: ByteRange) -> ByteChunks {
        stream::once(async move { self.open(range).await.map_err(io::Error::other) }).try_flatten().boxed()
    }

    fn framed(&self, range: ByteRange, content: ByteChunks) -> ByteChunks {
        text(before_part(range, self.file.size)).chain(content).chain(text(AFTER_PART)).boxed()
    }
}

fn text(text: impl Into<Bytes>) -> ByteChunks {
    stream::iter([Ok(text.into())]).boxed()
}
