//! The operations of S3 over [`Objects`]: ours where the store below differs from S3 or could tear, its own otherwise.

use s3s::dto::*;
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::access::check_key;
use super::assembly::{assemble, listed_parts};
use super::objects::{Objects, OpenObject, WriteConditions, internal};
use super::reading::{ReadConditions, Span, range_applies, select};
use super::staging::STAGING_BUCKET;

/// Each read from the file system, and each piece of a body, is at most this long.
pub(super) const READ_BUFFER: usize = 256 * 1024;

#[async_trait::async_trait]
impl S3 for Objects {
    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let (input, request) = split(request);
        let headers = request.headers.clone();
        let object = self.open_object(request, &input.bucket, &input.key).await?;
        let (tag, modified) = version(&object.head)?;
        let conditions = ReadConditions {
            if_match: input.if_match.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
        };
        conditions.check(tag, modified)?;
        let range = input.range.filter(|_| range_applies(&headers, tag, modified));
        let span = range.map(|range| select(range, object.length)).transpose()?;
        Ok(S3Response::new(read(object, span).await?))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let (input, request) = split(request);
        let head = self.head(request, &input.bucket, &input.key).await?;
        let (tag, modified) = version(&head)?;
        let conditions = ReadConditions {
            if_match: input.if_match.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
        };
        conditions.check(tag, modified)?;
        Ok(S3Response::new(head))
    }

    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        self.require_bucket(&request.input.bucket).await?;
        if request.input.key.ends_with('/') {
            return self.inner.put_object(request).await;
        }
        let staged = self.stage();
        let bucket = std::mem::replace(&mut request.input.bucket, STAGING_BUCKET.to_owned());
        let key = std::mem::replace(&mut request.input.key, staged.key.clone());
        let conditions = WriteConditions {
            if_match: request.input.if_match.take(),
            if_none_match: request.input.if_none_match.take(),
        };
        let plain = without_input(&request);
        let response = self.inner.put_object(request).await?;
        self.place(&staged, plain, &bucket, &key, conditions).await?;
        Ok(response)
    }

    async fn copy_object(&self, mut request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        self.require_bucket(&request.input.bucket).await?;
        if let CopySource::Bucket { key, .. } = &request.input.copy_source {
            check_key(key)?;
        }
        let staged = self.stage();
        let bucket = std::mem::replace(&mut request.input.bucket, STAGING_BUCKET.to_owned());
        let key = std::mem::replace(&mut request.input.key, staged.key.clone());
        let plain = without_input(&request);
        let response = self.inner.copy_object(request).await?;
        self.place(&staged, plain, &bucket, &key, WriteConditions::default()).await?;
        Ok(response)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let (input, plain) = split(request);
        let upload = self.require_upload(&input.upload_id).await?;
        let parts = listed_parts(input.multipart_upload, |number| self.part(upload, number))?;
        let staged = self.stage();
        let target = staged.files.data.clone();
        let assembled = tokio::task::spawn_blocking(move || assemble(&parts, &target)).await;
        let tag = assembled.map_err(S3Error::internal_error)??;
        let digests = serde_json::json!({ "e_tag": tag }).to_string();
        fs::write(&staged.files.digests, digests).await.map_err(internal)?;
        let attributes = self.upload_attributes(&input.bucket, &input.key, upload);
        if fs::metadata(&attributes).await.is_ok() {
            fs::copy(attributes, &staged.files.attributes).await.map_err(internal)?;
        }
        let conditions = WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match };
        self.place(&staged, plain.clone(), &input.bucket, &input.key, conditions).await?;
        // The object is there whatever becomes of the parts, so failing to remove them is not the client's failure.
        let _ = self.abort_multipart_upload(plain.map_input(|()| remains(&input.bucket, &input.key, upload))).await;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(tag)),
            ..Default::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.remove(&request.input.bucket, &request.input.key).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let DeleteObjectsInput { bucket, delete, .. } = request.input;
        delete.objects.iter().try_for_each(|object| check_key(&object.key))?;
        let mut deleted = Vec::with_capacity(delete.objects.len());
        for object in delete.objects {
            self.remove(&bucket, &object.key).await?;
            deleted.push(DeletedObject { key: Some(object.key), ..Default::default() });
        }
        Ok(S3Response::new(DeleteObjectsOutput { deleted: Some(deleted), ..Default::default() }))
    }

    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        self.inner.create_bucket(request).await
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.inner.head_bucket(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.inner.get_bucket_location(request).await
    }

    async fn list_buckets(&self, request: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        self.inner.list_buckets(request).await
    }

    async fn list_objects(&self, request: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        self.inner.list_objects(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.inner.list_objects_v2(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.require_bucket(&request.input.bucket).await?;
        self.inner.create_multipart_upload(request).await
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        self.require_upload(&request.input.upload_id).await?;
        self.inner.upload_part(request).await
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        if let CopySource::Bucket { key, .. } = &request.input.copy_source {
            check_key(key)?;
        }
        self.require_upload(&request.input.upload_id).await?;
        self.inner.upload_part_copy(request).await
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        self.require_upload(&request.input.upload_id).await?;
        let mut response = self.inner.list_parts(request).await?;
        if let Some(parts) = &mut response.output.parts {
            parts.sort_by_key(|part| part.part_number);
        }
        Ok(response)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.require_upload(&request.input.upload_id).await?;
        self.inner.abort_multipart_upload(request).await
    }
}

impl Objects {
    /// The id again if such an upload is under way. Only hexadecimal digits and dashes reach the file system.
    async fn require_upload<'a>(&self, upload: &'a str) -> S3Result<&'a str> {
        let plausible = upload.len() == 36 && upload.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if !plausible || fs::metadata(self.upload_marker(upload)).await.is_err() {
            return Err(s3_error!(NoSuchUpload));
        }
        Ok(upload)
    }
}

