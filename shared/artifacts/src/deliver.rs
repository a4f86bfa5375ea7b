//! Answers `GET` and `HEAD` of an artifact (DDI §9, §10; management §5.12). Neutral: who may download is decided before.

use std::sync::Arc;

use harrier_domain::Result;
use harrier_domain::software::Binary;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};

use crate::answer::{Answer, choose_answer, storage_can_answer};
use crate::byteranges;
use crate::client::Artifacts;
use crate::conditions::if_match_holds;
use crate::file::ArtifactFile;
use crate::presign::PresignOptions;
use crate::range::ByteRange;
use crate::response::{Body, Response, empty, file_headers, respond, set, streamed};
use crate::several_ranges::BlobParts;

/// How bytes get to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// We send them.
    Inline,
    /// Plain files larger than `above` bytes are fetched from storage by a presigned link (302). What storage cannot answer as we
    /// would, several ranges or our own entity tag, we still send.
    Redirect { above: u64, link: PresignOptions },
}

impl Delivery {
    /// Redirects what does not fit a buffered answer comfortably: more than 4 MiB.
    #[must_use]
    pub fn redirect() -> Self {
        Self::Redirect { above: 4 * 1024 * 1024, link: PresignOptions::default() }
    }
}

/// A request for an artifact that its sender may have.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryRequest<'a> {
    pub tenant: &'a str,
    pub file: &'a ArtifactFile,
    /// `HEAD` is answered without storage; everything else is taken as `GET`.
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub delivery: Delivery,
    /// Epoch milliseconds.
    pub now_ms: i64,
}

/// The 412 answer, if `If-Match` asks for it. Devices get it before their right to download is looked at (DDI §9.2), so it
/// can be had apart from [`Artifacts::deliver`], which checks it as well.
#[must_use]
pub fn precondition_failed(headers: &HeaderMap, file: &ArtifactFile) -> Option<Response> {
    (!if_match_holds(headers, file)).then(empty_412)
}

fn empty_412() -> Response {
    respond(StatusCode::PRECONDITION_FAILED, HeaderMap::new(), empty())
}

impl Artifacts {
    /// Answers with 200, 206, 302, 304, 412 or 416, all headers set; bodies stream from storage.
    ///
    /// # Errors
    /// [`harrier_domain::Error::ArtifactLoadFailed`] when the blob is missing or storage fails before the answer began.
    pub async fn deliver(&self, request: DeliveryRequest<'_>) -> Result<Response> {
        let answer = choose_answer(request.method, request.headers, request.file);
        if let Some(link) = redirected(&request, &answer) {
            return self.redirect(&request, link).await;
        }
        match answer {
            Answer::PreconditionFailed => Ok(empty_412()),
            Answer::NotModified => not_modified(request.file),
            Answer::NotSatisfiable => not_satisfiable(request.file),
            Answer::HeadersOnly => with_length(StatusCode::OK, request.file, request.file.size, empty()),
            Answer::Whole => self.whole_file(&request).await,
            Answer::One(range) => self.one_range(&request, range).await,
            Answer::Several(ranges) => self.several_ranges(&request, ranges).await,
        }
    }

    async fn redirect(&self, request: &DeliveryRequest<'_>, link: PresignOptions) -> Result<Response> {
        let (file, now_ms) = (request.file, request.now_ms);
        let url = self.presign(request.tenant, &file.sha256, &file.filename, now_ms, link).await?;
        let mut headers = HeaderMap::new();
        set(&mut headers, LOCATION, &url)?;
        set(&mut headers, CACHE_CONTROL, "no-store")?;
        Ok(respond(StatusCode::FOUND, headers, empty()))
    }

    async fn whole_file(&self, request: &DeliveryRequest<'_>) -> Result<Response> {
        let file = request.file;
        let content = self.open(request.tenant, file, None).await?;
        with_length(StatusCode::OK, file, file.size, streamed(content))
    }

    async fn one_range(&self, request: &DeliveryRequest<'_>, range: ByteRange) -> Result<Response> {
        let file = request.file;
        let content = self.open(request.tenant, file, Some(range)).await?;
        let mut response = with_length(StatusCode::PARTIAL_CONTENT, file, range.len(), streamed(content))?;
        set(response.headers_mut(), CONTENT_RANGE, &range.content_range(file.size))?;
        Ok(response)
    }

    async fn several_ranges(&self, request: &DeliveryRequest<'_>, ranges: Vec<ByteRange>) -> Result<Response> {
        let file = request.file;
        let (tenant, file) = (request.tenant.to_owned(), file.clone());
        let parts = BlobParts { artifacts: self.clone(), tenant, file: Arc::new(file) };
        let body = streamed(parts.stream(ranges).await?);
        let mut headers = file_headers(request.file)?;
        set(&mut headers, CONTENT_TYPE, byteranges::CONTENT_TYPE)?;
        Ok(respond(StatusCode::PARTIAL_CONTENT, headers, body))
    }
}

/// Encrypted files are never redirected to: storage has no plain bytes to give.
fn redirected(request: &DeliveryRequest<'_>, answer: &Answer) -> Option<PresignOptions> {
    let Delivery::Redirect { above, link } = request.delivery else { return None };
    let Binary::Shared(_) = request.file.binary else { return None };
    (request.file.size > above && storage_can_answer(answer, request.headers)).then_some(link)
}

fn with_length(status: StatusCode, file: &ArtifactFile, length: u64, body: Body) -> Result<Response> {
    let mut headers = file_headers(file)?;
    set(&mut headers, CONTENT_LENGTH, &length.to_string())?;
    Ok(respond(status, headers, body))
}

fn not_modified(file: &ArtifactFile) -> Result<Response> {
    let mut headers = file_headers(file)?;
    headers.remove(CONTENT_TYPE);
    Ok(respond(StatusCode::NOT_MODIFIED, headers, empty()))
}

fn not_satisfiable(file: &ArtifactFile) -> Result<Response> {
    let mut headers = file_headers(file)?;
    set(&mut headers, CONTENT_RANGE, &format!("bytes */{}", file.size))?;
    Ok(respond(StatusCode::RANGE_NOT_SATISFIABLE, headers, empty()))
}
