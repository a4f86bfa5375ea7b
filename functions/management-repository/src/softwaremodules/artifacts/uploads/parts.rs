//! `GET /rest/v1/softwaremodules/{id}/artifacts/uploads/{upload}/parts`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Hal, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_uploads::{Part, Uploads};
use serde::Serialize;

/// One part of the file.
#[derive(Debug, Serialize)]
pub(super) struct PartResource {
    number: u32,
    /// Where it begins in the file, bytes.
    offset: u64,
    /// Bytes.
    size: u64,
    received: bool,
    /// Where to `PUT` exactly these bytes within the hour, without credentials. Absent once they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl From<Part> for PartResource {
    fn from(part: Part) -> Self {
        let Part { number, offset, size, url } = part;
        Self { number, offset, size, received: url.is_none(), url }
    }
}

pub(super) async fn parts(
    State(app): State<App>,
    caller: Caller,
    Path((module, upload)): Path<(i64, i64)>,
    page: PageRequest,
) -> ApiResult<Hal<Page<PartResource>>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let uploads = Uploads::new(&app);
    let upload = uploads.get(caller.tenant(), module, upload, app.now()).await?;
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let found = uploads.parts(caller.tenant(), &upload, (small(page.offset), small(page.limit))).await?;
    let total = u64::from(found.total);
    Ok(Hal::ok(Page::new(found.parts.into_iter().map(PartResource::from).collect(), total)).untagged())
}
