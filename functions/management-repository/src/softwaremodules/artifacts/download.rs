//! `GET /rest/v1/softwaremodules/{id}/artifacts/{artifactId}/download` (management §5.12)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use harrier_artifacts::{ArtifactFile, Delivery, DeliveryRequest, PresignOptions};
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModule;
use harrier_rest::{ApiResult, Path};
use harrier_runtime::{App, Caller, DeliveryMode};
use harrier_store::Loaded;
use http::{HeaderMap, Method};

use super::artifact_of;

pub(super) async fn download(
    State(app): State<App>,
    caller: Caller,
    Path((id, artifact)): Path<(i64, i64)>,
    method: Method,
    headers: HeaderMap,
) -> ApiResult<Response> {
    caller.require_all(&[Authority::ReadSoftwareModule, Authority::ReadSoftwareModuleArtifact])?;
    let module: Loaded<SoftwareModule> = app.store.get(caller.tenant(), id).await?;
    let file = ArtifactFile::from(artifact_of(&module, artifact)?);
    if module.deleted {
        return Err(Error::ArtifactBinaryDeleted.into());
    }
    let request = DeliveryRequest {
        tenant: caller.tenant().as_str(),
        file: &file,
        method: &method,
        headers: &headers,
        delivery: delivery(app.settings.delivery),
        now_ms: app.now(),
    };
    Ok(app.artifacts.deliver(request).await?.map(Body::new))
}

fn delivery(mode: DeliveryMode) -> Delivery {
    match mode {
        DeliveryMode::Inline => Delivery::Inline,
        DeliveryMode::RedirectAbove(above) => Delivery::Redirect { above, link: PresignOptions::default() },
    }
}
