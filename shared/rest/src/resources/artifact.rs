//! Artifacts of software modules (management §5.11).

use harrier_domain::software::Artifact;
use schemars::JsonSchema;
use serde::Serialize;

use super::Base;
use crate::{Links, Origin};

/// The digests of an artifact, lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HashesResource {
    pub sha1: String,
    pub md5: String,
    pub sha256: String,
}

/// An artifact as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactResource {
    pub id: i64,
    pub hashes: HashesResource,
    pub provided_filename: String,
    /// Bytes.
    pub size: u64,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl ArtifactResource {
    /// The form with or without the link to the bytes.
    #[must_use]
    pub fn new(module: i64, artifact: &Artifact, with_download: bool, origin: &Origin) -> Self {
        let own = || origin.href("/rest/v1/softwaremodules").segment(module).segment("artifacts").segment(artifact.id);
        let mut links = Links::new().with("self", own());
        if with_download {
            links.add("download", own().segment("download"));
        }
        Self {
            id: artifact.id,
            hashes: HashesResource {
                sha1: artifact.sha1.clone(),
                md5: artifact.md5.clone(),
                sha256: artifact.sha256.clone(),
            },
            provided_filename: artifact.filename.clone(),
            size: artifact.size,
            base: Base::from(&artifact.audit),
            links,
        }
    }
}
