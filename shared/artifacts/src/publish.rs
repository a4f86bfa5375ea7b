//! From a staging object to a content-addressed blob.

use harrier_domain::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::client::Artifacts;
use crate::failure::{is_not_found, load_failed, upload_failed};
use crate::keys;
use crate::multipart_upload::MultipartUpload;
use crate::range::ByteRange;
use crate::stage::Staged;

/// `x-amz-copy-source` is URL-encoded, slashes excepted.
const COPY_SOURCE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Artifacts {
    /// Makes a staged upload the blob of its sha256, without moving bytes when the tenant has that blob already, or the
    /// sealed object of its name; removes the staging object and returns the new key. Repeating it, also after a crash at
    /// any point, ends the same way.
    ///
    /// # Errors
    /// [`harrier_domain::Error::UploadFailed`] when storage fails or the staging object is gone.
    pub async fn publish(&self, staged: &Staged) -> Result<String> {
        let key = self.promote(staged).await?;
        self.discard(staged).await;
        Ok(key)
    }

    /// As [`Artifacts::publish`], but leaves the staging object where it is.
    ///
    /// # Errors
    /// As [`Artifacts::publish`].
    pub async fn promote(&self, staged: &Staged) -> Result<String> {
        let key = keys::binary(&staged.tenant, &staged.binary());
        if self.size_of(&key).await? != Some(staged.stored) {
            self.copy(&staged.key, &key, staged.stored).await?;
        }
        Ok(key)
    }

    /// Whether the tenant has a blob with this sha256.
    ///
    /// # Errors
    /// [`harrier_domain::Error::ArtifactLoadFailed`] when storage fails.
    pub async fn exists(&self, tenant: &str, sha256: &str) -> Result<bool> {
        self.size_of(&keys::blob(tenant, sha256)).await.map(|size| size.is_some())
    }

    pub(crate) async fn size_of(&self, key: &str) -> Result<Option<u64>> {
        match self.data.head_object().bucket(&*self.bucket).key(key).send().await {
            Ok(head) => Ok(head.content_length.and_then(|length| u64::try_from(length).ok())),
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(load_failed(key)(error)),
        }
    }

    async fn copy(&self, from: &str, to: &str, size: u64) -> Result<()> {
        let source = utf8_percent_encode(&format!("{}/{from}", self.bucket), COPY_SOURCE).to_string();
        if size > self.sizes.single_copy {
            return self.copy_parts(source, to, size).await;
        }
        let request = self.data.copy_object().bucket(&*self.bucket).key(to).copy_source(source);
        request.send().await.map_err(upload_failed("the file could not be published"))?;
        Ok(())
    }

    async fn copy_parts(&self, source: String, to: &str, size: u64) -> Result<()> {
        let mut upload = MultipartUpload::start(self, to).await?;
        let copied = hand_over(&mut upload, &source, cut(size, self.sizes.copy_part)).await;
        upload.conclude(copied).await
    }
}

async fn hand_over(upload: &mut MultipartUpload, source: &str, ranges: impl Iterator<Item = ByteRange>) -> Result<()> {
    for range in ranges {
        upload.copy(source.to_owned(), range).await?;
    }
    Ok(())
}

/// Consecutive ranges of `step` bytes that cover a file of `size` bytes.
fn cut(size: u64, step: u64) -> impl Iterator<Item = ByteRange> {
    let step = step.max(1);
    (0..size.div_ceil(step))
        .map(move |index| ByteRange { first: index * step, last: ((index + 1) * step).min(size) - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_cover_the_file() {
        let pairs = |size, step| cut(size, step).map(|range| (range.first, range.last)).collect::<Vec<_>>();
        assert_eq!(pairs(0, 4), []);
        assert_eq!(pairs(4, 4), [(0, 3)]);
        assert_eq!(pairs(9, 4), [(0, 3), (4, 7), (8, 8)]);
    }
}
