//! Target filters: every property is always there (management §5.9).

use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::classification::TargetFilter;
use harrier_domain::software::DistributionSet;
use schemars::JsonSchema;
use serde::Serialize;

use super::Base;
use crate::{Href, Links, Origin};

/// A target filter as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetFilterResource {
    pub id: i64,
    pub name: String,
    pub query: String,
    #[serde(flatten)]
    pub base: Base,
    pub auto_assign_distribution_set: Option<i64>,
    pub auto_assign_action_type: Option<&'static str>,
    pub auto_assign_weight: Option<u16>,
    /// Told only while users confirm updates.
    pub confirmation_required: Option<bool>,
    #[serde(rename = "_links")]
    pub links: Links,
}

/// A filter with the auto assignment of the same name and query, if there is one.
#[derive(Debug, Clone, Copy)]
pub struct LinkedFilter<'a> {
    pub filter: &'a TargetFilter,
    pub auto_assignment: Option<&'a AutoAssignment>,
    /// `user.confirmation.flow.enabled`
    pub confirmation_flow: bool,
}

impl LinkedFilter<'_> {
    /// Inside lists; `set` is that of the auto assignment, in the full representation.
    #[must_use]
    pub fn item(&self, set: Option<&DistributionSet>, origin: &Origin) -> TargetFilterResource {
        self.with_links(with_set(Links::new().with("self", self.own_href(origin)), set, origin))
    }

    /// What changing it answers.
    #[must_use]
    pub fn changed(&self, origin: &Origin) -> TargetFilterResource {
        self.single(None, origin)
    }

    /// One filter; `set` is that of the auto assignment.
    #[must_use]
    pub fn single(&self, set: Option<&DistributionSet>, origin: &Origin) -> TargetFilterResource {
        let links = Links::new().with("self", self.own_href(origin));
        let links = links.with("autoAssignDS", self.own_href(origin).segment("autoAssignDS"));
        self.with_links(with_set(links, set, origin))
    }

    fn with_links(&self, links: Links) -> TargetFilterResource {
        let (filter, auto) = (self.filter, self.auto_assignment);
        TargetFilterResource {
            id: filter.id,
            name: filter.name.clone(),
            query: filter.query.clone(),
            base: Base::from(&filter.audit),
            auto_assign_distribution_set: auto.map(|auto| auto.distribution_set),
            auto_assign_action_type: auto.map(|auto| auto.action_type.name()),
            auto_assign_weight: auto.map(|auto| auto.weight),
            confirmation_required: auto.map(|auto| auto.confirmation_required).filter(|_| self.confirmation_flow),
            links,
        }
    }

    fn own_href(&self, origin: &Origin) -> Href {
        origin.href("/rest/v1/targetfilters").segment(self.filter.id)
    }
}

/// The link is a search, as hawkBit has it.
fn with_set(links: Links, set: Option<&DistributionSet>, origin: &Origin) -> Links {
    let Some(set) = set else {
        return links;
    };
    let q = format!("name=={};version=={}", set.name, set.version);
    let found = origin.href("/rest/v1/distributionsets").query("q", q).query("offset", 0).query("limit", 50);
    links.with("DS", found)
}
