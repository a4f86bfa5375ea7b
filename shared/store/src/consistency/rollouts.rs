//! How many actions of each deploy group are in which state.

use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_domain::consistency::Finding;
use harrier_domain::rollout::{Counts, Tally};
use std::collections::BTreeMap;

use super::CheckReport;
use crate::Store;
use crate::error::Result;

/// By rollout and group.
#[derive(Default)]
pub(super) struct Recount(BTreeMap<(i64, i64), Counts>);

impl Recount {
    pub(super) fn add(&mut self, actions: &[Action]) {
        for action in actions {
            if let (Some(rollout), Some(group)) = (action.rollout, action.rollout_group) {
                *self.0.entry((rollout, group)).or_default().of_mut(Tally::of(action)) += 1;
            }
        }
    }

    pub(super) async fn compare(&self, store: &Store, tenant: &Tenant, report: &mut CheckReport) -> Result<()> {
        for rollout in store.rollouts(tenant).await? {
            let kept = store.rollout_counts(tenant, rollout.id).await?;
            for group in store.rollout_groups(tenant, rollout.id).await? {
                let kept = kept.get(&group.id).copied().unwrap_or_default();
                let counted = self.0.get(&(rollout.id, group.id)).copied().unwrap_or_default();
                let subject = format!("group {} of rollout {}", group.name, rollout.name);
                report.findings.extend(Tally::ALL.into_iter().filter_map(|tally| {
                    let subject = format!("{subject}, {tally:?}");
                    Finding::of_count(&subject, signed(kept.of(tally)), signed(counted.of(tally)), false)
                }));
            }
        }
        Ok(())
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
