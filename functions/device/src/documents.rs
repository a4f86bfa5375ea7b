//! The deployment document: what a device shall do with which files (DDI §5.4, §13.3).

use harrier_domain::action::Action;
use harrier_domain::offer::{Instructions, instructions};
use harrier_domain::software::{Artifact, Metadata};
use harrier_rest::Links;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::Session;
use crate::links::DeviceLinks;
use crate::software::DeployedModule;
use crate::windows::Maintenance;

/// `deploymentBase` and `installedBase`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentBase {
    pub id: String,
    pub deployment: Deployment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_history: Option<ActionHistory>,
}

/// `confirmationBase/{id}`: the same under another name.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmationAction {
    pub id: String,
    pub confirmation: Deployment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_history: Option<ActionHistory>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    download: &'static str,
    update: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    maintenance_window: Option<&'static str>,
    chunks: Vec<Chunk>,
}

#[derive(Serialize, JsonSchema)]
struct Chunk {
    part: String,
    version: String,
    name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    encrypted: bool,
    artifacts: Vec<ArtifactDocument>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<MetadataDocument>,
}

/// One file, with where to get it.
#[derive(Serialize, JsonSchema)]
pub struct ArtifactDocument {
    filename: String,
    hashes: Hashes,
    size: u64,
    #[serde(rename = "_links")]
    links: Links,
}

#[derive(Serialize, JsonSchema)]
struct Hashes {
    sha1: String,
    md5: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    sha256: String,
}

#[derive(Serialize, JsonSchema)]
struct MetadataDocument {
    key: String,
    value: String,
}

/// What the device said before, newest first.
#[derive(Serialize, JsonSchema)]
pub struct ActionHistory {
    pub status: &'static str,
    pub messages: Vec<String>,
}

impl Deployment {
    /// What `action` means at this moment for a device that gets these modules.
    pub fn of(session: &Session, action: &Action, modules: &[DeployedModule]) -> Self {
        let window_open = Maintenance::at(action.window.as_ref(), session.now).is_open();
        let told = instructions(action.action_type, action.forced_time, window_open, session.now);
        Self {
            download: told.download.name(),
            update: told.update.name(),
            maintenance_window: window_name(told),
            chunks: modules.iter().map(|module| Chunk::of(module, &session.links)).collect(),
        }
    }
}

fn window_name(told: Instructions) -> Option<&'static str> {
    told.window_open.map(|open| if open { "available" } else { "unavailable" })
}

impl Chunk {
    fn of(deployed: &DeployedModule, links: &DeviceLinks) -> Self {
        let module = &deployed.module;
        Self {
            part: part(&deployed.type_key).to_owned(),
            version: module.version.clone(),
            name: module.name.clone(),
            encrypted: module.encrypted,
            artifacts: artifacts(module.id, &module.artifacts, links),
            metadata: deployed.metadata.iter().map(MetadataDocument::of).collect(),
        }
    }
}

/// Two module types have had another name on the wire ever since (DDI §5.4).
fn part(type_key: &str) -> &str {
    match type_key {
        "application" => "bApp",
        "runtime" => "jvm",
        other => other,
    }
}

/// The documents of a module's files.
pub fn artifacts(module: i64, artifacts: &[Artifact], links: &DeviceLinks) -> Vec<ArtifactDocument> {
    artifacts.iter().map(|artifact| ArtifactDocument::of(module, artifact, links)).collect()
}

impl ArtifactDocument {
    fn of(module: i64, artifact: &Artifact, links: &DeviceLinks) -> Self {
        let md5sum = format!("{}{MD5SUM_SUFFIX}", artifact.filename);
        Self {
            filename: artifact.filename.clone(),
            hashes: Hashes { sha1: artifact.sha1.clone(), md5: artifact.md5.clone(), sha256: artifact.sha256.clone() },
            size: artifact.size,
            links: Links::new()
                .with("download-http", links.artifact(module, &artifact.filename))
                .with("md5sum-http", links.artifact(module, &md5sum)),
        }
    }
}

/// What a file name is followed by in the name of its checksum.
pub const MD5SUM_SUFFIX: &str = ".MD5SUM";

impl MetadataDocument {
    fn of(entry: &Metadata) -> Self {
        Self { key: entry.key.clone(), value: entry.value.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_of_old_names() {
        let parts = ["application", "runtime", "os", "firmware"].map(part);
        assert_eq!(parts, ["bApp", "jvm", "os", "firmware"]);
    }
}
