//! Targets with their actions and histories, and the counters of targets.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::Tenant;
use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::classification::TargetType;
use harrier_domain::consistency::{self, Finding};
use harrier_domain::target::Target;
use std::collections::{BTreeMap, HashSet};

use super::{CheckReport, rollouts};
use crate::error::Result;
use crate::fleet::WalkOrder;
use crate::keys::TARGET_SHARDS;
use crate::records::values;
use crate::{MAX_PAGE, Store};

/// Targets looked at at the same time.
const CONCURRENCY: usize = 16;

/// References of the by-id index that one step of its walk takes.
const INDEX_STEP: usize = 1000;

/// What is counted on the way through the targets.
#[derive(Default)]
struct Recount {
    of_shard: BTreeMap<u32, i64>,
    /// By target type and shard.
    of_type: BTreeMap<(i64, u32), i64>,
    actions: HashSet<i64>,
    groups: rollouts::Recount,
}

pub(super) async fn check(store: &Store, tenant: &Tenant, report: &mut CheckReport) -> Result<()> {
    let mut recount = Recount::default();
    for shard in 0..TARGET_SHARDS {
        check_shard(store, tenant, shard, &mut recount, report).await?;
    }
    compare_counters(store, tenant, &recount, report).await?;
    recount.groups.compare(store, tenant, report).await?;
    compare_index(store, tenant, &recount, report).await
}

async fn check_shard(
    store: &Store,
    tenant: &Tenant,
    shard: u32,
    recount: &mut Recount,
    report: &mut CheckReport,
) -> Result<()> {
    let mut known = HashSet::new();
    let mut after = None;
    loop {
        let page = store.target_page(tenant, shard, after.as_deref(), MAX_PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.controller_id.clone());
        let looked_at = page.into_iter().map(|target| look_at(store, tenant, target.into_inner()));
        let mut looked_at = stream::iter(looked_at).buffered(CONCURRENCY);
        while let Some(seen) = looked_at.try_next().await? {
            recount.add(&seen, shard);
            report.targets += 1;
            report.actions += seen.actions.len();
            report.entries += seen.entries.len();
            report.findings.extend(consistency::findings(&seen.target, &seen.actions, &seen.entries));
            known.insert(seen.target.controller_id);
        }
    }
    check_details(store, tenant, shard, &known, report).await
}

/// A target and all that hangs on it.
struct Seen {
    target: Target,
    actions: Vec<Action>,
    entries: Vec<StatusEntry>,
}

async fn look_at(store: &Store, tenant: &Tenant, target: Target) -> Result<Seen> {
    let actions = store.actions_of(tenant, &target.controller_id).await?;
    let entries = store.entries_of(tenant, &target.controller_id).await?;
    Ok(Seen { target, actions: values(actions), entries })
}

impl Recount {
    fn add(&mut self, seen: &Seen, shard: u32) {
        *self.of_shard.entry(shard).or_default() += 1;
        if let Some(target_type) = seen.target.target_type {
            *self.of_type.entry((target_type, shard)).or_default() += 1;
        }
        self.actions.extend(seen.actions.iter().map(|action| action.id));
        self.groups.add(&seen.actions);
    }
}

async fn check_details(
    store: &Store,
    tenant: &Tenant,
    shard: u32,
    known: &HashSet<String>,
    report: &mut CheckReport,
) -> Result<()> {
    let mut after = None;
    loop {
        let page = store.details_page(tenant, shard, after.as_deref(), MAX_PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.controller_id.clone());
        let lost = page.iter().filter(|details| !known.contains(&details.controller_id));
        report.findings.extend(
            lost.map(|lost| Finding::broken(format!("details of {}", lost.controller_id), "the target is not there")),
        );
    }
}

async fn compare_counters(store: &Store, tenant: &Tenant, recount: &Recount, report: &mut CheckReport) -> Result<()> {
    for shard in 0..TARGET_SHARDS {
        let kept = store.target_count_of_shard(tenant, shard).await?;
        let counted = recount.of_shard.get(&shard).copied().unwrap_or_default();
        report.findings.extend(Finding::of_count(&format!("targets of shard {shard}"), kept, counted, false));
    }
    let types = store.all::<TargetType>(tenant).await?;
    let unknown = recount.of_type.keys().filter(|(id, _)| types.iter().all(|known| known.id != *id));
    report
        .findings
        .extend(unknown.map(|(id, _)| Finding::broken(format!("target type {id}"), "is not there, but used")));
    for id in types.iter().map(|target_type| target_type.id) {
        for shard in 0..TARGET_SHARDS {
            let kept = store.type_uses_in_shard(tenant, id, shard).await?;
            let counted = recount.of_type.get(&(id, shard)).copied().unwrap_or_default();
            let subject = format!("targets of type {id} in shard {shard}");
            report.findings.extend(Finding::of_count(&subject, kept, counted, false));
        }
    }
    Ok(())
}

/// The index knows the actions of the targets, and no others: an action without its target would be found here.
async fn compare_index(store: &Store, tenant: &Tenant, recount: &Recount, report: &mut CheckReport) -> Result<()> {
    let mut missing = recount.actions.clone();
    let mut walk = store.walk_actions(tenant, WalkOrder::OldestFirst, recount.actions.len());
    loop {
        let references = walk.next(INDEX_STEP).await?;
        if references.is_empty() {
            break;
        }
        let lost = references.iter().filter(|reference| !recount.actions.contains(&reference.id));
        report.findings.extend(lost.map(|lost| {
            Finding::broken(format!("action {} of {}", lost.id, lost.controller_id), "the target does not have it")
        }));
        for reference in &references {
            missing.remove(&reference.id);
        }
    }
    report.findings.extend(missing.iter().map(|id| Finding::broken(format!("action {id}"), "is not in the index")));
    Ok(())
}