fn version(head: &HeadObjectOutput) -> S3Result<(&ETag, &Timestamp)> {
    head.e_tag.as_ref().zip(head.last_modified.as_ref()).ok_or_else(|| s3_error!(InternalError))
}

async fn read(mut object: OpenObject, span: Option<Span>) -> S3Result<GetObjectOutput> {
    let whole = Span { start: 0, length: object.length };
    let Span { start, length } = span.unwrap_or(whole);
    object.file.seek(std::io::SeekFrom::Start(start)).await.map_err(internal)?;
    object.file.set_max_buf_size(READ_BUFFER);
    let body = ReaderStream::with_capacity(object.file.take(length), READ_BUFFER);
    let head = object.head;
    let mut output = GetObjectOutput {
        body: Some(StreamingBlob::wrap(body)),
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(i64::try_from(length).map_err(S3Error::internal_error)?),
        content_range: span.map(|_| format!("bytes {start}-{}/{}", start + length - 1, object.length)),
        cache_control: head.cache_control,
        content_disposition: head.content_disposition,
        content_encoding: head.content_encoding,
        content_language: head.content_language,
        content_type: head.content_type,
        e_tag: head.e_tag,
        expires: head.expires,
        last_modified: head.last_modified,
        metadata: head.metadata,
        website_redirect_location: head.website_redirect_location,
        ..Default::default()
    };
    // A checksum is that of the whole object, so it accompanies nothing less.
    if length == object.length {
        output.checksum_crc32 = head.checksum_crc32;
        output.checksum_crc32c = head.checksum_crc32c;
        output.checksum_crc64nvme = head.checksum_crc64nvme;
        output.checksum_sha1 = head.checksum_sha1;
        output.checksum_sha256 = head.checksum_sha256;
    }
    Ok(output)
}

fn remains(bucket: &str, key: &str, upload: &str) -> AbortMultipartUploadInput {
    AbortMultipartUploadInput {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        upload_id: upload.to_owned(),
        ..Default::default()
    }
}

fn split<T>(request: S3Request<T>) -> (T, S3Request<()>) {
    let plain = without_input(&request);
    (request.input, plain)
}

fn without_input<T>(request: &S3Request<T>) -> S3Request<()> {
    S3Request {
        input: (),
        method: request.method.clone(),
        uri: request.uri.clone(),
        headers: request.headers.clone(),
        extensions: request.extensions.clone(),
        credentials: request.credentials.clone(),
        region: request.region.clone(),
        service: request.service.clone(),
        trailing_headers: None,
    }
}
