//! Distribution sets (management §5.6).

use harrier_store::DescribedSet;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Base, SoftwareModuleResource};
use crate::{Href, Links, Origin};

/// A distribution set as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // as the contract has them
pub struct DistributionSetResource {
    pub id: i64,
    pub name: String,
    pub version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "type")]
    pub type_key: String,
    pub type_name: String,
    /// In the order of their ids.
    pub modules: Vec<SoftwareModuleResource>,
    pub complete: bool,
    pub required_migration_step: bool,
    pub locked: bool,
    pub deleted: bool,
    pub valid: bool,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl DistributionSetResource {
    /// The form inside lists.
    #[must_use]
    pub fn item(described: &DescribedSet, origin: &Origin) -> Self {
        let links = Links::new().with("self", set_href(described.set.id, origin));
        Self::with_links(described, links, origin)
    }

    /// The form of one set.
    #[must_use]
    pub fn single(described: &DescribedSet, origin: &Origin) -> Self {
        let own = || set_href(described.set.id, origin);
        let type_href = origin.href("/rest/v1/distributionsettypes").segment(described.set_type.id);
        let links = Links::new()
            .with("self", own())
            .with("modules", own().segment("assignedSM").query("offset", 0).query("limit", 50))
            .with("type", type_href)
            .with("metadata", own().segment("metadata"));
        Self::with_links(described, links, origin)
    }

    fn with_links(described: &DescribedSet, links: Links, origin: &Origin) -> Self {
        let set = &described.set;
        Self {
            id: set.id,
            name: set.name.clone(),
            version: set.version.clone(),
            description: set.description.clone(),
            type_key: described.set_type.key.clone(),
            type_name: described.set_type.name.clone(),
            modules: described.modules.iter().map(|typed| SoftwareModuleResource::item(typed, origin)).collect(),
            complete: described.is_complete(),
            required_migration_step: set.required_migration_step,
            locked: set.locked,
            deleted: set.deleted,
            valid: set.valid,
            base: Base::from(&set.audit),
            links,
        }
    }
}

fn set_href(id: i64, origin: &Origin) -> Href {
    origin.href("/rest/v1/distributionsets").segment(id)
}
