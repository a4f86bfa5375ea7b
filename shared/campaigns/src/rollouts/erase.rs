//! DELETING, last part: the members of a group go.

use super::jobs::{Outcome, Work};
use crate::Result;

pub(super) async fn step(work: &Work<'_>, group: i64) -> Result<Outcome> {
    let members = work.members(group).await?;
    work.engine.store.remove_members(work.tenant, &members).await?;
    Ok(Outcome::after(&members))
}
