//! Putting a tag on targets and taking it off, many at a time.

use futures::stream::{self, TryStreamExt};
use harrier_domain::classification::TargetTag;
use harrier_domain::target::Target;
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, MAX_TRANSACTION, Result, until_settled};

/// Transactions under way at the same time.
const CONCURRENCY: usize = 4;

/// What happens to the tag on each target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Put(i64),
    Take(i64),
}

impl Change {
    fn apply(self, target: &mut Target) {
        match self {
            Self::Put(tag) => target.tags.insert(tag),
            Self::Take(tag) => target.tags.remove(&tag),
        };
    }
}

/// Changes these targets; unknown ones are passed over. Re-tagging changes nothing, and audit fields stay as they are
/// (`domain-behaviour.md` §2.8). Lists of up to 99 are all or nothing; longer ones go in several transactions, and
/// repeating an interrupted request finishes it.
pub(super) async fn apply(app: &App, caller: &Caller, ids: &[String], change: Change) -> Result<()> {
    let chunks = ids.chunks(MAX_TRANSACTION - 1);
    let work = chunks.map(|chunk| until_settled(move || apply_to_chunk(app, caller, chunk, change)));
    stream::iter(work.map(Ok)).try_for_each_concurrent(CONCURRENCY, |work| work).await
}

async fn apply_to_chunk(app: &App, caller: &Caller, ids: &[String], change: Change) -> Result<()> {
    let mut targets: Vec<Loaded<Target>> = app.store.targets(caller.tenant(), ids).await?;
    let mut transaction = app.store.transaction(caller.tenant());
    for target in &mut targets {
        change.apply(target);
        transaction.save(target);
    }
    if let (Change::Put(id), false) = (change, transaction.is_empty()) {
        // Nothing gets a tag that is removed at the same time.
        let tag: Loaded<TargetTag> = app.store.get(caller.tenant(), id).await?;
        transaction.check_unchanged(&tag);
    }
    transaction.commit().await
}
