//! STOPPING and DELETING: what is scheduled in a group goes, what runs is cancelled or given up (`domain-behaviour.md` §11.11,
//! §11.12).

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::audit::Actor;
use harrier_domain::cancellation;
use harrier_domain::target::Target;
use harrier_store::{Consistency, GroupMember, Loaded, RolloutTask, until_settled};

use super::delivery::CONCURRENCY;
use super::jobs::{Outcome, Work};
use crate::Result;

pub(super) async fn step(work: &Work<'_>, group: i64) -> Result<Outcome> {
    let members = work.members(group).await?;
    let outcome = Outcome::after(&members);
    let ids: Vec<String> = members.into_iter().map(|member| member.controller_id).collect();
    let targets = work.engine.store.targets(work.tenant, &ids).await?;
    let concerned = targets.into_iter().filter(|target| !actions_in(target, group).is_empty());
    let wind_down = |target: Loaded<Target>| async move {
        until_settled(|| try_wind_down(work, group, &target.controller_id)).await
    };
    stream::iter(concerned).map(wind_down).buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
    Ok(outcome)
}

/// The scheduled and the open action of the target in the group: it has one of them at most.
fn actions_in(target: &Target, group: i64) -> Vec<i64> {
    let scheduled = target.scheduled.iter().filter(|one| one.rollout_group == group).map(|one| one.id);
    let open = target.open_actions.iter().filter(|one| one.rollout_group == Some(group)).map(|one| one.id);
    scheduled.chain(open).collect()
}

async fn try_wind_down(work: &Work<'_>, group: i64, controller_id: &str) -> harrier_store::Result<()> {
    let (store, tenant) = (&work.engine.store, work.tenant);
    let Some(mut target) = store.target(tenant, controller_id, Consistency::Strong).await? else {
        return Ok(());
    };
    let ids = actions_in(&target, group);
    let mut transaction = store.transaction(tenant);
    for mut action in store.actions(tenant, controller_id, &ids).await? {
        if target.scheduled.iter().any(|scheduled| scheduled.id == action.id) {
            target.forget(&action);
            transaction.delete(&action).delete_key(&GroupMember::key_of(tenant, group, target.number));
        } else if let Some(entry) = give_up(work, &mut target, &mut action) {
            transaction.save(&action).create(&entry);
        }
    }
    transaction.save(&target);
    transaction.commit().await
}

fn give_up(work: &Work<'_>, target: &mut Target, action: &mut Action) -> Option<StatusEntry> {
    let actor = Actor::User(work.rollout.audit.modified_by.clone());
    match work.job.kind {
        RolloutTask::Quit(_) => cancellation::quit_by_server(target, action, &actor, work.engine.now),
        _ => cancellation::cancel_by_server(target, action, &actor, work.engine.now),
    }
}
