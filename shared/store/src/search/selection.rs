//! What makes a target one of those asked for.

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use harrier_query::{Field, Plan, Query};
use std::collections::BTreeSet;

use super::rows::TargetRow;
use super::scope::TargetScope;
use crate::error::Result;
use crate::{Store, TargetDetails};

/// A target query with its references resolved, and the scopes around it. Good for the one request or step it was made
/// for: the catalogue may have other names afterwards.
#[derive(Debug, Clone)]
pub struct TargetSelection {
    query: Query,
    scopes: Vec<TargetScope>,
    reads_details: bool,
    reads_contact: bool,
    is_everything: bool,
}

impl TargetSelection {
    /// Whether the target is selected. `details` matter only if [`TargetSelection::reads_details`].
    #[must_use]
    pub fn matches(&self, target: &Target, details: Option<&TargetDetails>) -> bool {
        self.scopes.iter().all(|scope| scope.contains(target)) && self.query.matches(&TargetRow { target, details })
    }

    /// Whether attributes or metadata decide.
    #[must_use]
    pub fn reads_details(&self) -> bool {
        self.reads_details
    }

    /// Whether the time of the last contact decides, or the address a device calls from.
    #[must_use]
    pub fn reads_contact(&self) -> bool {
        self.reads_contact
    }

    /// Every target is selected.
    pub(super) fn is_everything(&self) -> bool {
        self.is_everything
    }

    /// Where the selected targets can be at all.
    pub(super) fn plan(&self) -> Plan {
        let listed = self.scopes.iter().filter_map(|scope| match scope {
            TargetScope::ControllerIds(ids) => Some(ids),
            _ => None,
        });
        let Some(listed) = listed.min_by_key(|ids| ids.len()) else {
            return self.query.plan();
        };
        match self.query.plan() {
            Plan::ExactKeys(keys) => Plan::ExactKeys(common(&keys, listed)),
            _ => Plan::ExactKeys(listed.iter().cloned().collect()),
        }
    }
}

fn common(keys: &[String], listed: &BTreeSet<String>) -> Vec<String> {
    keys.iter().filter(|key| listed.contains(*key)).cloned().collect()
}

impl Store {
    /// Makes a query on targets ready for use: looks up the distribution sets, types and tags it names.
    pub async fn select_targets(
        &self,
        tenant: &Tenant,
        mut query: Query,
        scopes: Vec<TargetScope>,
    ) -> Result<TargetSelection> {
        self.resolve_target_references(tenant, &mut query).await?;
        let reads_details = query.reads(Field::Attribute) || query.reads(Field::Metadata);
        let reads_contact = query.reads(Field::LastControllerRequestAt) || query.reads(Field::Address);
        let is_everything = scopes.is_empty() && query.is_everything();
        Ok(TargetSelection { query, scopes, reads_details, reads_contact, is_everything })
    }
}
