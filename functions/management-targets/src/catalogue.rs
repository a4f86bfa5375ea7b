//! What the small collections (types, tags, filters) have in common: names that are unique, lists that fit into memory.

use harrier_domain::Error;
use harrier_query::{EntityFields, Row, Sort};
use harrier_rest::{ApiResult, PageRequest};
use harrier_runtime::{App, Caller};
use harrier_store::search::{Found, list as list_rows};
use harrier_store::{NameGuard, Record, Sequence, Transaction};
use std::ops::Range;

/// Fresh ids for new entities; none for none.
pub(crate) async fn next_ids(app: &App, caller: &Caller, count: usize) -> harrier_store::Result<Range<i64>> {
    match u32::try_from(count) {
        Ok(0) => Ok(0..0),
        Ok(count) => app.store.next_ids(caller.tenant(), Sequence::Catalogue, count).await,
        Err(_) => Err(Error::Validation("Too many entities in one request.".to_owned()).into()),
    }
}

/// Filters, sorts and pages rows as the request asks.
///
/// # Errors
/// The refusals of `q` and `sort`.
pub(crate) fn page<R: Row>(
    app: &App,
    caller: &Caller,
    request: &PageRequest,
    fields: &EntityFields,
    rows: impl IntoIterator<Item = R>,
) -> ApiResult<Found<R>> {
    let query = caller.query(app, request.q.as_deref(), fields)?;
    let sort = Sort::parse(request.sort.as_deref(), fields).map_err(Error::from)?;
    Ok(list_rows(rows, &query, &sort, request.offset, request.limit))
}

/// Takes a name for an entity, in the transaction that makes the entity.
pub(crate) fn claim_name(transaction: &mut Transaction<'_>, space: &str, name: &str, owner: i64) {
    transaction.create_or_refuse(&NameGuard::new(space, &[name], owner), Error::AlreadyExists);
}

/// Gives a name back.
pub(crate) fn release_name(transaction: &mut Transaction<'_>, caller: &Caller, space: &str, name: &str) {
    transaction.delete_key(&NameGuard::new(space, &[name], 0).key(caller.tenant()));
}

/// Changes a name in the transaction that saves the entity; nothing when it stays.
pub(crate) fn change_name(
    transaction: &mut Transaction<'_>,
    caller: &Caller,
    space: &str,
    names: (&str, &str),
    owner: i64,
) {
    let (old, new) = names;
    if old != new {
        release_name(transaction, caller, space, old);
        claim_name(transaction, space, new, owner);
    }
}
