//! Software modules (management §5.11).

use harrier_domain::software::TypedModule;
use schemars::JsonSchema;
use serde::Serialize;

use super::Base;
use crate::{Href, Links, Origin};

/// A software module as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools)] // as the contract has them
pub struct SoftwareModuleResource {
    pub id: i64,
    pub name: String,
    pub version: String,
    #[serde(rename = "type")]
    pub type_key: String,
    pub type_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    pub encrypted: bool,
    pub locked: bool,
    pub deleted: bool,
    /// The module has the artifacts its type asks for.
    pub complete: bool,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl SoftwareModuleResource {
    /// The form inside lists.
    #[must_use]
    pub fn item(typed: &TypedModule, origin: &Origin) -> Self {
        let links = Links::new().with("self", module_href(typed.module.id, origin));
        Self::with_links(typed, links)
    }

    /// The form of one module.
    #[must_use]
    pub fn single(typed: &TypedModule, origin: &Origin) -> Self {
        let own = || module_href(typed.module.id, origin);
        let type_href = origin.href("/rest/v1/softwaremoduletypes").segment(typed.module_type.id);
        let links = Links::new()
            .with("self", own())
            .with("artifacts", own().segment("artifacts"))
            .with("type", type_href)
            .with("metadata", own().segment("metadata"));
        Self::with_links(typed, links)
    }

    fn with_links(typed: &TypedModule, links: Links) -> Self {
        let TypedModule { module, module_type } = typed;
        Self {
            id: module.id,
            name: module.name.clone(),
            version: module.version.clone(),
            type_key: module_type.key.clone(),
            type_name: module_type.name.clone(),
            description: module.description.clone(),
            vendor: module.vendor.clone(),
            encrypted: module.encrypted,
            locked: module.locked,
            deleted: module.deleted,
            complete: module.is_complete(module_type),
            base: Base::from(&module.audit),
            links,
        }
    }
}

fn module_href(id: i64, origin: &Origin) -> Href {
    origin.href("/rest/v1/softwaremodules").segment(id)
}
