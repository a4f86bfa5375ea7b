//! DELETING, last part: the members of a group go.

use harrier_store::RolloutProgress;

use super::jobs::{Outcome, Work};
use crate::Result;

const STEP: i32 = 500;

pub(super) async fn step(work: &Work<'_>, group: i64) -> Result<Outcome> {
    let Work { engine, tenant, job, .. } = work;
    let members = engine.store.members(tenant, group, job.progress.number, STEP).await?;
    engine.store.remove_members(tenant, &members).await?;
    Ok(match members.last() {
        Some(last) => Outcome::Continue(RolloutProgress { number: last.number, ..RolloutProgress::default() }),
        None => Outcome::Done(RolloutProgress::default()),
    })
}
