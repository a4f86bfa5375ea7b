//! What the forms of targets need beside the targets: the names of their types, polling, the caller's rights.

use harrier_domain::Tenant;
use harrier_domain::classification::TargetType;
use harrier_domain::configuration::TenantConfiguration;
use harrier_domain::polling::{Limits, PollStatus, Polling};
use harrier_domain::target::Target;
use harrier_store::{Consistency, Result, Store};
use std::collections::{BTreeMap, BTreeSet};

use super::target::{TargetFacts, TargetResource};
use crate::Origin;

/// Who looks at targets, and when.
#[derive(Debug, Clone, Copy)]
pub struct TargetViewer<'a> {
    pub tenant: &'a Tenant,
    pub configuration: &'a TenantConfiguration,
    /// The installation's bounds of polling intervals.
    pub limits: Limits,
    /// The caller may read security tokens.
    pub shows_security_token: bool,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Shows targets: [`TargetContext::load`] once for all that will be shown.
#[derive(Debug)]
pub struct TargetContext {
    type_names: BTreeMap<i64, String>,
    polling: Polling,
    overdue_time: i64,
    shows_security_token: bool,
    confirmation_flow: bool,
    now: i64,
}

impl TargetContext {
    /// Reads what these targets refer to: one batch read if any has a type.
    pub async fn load<'t>(
        store: &Store,
        viewer: TargetViewer<'_>,
        targets: impl IntoIterator<Item = &'t Target>,
    ) -> Result<Self> {
        let ids: BTreeSet<i64> = targets.into_iter().filter_map(|target| target.target_type).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let types = store.find_many::<TargetType>(viewer.tenant, &ids, Consistency::Strong).await?;
        Ok(Self {
            type_names: types.into_iter().map(|found| (found.id, found.name.clone())).collect(),
            polling: viewer.configuration.polling(viewer.limits),
            overdue_time: viewer.configuration.polling_overdue_time(),
            shows_security_token: viewer.shows_security_token,
            confirmation_flow: viewer.configuration.confirmation_flow(),
            now: viewer.now,
        })
    }

    /// The form inside lists.
    #[must_use]
    pub fn item(&self, target: &Target, origin: &Origin) -> TargetResource {
        TargetResource::item(target, self.facts(target), origin)
    }

    /// The form of one target.
    #[must_use]
    pub fn single(&self, target: &Target, origin: &Origin) -> TargetResource {
        TargetResource::single(target, self.facts(target), origin)
    }

    fn facts(&self, target: &Target) -> TargetFacts<'_> {
        let interval = self.polling.default;
        let poll_status = target.last_seen.map(|last| PollStatus::new(last, interval, self.overdue_time, self.now));
        TargetFacts {
            type_name: target.target_type.and_then(|id| self.type_names.get(&id)).map(String::as_str),
            poll_status,
            shows_security_token: self.shows_security_token,
            confirmation_flow: self.confirmation_flow,
        }
    }
}
