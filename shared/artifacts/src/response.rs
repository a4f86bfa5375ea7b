//! The parts all answers are made of.

use std::io;

use bytes::Bytes;
use futures::TryStreamExt;
use harrier_domain::{Error, Result};
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LAST_MODIFIED,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};

use crate::blobs::ByteChunks;
use crate::conditions::http_date;
use crate::disposition::attachment;
use crate::file::ArtifactFile;

/// A body that streams from storage. An I/O error in the middle aborts the connection (DDI §9.7).
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What delivery answers with.
pub type Response = http::Response<Body>;

pub(crate) const OCTET_STREAM: &str = "application/octet-stream";

/// The headers of every answer about the file's bytes (DDI §9.3), `Content-Length` excepted.
pub(crate) fn file_headers(file: &ArtifactFile) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    set(&mut headers, CONTENT_TYPE, OCTET_STREAM)?;
    set(&mut headers, ACCEPT_RANGES, "bytes")?;
    set(&mut headers, ETAG, &file.etag())?;
    set(&mut headers, LAST_MODIFIED, &http_date(file.created_at))?;
    set(&mut headers, CONTENT_DISPOSITION, &attachment(&file.filename))?;
    set(&mut headers, X_CONTENT_TYPE_OPTIONS, "nosniff")?;
    Ok(headers)
}

/// Sets a header whose value we made ourselves.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<()> {
    let checked = HeaderValue::from_str(value).map_err(|cause| {
        tracing::error!(%name, value, %cause, "an artifact has facts that no header can carry");
        Error::ArtifactLoadFailed
    })?;
    headers.insert(name, checked);
    Ok(())
}

pub(crate) fn respond(status: StatusCode, headers: HeaderMap, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

pub(crate) fn whole(content: impl Into<Bytes>) -> Body {
    Full::new(content.into()).map_err(|never| match never {}).boxed_unsync()
}

pub(crate) fn empty() -> Body {
    whole(Bytes::new())
}

pub(crate) fn streamed(chunks: ByteChunks) -> Body {
    StreamBody::new(chunks.map_ok(Frame::data)).boxed_unsync()
}
