//! The parts that the server lacks, several at a time.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use reqwest::Body;
use reqwest::header::CONTENT_LENGTH;
use tokio_util::io::ReaderStream;

use super::api::{Part, Server};
use super::file::LocalFile;
use super::{Observer, Progress, Upload, UploadError};

/// Parts asked for at once: their links are good for an hour.
const PAGE: u32 = 64;

/// How often a part is tried.
const ATTEMPTS: u32 = 5;

const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Bytes read from the file at once.
const BUFFER: usize = 256 * 1024;

/// Sends all missing parts.
pub(super) async fn missing_parts(
    server: &Server,
    upload: &Upload,
    file: &LocalFile,
    id: i64,
    observer: Observer<'_>,
) -> Result<(), UploadError> {
    let mut offset = 0;
    loop {
        let page = server.parts(upload.module, id, (offset, PAGE)).await?;
        let Some(last) = page.content.last() else { return Ok(()) };
        offset = last.number;
        let there: u64 = page.content.iter().filter(|part| part.url.is_none()).map(|part| part.size).sum();
        if there > 0 {
            observer(Progress::Resumed(there));
        }
        let missing = page.content.into_iter().filter(|part| part.url.is_some());
        let sending = missing.map(|part| send_patiently(server, upload.module, id, file, part, observer));
        let mut sending = stream::iter(sending).buffer_unordered(upload.parallel.max(1));
        while sending.try_next().await?.is_some() {}
        if u64::from(offset) >= page.total {
            return Ok(());
        }
    }
}

/// Tries again, with a new link, after a failure that may pass.
async fn send_patiently(
    server: &Server,
    module: i64,
    id: i64,
    file: &LocalFile,
    mut part: Part,
    observer: Observer<'_>,
) -> Result<(), UploadError> {
    let mut attempt = 1;
    loop {
        let failure = match send(server, file, &part).await {
            Ok(()) => break,
            Err(error) if attempt < ATTEMPTS && error.is_passing() => error,
            Err(error) => return Err(error),
        };
        tracing::debug!(part = part.number, %failure, "a part is sent again");
        tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt - 1)).await;
        attempt += 1;
        let fresh = server.parts(module, id, (part.number - 1, 1)).await?.content.into_iter().next();
        match fresh.filter(|fresh| fresh.url.is_some()) {
            Some(fresh) => part = fresh,
            // The answer was lost, not the part.
            None => break,
        }
    }
    observer(Progress::Sent(part.size));
    Ok(())
}

async fn send(server: &Server, file: &LocalFile, part: &Part) -> Result<(), UploadError> {
    let Some(url) = &part.url else { return Ok(()) };
    let request = || format!("PUT of part {}", part.number);
    let body = Body::wrap_stream(section(file, part).await?);
    // No credentials: the link is signed.
    let response = server.http.put(url).header(CONTENT_LENGTH, part.size).body(body).send().await;
    let response = response.map_err(|source| UploadError::Network { request: request(), source })?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let message = response.text().await.unwrap_or_default().chars().take(300).collect();
    Err(UploadError::Answer { request: request(), status, message })
}

async fn section(
    file: &LocalFile,
    part: &Part,
) -> Result<impl Stream<Item = std::io::Result<Bytes>> + Send + 'static, UploadError> {
    Ok(ReaderStream::with_capacity(file.section(part.offset, part.size).await?, BUFFER))
}
