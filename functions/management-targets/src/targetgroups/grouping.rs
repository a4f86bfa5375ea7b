//! Putting targets into a group and taking them out, many at a time.

use futures::stream::{self, TryStreamExt};
use harrier_domain::{Error, text};
use harrier_runtime::{App, Caller};
use harrier_store::{MAX_TRANSACTION, Result, until_settled};

/// Transactions under way at the same time.
const CONCURRENCY: usize = 4;

/// The group of a request: not empty, no markup.
///
/// # Errors
/// [`Error::ConstraintViolation`].
pub(super) fn group(given: Option<String>) -> harrier_domain::Result<String> {
    let group = text::group("group", &text::required("group", given)?)?;
    if group.is_empty() {
        return Err(Error::violation("group", "must not be empty"));
    }
    Ok(group)
}

/// Gives these targets the group, or none; unknown ones are passed over. Audit fields stay as they are
/// (management §5.4). Long lists go in several transactions; repeating an interrupted request finishes it.
pub(super) async fn regroup(app: &App, caller: &Caller, ids: &[String], group: Option<&str>) -> Result<()> {
    let chunks = ids.chunks(MAX_TRANSACTION);
    let work = chunks.map(|chunk| until_settled(move || regroup_chunk(app, caller, chunk, group)));
    stream::iter(work.map(Ok)).try_for_each_concurrent(CONCURRENCY, |work| work).await
}

async fn regroup_chunk(app: &App, caller: &Caller, ids: &[String], group: Option<&str>) -> Result<()> {
    let mut transaction = app.store.transaction(caller.tenant());
    for mut target in app.store.targets(caller.tenant(), ids).await? {
        target.group = group.map(ToOwned::to_owned);
        transaction.save(&target);
    }
    transaction.commit().await
}
