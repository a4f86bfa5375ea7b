//! One S3 multipart upload that either completes or is aborted, also when it is dropped half way.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, CopyPartResult};
use bytes::Bytes;
use harrier_domain::{Error, Result};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::client::Artifacts;
use crate::failure::upload_failed;
use crate::range::ByteRange;

/// Parts under way at the same time; with the part being filled this bounds the memory of an upload.
pub(crate) const PARTS_IN_FLIGHT: usize = 3;

/// Where the parts go.
#[derive(Clone)]
struct Destination {
    client: Client,
    bucket: Arc<str>,
    key: String,
    upload_id: String,
}

pub(crate) struct MultipartUpload {
    /// Gone once the upload is completed or aborted.
    open: Option<Destination>,
    in_flight: JoinSet<Result<CompletedPart>>,
    done: Vec<CompletedPart>,
    parts: i32,
}

impl MultipartUpload {
    pub(crate) async fn start(artifacts: &Artifacts, key: &str) -> Result<Self> {
        let request = artifacts.data.create_multipart_upload().bucket(&*artifacts.bucket).key(key);
        let created = request.send().await.map_err(upload_failed("no multipart upload could be started"))?;
        let upload_id = created.upload_id.ok_or_else(|| Error::UploadFailed("the upload got no id".into()))?;
        let (client, bucket) = (artifacts.data.clone(), artifacts.bucket.clone());
        let destination = Destination { client, bucket, key: key.to_owned(), upload_id };
        Ok(Self { open: Some(destination), in_flight: JoinSet::new(), done: Vec::new(), parts: 0 })
    }

    /// How many parts were handed over so far.
    pub(crate) fn parts(&self) -> i32 {
        self.parts
    }

    /// Sends the next part; waits while [`PARTS_IN_FLIGHT`] are under way.
    pub(crate) async fn put(&mut self, content: Bytes) -> Result<()> {
        let (destination, number) = self.next_part().await?;
        self.in_flight.spawn(put_part(destination, number, content));
        Ok(())
    }

    /// Copies the next part from a range of another object, `source` being `<bucket>/<key>` URL-encoded.
    pub(crate) async fn copy(&mut self, source: String, range: ByteRange) -> Result<()> {
        let (destination, number) = self.next_part().await?;
        self.in_flight.spawn(copy_part(destination, number, source, range));
        Ok(())
    }

    /// Makes the object visible if all parts were handed over and arrive, else throws away what was sent.
    pub(crate) async fn conclude(mut self, handed_over: Result<()>) -> Result<()> {
        let outcome = match handed_over {
            Ok(()) => self.complete().await,
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            self.abort().await;
        }
        outcome
    }

    async fn complete(&mut self) -> Result<()> {
        while !self.in_flight.is_empty() {
            self.collect_one().await?;
        }
        self.done.sort_by_key(|part| part.part_number);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(std::mem::take(&mut self.done))).build();
        let destination = self.destination()?;
        let request = destination.client.complete_multipart_upload().bucket(&*destination.bucket);
        let request = request.key(&destination.key).upload_id(&destination.upload_id).multipart_upload(parts);
        request.send().await.map_err(upload_failed("the parts could not be put together"))?;
        self.open = None;
        Ok(())
    }

    /// A failure leaves garbage for the lifecycle rule, so it is only logged.
    async fn abort(&mut self) {
        self.in_flight.shutdown().await;
        if let Some(destination) = self.open.take() {
            abort(destination).await;
        }
    }

    async fn next_part(&mut self) -> Result<(Destination, i32)> {
        while self.in_flight.len() >= PARTS_IN_FLIGHT {
            self.collect_one().await?;
        }
        self.parts += 1;
        Ok((self.destination()?.clone(), self.parts))
    }

    async fn collect_one(&mut self) -> Result<()> {
        let Some(joined) = self.in_flight.join_next().await else { return Ok(()) };
        let part = joined.map_err(upload_failed("a part was interrupted"))??;
        self.done.push(part);
        Ok(())
    }

    fn destination(&self) -> Result<&Destination> {
        self.open.as_ref().ok_or_else(|| Error::UploadFailed("the upload is over".into()))
    }
}

impl Drop for MultipartUpload {
    /// Reached with an open upload only when the caller was cancelled, for example because its client went away.
    fn drop(&mut self) {
        let Some(destination) = self.open.take() else { return };
        let mut in_flight = std::mem::take(&mut self.in_flight);
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                in_flight.shutdown().await;
                abort(destination).await;
            });
        }
    }
}

async fn put_part(to: Destination, number: i32, content: Bytes) -> Result<CompletedPart> {
    let request = to.client.upload_part().bucket(&*to.bucket).key(to.key).upload_id(to.upload_id);
    let request = request.part_number(number).body(ByteStream::from(content));
    let put = request.send().await.map_err(upload_failed("a part could not be stored"))?;
    let part = CompletedPart::builder().part_number(number).set_e_tag(put.e_tag);
    let part = part.set_checksum_crc32(put.checksum_crc32).set_checksum_crc32_c(put.checksum_crc32_c);
    Ok(part.set_checksum_crc64_nvme(put.checksum_crc64_nvme).build())
}

async fn copy_part(to: Destination, number: i32, source: String, range: ByteRange) -> Result<CompletedPart> {
    let request = to.client.upload_part_copy().bucket(&*to.bucket).key(to.key).upload_id(to.upload_id);
    let request = request.part_number(number).copy_source(source).copy_source_range(range.request_header());
    let copied = request.send().await.map_err(upload_failed("a part could not be copied"))?;
    let copied = copied.copy_part_result.unwrap_or_else(|| CopyPartResult::builder().build());
    let part = CompletedPart::builder().part_number(number).set_e_tag(copied.e_tag);
    let part = part.set_checksum_crc32(copied.checksum_crc32).set_checksum_crc32_c(copied.checksum_crc32_c);
    Ok(part.set_checksum_crc64_nvme(copied.checksum_crc64_nvme).build())
}

async fn abort(upload: Destination) {
    let request = upload.client.abort_multipart_upload().bucket(&*upload.bucket);
    let aborted = request.key(&upload.key).upload_id(&upload.upload_id).send().await;
    if let Err(cause) = aborted {
        tracing::warn!(key = upload.key, %cause, "an unfinished upload is left to the lifecycle rule");
    }
}
