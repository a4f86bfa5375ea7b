//! An upload on the wire.

use harrier_domain::upload::{Upload, UploadState};
use harrier_rest::error::ErrorBody;
use harrier_rest::resources::{Base, HashesResource};
use harrier_rest::{Links, Origin};
use serde::Serialize;

/// An upload and what has become of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadResource {
    id: i64,
    filename: String,
    /// Bytes.
    size: u64,
    /// As announced; empty where they were not.
    hashes: HashesResource,
    /// `pending`, `processing`, `done` or `refused`.
    state: &'static str,
    /// Bytes of every part but the last.
    part_size: u64,
    parts: u32,
    /// Epoch milliseconds: until then the file must be there, and the outcome can be asked for.
    expires_at: i64,
    /// What it has become, when it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_id: Option<i64>,
    /// Why it was refused: the body an upload in one request would have been answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody>,
    #[serde(flatten)]
    base: Base,
    #[serde(rename = "_links")]
    links: Links,
}

impl UploadResource {
    pub fn new(upload: &Upload, origin: &Origin) -> Self {
        let (state, error) = match &upload.state {
            UploadState::Pending => ("pending", None),
            UploadState::Processing => ("processing", None),
            UploadState::Done => ("done", None),
            UploadState::Refused(refusal) => ("refused", Some(ErrorBody::of(&refusal.error(upload.module)))),
        };
        let announced = upload.announced.clone();
        Self {
            id: upload.id,
            filename: upload.filename.clone(),
            size: upload.plan.size,
            hashes: HashesResource {
                sha1: announced.sha1.unwrap_or_default(),
                md5: announced.md5.unwrap_or_default(),
                sha256: announced.sha256.unwrap_or_default(),
            },
            state,
            part_size: upload.plan.part_size,
            parts: upload.plan.count(),
            expires_at: upload.expires_at(),
            artifact_id: (upload.state == UploadState::Done).then_some(upload.id),
            error,
            base: Base::from(&upload.audit),
            links: links(upload, origin),
        }
    }
}

fn links(upload: &Upload, origin: &Origin) -> Links {
    let artifacts = || origin.href("/rest/v1/softwaremodules").segment(upload.module).segment("artifacts");
    let own = || artifacts().segment("uploads").segment(upload.id);
    let links = Links::new().with("self", own());
    match upload.state {
        UploadState::Pending => links.with("parts", own().segment("parts")).with("complete", own().segment("complete")),
        UploadState::Done => links.with("artifact", artifacts().segment(upload.id)),
        UploadState::Processing | UploadState::Refused(_) => links,
    }
}
