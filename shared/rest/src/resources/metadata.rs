//! Metadata entries (management §4.1).

use harrier_domain::software::Metadata;
use schemars::JsonSchema;
use serde::Serialize;

/// An entry of a target or a distribution set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MetadataResource {
    pub key: String,
    pub value: String,
}

impl From<&Metadata> for MetadataResource {
    fn from(entry: &Metadata) -> Self {
        Self { key: entry.key.clone(), value: entry.value.clone() }
    }
}

/// An entry of a software module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModuleMetadataResource {
    pub key: String,
    pub value: String,
    pub target_visible: bool,
}

impl From<&Metadata> for ModuleMetadataResource {
    fn from(entry: &Metadata) -> Self {
        Self { key: entry.key.clone(), value: entry.value.clone(), target_visible: entry.visible }
    }
}
