//! Target types on the wire (management §5.2).

use harrier_domain::classification::TargetType;
use harrier_rest::resources::Base;
use harrier_rest::{Href, Links, Origin};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A target type as the Management API shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetTypeResource {
    id: i64,
    key: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    colour: Option<String>,
    /// Target types are never soft-deleted.
    deleted: bool,
    #[serde(flatten)]
    base: Base,
    #[serde(rename = "_links")]
    links: Links,
}

impl TargetTypeResource {
    pub(super) fn item(target_type: &TargetType, origin: &Origin) -> Self {
        Self::with_links(target_type, Links::new().with("self", own_href(target_type, origin)))
    }

    pub(super) fn single(target_type: &TargetType, origin: &Origin) -> Self {
        let compatible = own_href(target_type, origin).segment("compatibledistributionsettypes");
        let links = Links::new().with("self", own_href(target_type, origin));
        Self::with_links(target_type, links.with("compatibledistributionsettypes", compatible))
    }

    fn with_links(target_type: &TargetType, links: Links) -> Self {
        Self {
            id: target_type.id,
            key: target_type.key.clone(),
            name: target_type.name.clone(),
            description: target_type.description.clone(),
            colour: target_type.colour.clone(),
            deleted: false,
            base: Base::from(&target_type.audit),
            links,
        }
    }
}

fn own_href(target_type: &TargetType, origin: &Origin) -> Href {
    origin.href("/rest/v1/targettypes").segment(target_type.id)
}

/// The id of another entity (management §4.1).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct Id {
    pub(super) id: i64,
}
