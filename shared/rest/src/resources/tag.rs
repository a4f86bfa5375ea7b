//! Tags of targets and of distribution sets (management §4.1, §5.3, §5.8).

use harrier_domain::classification::Tag;
use schemars::JsonSchema;
use serde::Serialize;

use super::Base;
use crate::{Href, Links};

/// A tag as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagResource {
    pub id: i64,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl TagResource {
    /// The form inside lists; `own` is the tag's address.
    #[must_use]
    pub fn item(tag: &Tag, own: Href) -> Self {
        Self::with_links(tag, Links::new().with("self", own))
    }

    /// The form of one tag; `assigned_rel` names the link to what carries it.
    #[must_use]
    pub fn single(tag: &Tag, own: Href, assigned_rel: &'static str) -> Self {
        let assigned = own.clone().segment("assigned").query("offset", 0).query("limit", 50);
        Self::with_links(tag, Links::new().with("self", own).with(assigned_rel, assigned))
    }

    fn with_links(tag: &Tag, links: Links) -> Self {
        Self {
            id: tag.id,
            name: tag.name.clone(),
            description: tag.description.clone(),
            colour: tag.colour.clone(),
            base: Base::from(&tag.audit),
            links,
        }
    }
}
