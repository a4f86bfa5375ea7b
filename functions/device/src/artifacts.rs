//! `softwaremodules/{module}/artifacts`: the files themselves (DDI §9, §10).

use axum::body::Body;
use axum::response::Response;
use harrier_artifacts::answer::{Answer, choose_answer};
use harrier_artifacts::{
    ArtifactFile, Delivery, DeliveryRequest, PresignOptions, md5sum_response, precondition_failed,
};
use harrier_domain::software::SoftwareModule;
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error};
use harrier_rest::{ApiError, ApiResult, Hal, Path};
use harrier_runtime::DeliveryMode;
use http::header::RANGE;
use http::{HeaderMap, Method, Uri};
use std::sync::Arc;

use crate::access::{Device, Session};
use crate::documents::{ArtifactDocument, MD5SUM_SUFFIX, artifacts};
use crate::download::{Permission, log, may_list, permission};
use crate::software::artifact_called;

/// Tenant, device, module and file of a path.
type FilePath = Path<(String, String, i64, String)>;

/// The files of a module that concerns the device (DDI §9.1).
pub async fn list(
    device: Device,
    Path((_, _, module)): Path<(String, String, i64)>,
) -> ApiResult<Hal<Vec<ArtifactDocument>>> {
    let Device { session, target } = device;
    let module = module_called(&session, &target, module).await?;
    if !may_list(&session, target, module.id).await? {
        return Err(Error::ModuleNotAssigned(module.id).into());
    }
    Ok(Hal::ok(artifacts(module.id, &module.artifacts, &session.links)).untagged())
}

/// A file, or its checksum: a file whose own name ends like that of a checksum cannot be had (DDI §9.6).
pub async fn download(
    device: Device,
    Path((_, _, module, file)): FilePath,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let module = module_called(&device.session, &device.target, module).await?;
    let request = FileRequest { device, module, path: uri.path().to_owned(), method, headers };
    match file.strip_suffix(MD5SUM_SUFFIX) {
        Some(file) => request.checksum(file).await,
        None => request.content(&file).await,
    }
}

/// An assignment is a modification of its target: what was read before is not good enough.
async fn module_called(session: &Session, target: &Target, id: i64) -> ApiResult<Arc<SoftwareModule>> {
    let module = session.library.module(session.lookup(target.audit.modified_at), id).await?;
    Ok(module.ok_or_else(|| Error::not_found(Entity::SoftwareModule, id))?)
}

/// A request for something about one file of a module.
struct FileRequest {
    device: Device,
    module: Arc<SoftwareModule>,
    path: String,
    method: Method,
    headers: HeaderMap,
}

impl FileRequest {
    /// The checks are in the order of DDI §9.2.
    async fn content(self, filename: &str) -> ApiResult<Response> {
        let file = self.file(filename)?;
        if let Some(refusal) = precondition_failed(&self.headers, &file) {
            return Ok(refusal.map(Body::new));
        }
        let (session, permission) = permission(self.device, self.module.id).await?;
        if self.module.deleted {
            return Err(Error::ArtifactBinaryDeleted.into());
        }
        if is_whole_download(&self.method, &self.headers, &file) {
            log(&session, &permission, &self.path).await?;
        }
        let request = DeliveryRequest {
            tenant: session.tenant().as_str(),
            file: &file,
            method: &self.method,
            headers: &self.headers,
            delivery: delivery(session.app.settings.delivery),
            now_ms: session.now,
        };
        Ok(session.app.artifacts.deliver(request).await?.map(Body::new))
    }

    async fn checksum(self, filename: &str) -> ApiResult<Response> {
        let file = self.file(filename)?;
        let (session, permission): (Session, Permission) = permission(self.device, self.module.id).await?;
        if self.method != Method::HEAD {
            log(&session, &permission, &self.path).await?;
        }
        Ok(md5sum_response(&self.method, &file)?.map(Body::new))
    }

    fn file(&self, filename: &str) -> ApiResult<ArtifactFile> {
        artifact_called(&self.module, filename).map(ArtifactFile::from).ok_or_else(ApiError::not_found)
    }
}

/// Only these are recorded: devices ask for headers beforehand, and for ranges by the hundred (DDI §9.5).
fn is_whole_download(method: &Method, headers: &HeaderMap, file: &ArtifactFile) -> bool {
    !headers.contains_key(RANGE) && choose_answer(method, headers, file) == Answer::Whole
}

fn delivery(mode: DeliveryMode) -> Delivery {
    match mode {
        DeliveryMode::Inline => Delivery::Inline,
        DeliveryMode::RedirectAbove(above) => Delivery::Redirect { above, link: PresignOptions::default() },
    }
}
