//! Target filters on the wire: every property is always there (management §5.9).

use harrier_domain::classification::TargetFilter;
use harrier_rest::resources::Base;
use harrier_rest::{Href, Links, Origin};
use schemars::JsonSchema;
use serde::Serialize;

/// A target filter as the Management API shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetFilterResource {
    id: i64,
    name: String,
    query: String,
    #[serde(flatten)]
    base: Base,
    auto_assign_distribution_set: Option<i64>,
    auto_assign_action_type: Option<&'static str>,
    auto_assign_weight: Option<u16>,
    confirmation_required: Option<bool>,
    #[serde(rename = "_links")]
    links: Links,
}

impl TargetFilterResource {
    pub(super) fn item(filter: &TargetFilter, origin: &Origin) -> Self {
        Self::with_links(filter, Links::new().with("self", own_href(filter, origin)))
    }

    pub(super) fn single(filter: &TargetFilter, origin: &Origin) -> Self {
        let links = Links::new().with("self", own_href(filter, origin));
        Self::with_links(filter, links.with("autoAssignDS", own_href(filter, origin).segment("autoAssignDS")))
    }

    fn with_links(filter: &TargetFilter, links: Links) -> Self {
        Self {
            id: filter.id,
            name: filter.name.clone(),
            query: filter.query.clone(),
            base: Base::from(&filter.audit),
            auto_assign_distribution_set: None,
            auto_assign_action_type: None,
            auto_assign_weight: None,
            confirmation_required: None,
            links,
        }
    }
}

fn own_href(filter: &TargetFilter, origin: &Origin) -> Href {
    origin.href("/rest/v1/targetfilters").segment(filter.id)
}
