//! Types of software modules and of distribution sets (management §5.7, §5.13).

use harrier_domain::software::{DistributionSetType, SoftwareModuleType};
use schemars::JsonSchema;
use serde::Serialize;

use super::Base;
use crate::{Links, Origin};

/// A software module type as the Management API shows it; it has one form only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SoftwareModuleTypeResource {
    pub id: i64,
    pub key: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    pub min_artifacts: i32,
    pub max_assignments: i32,
    pub deleted: bool,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl SoftwareModuleTypeResource {
    /// The form in lists and alone.
    #[must_use]
    pub fn new(module_type: &SoftwareModuleType, origin: &Origin) -> Self {
        let own = origin.href("/rest/v1/softwaremoduletypes").segment(module_type.id);
        Self {
            id: module_type.id,
            key: module_type.key.clone(),
            name: module_type.name.clone(),
            description: module_type.description.clone(),
            colour: module_type.colour.clone(),
            min_artifacts: module_type.min_artifacts,
            max_assignments: module_type.max_assignments,
            deleted: module_type.deleted,
            base: Base::from(&module_type.audit),
            links: Links::new().with("self", own),
        }
    }
}

/// A distribution set type as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DistributionSetTypeResource {
    pub id: i64,
    pub key: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    pub deleted: bool,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl DistributionSetTypeResource {
    /// The form inside lists.
    #[must_use]
    pub fn item(set_type: &DistributionSetType, origin: &Origin) -> Self {
        let own = origin.href("/rest/v1/distributionsettypes").segment(set_type.id);
        Self::with_links(set_type, Links::new().with("self", own))
    }

    /// The form of one type.
    #[must_use]
    pub fn single(set_type: &DistributionSetType, origin: &Origin) -> Self {
        let own = || origin.href("/rest/v1/distributionsettypes").segment(set_type.id);
        let links = Links::new()
            .with("self", own())
            .with("mandatorymodules", own().segment("mandatorymoduletypes"))
            .with("optionalmodules", own().segment("optionalmoduletypes"));
        Self::with_links(set_type, links)
    }

    fn with_links(set_type: &DistributionSetType, links: Links) -> Self {
        Self {
            id: set_type.id,
            key: set_type.key.clone(),
            name: set_type.name.clone(),
            description: set_type.description.clone(),
            colour: set_type.colour.clone(),
            deleted: set_type.deleted,
            base: Base::from(&set_type.audit),
            links,
        }
    }
}
