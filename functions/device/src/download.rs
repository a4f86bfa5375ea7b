//! Who may have which files, and the record of who fetched them (DDI §9.2, §9.5).

use harrier_domain::action::StatusEntry;
use harrier_domain::target::{OpenAction, Target};
use harrier_domain::{Error, feedback, text};
use harrier_rest::ApiResult;
use harrier_store::Loaded;
use harrier_store::{Consistency, Result, StoreError, until_settled};
use std::cmp::Reverse;

use crate::access::{Device, Session};

/// Longest part of a request path that gets into a history entry, in characters.
const SHOWN_PATH_LENGTH: usize = 450;

/// The right to fetch a module's files.
pub struct Permission {
    /// The action that gives the right; `None` for tenants whose downloads are not checked.
    action: Option<i64>,
}

/// Whether the module concerns the device: an open action or what is installed holds it.
pub async fn may_list(session: &Session, target: Loaded<Target>, module: i64) -> ApiResult<bool> {
    if is_unchecked(session) || concerns(session, &target, module).await? {
        return Ok(true);
    }
    // What was read for authentication may be a moment old, and nobody is refused on old facts.
    let target = session.target_now().await?.ok_or_else(|| session.unknown())?;
    Ok(concerns(session, &target, module).await?)
}

async fn concerns(session: &Session, target: &Target, module: i64) -> Result<bool> {
    let installed = target.installed_set.filter(|_| target.installed_action.is_some());
    for set in permitting(target).map(|action| action.distribution_set).chain(installed) {
        if holds(session, target, set, module).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The right of the device to the module's files.
///
/// # Errors
/// [`Error::ModuleNotAssigned`] when no open action holds the module.
pub async fn permission(device: Device, module: i64) -> ApiResult<(Session, Permission)> {
    let Device { session, target } = device;
    let mut action = permitting_action(&session, &target, module).await?;
    if action.is_none() && !is_unchecked(&session) {
        let target = session.target_now().await?.ok_or_else(|| session.unknown())?;
        action = permitting_action(&session, &target, module).await?;
        if action.is_none() {
            return Err(Error::ModuleNotAssigned(module).into());
        }
    }
    Ok((session, Permission { action }))
}

async fn permitting_action(session: &Session, target: &Target, module: i64) -> Result<Option<i64>> {
    let mut open: Vec<&OpenAction> = permitting(target).collect();
    open.sort_by_key(|action| (Reverse(action.weight), action.id));
    for action in open {
        if holds(session, target, action.distribution_set, module).await? {
            return Ok(Some(action.id));
        }
    }
    Ok(None)
}

fn permitting(target: &Target) -> impl Iterator<Item = &OpenAction> {
    target.open_actions.iter().filter(|action| action.allows_download())
}

async fn holds(session: &Session, target: &Target, set: i64, module: i64) -> Result<bool> {
    let set = session.library.set(session.lookup(target.audit.modified_at), set).await?;
    Ok(set.is_some_and(|set| set.modules.contains(&module)))
}

fn is_unchecked(session: &Session) -> bool {
    let tenant = session.tenant().as_str();
    let listed = |name: &String| name == "*" || name.eq_ignore_ascii_case(tenant);
    session.app.settings.unchecked_download_tenants.iter().any(listed)
}

/// Records that the device fetches a file.
///
/// # Errors
/// [`Error::QuotaExceeded`] when the history is full.
pub async fn log(session: &Session, permission: &Permission, path: &str) -> Result<()> {
    let Some(action) = permission.action else {
        return Ok(());
    };
    let path = &text::truncated(path, SHOWN_PATH_LENGTH);
    let limit = session.app.settings.quotas.status_entries_per_action;
    let entry = StatusEntry::unseen(&session.controller_id, action, feedback::download_entry(path), session.now);
    // That the action is as it should be is the condition of the write; only when it fails, a read must tell why.
    match session.store().append_unseen(session.tenant(), &entry, limit).await {
        Err(StoreError::Conflict) => until_settled(|| append(session, action, path)).await,
        settled => settled,
    }
}

async fn append(session: &Session, id: i64, path: &str) -> Result<()> {
    let quotas = &session.app.settings.quotas;
    let action = session.store().action(session.tenant(), &session.controller_id, id, Consistency::Strong).await?;
    let Some(mut action) = action.filter(|action| action.active) else {
        // Closed while the device was on its way to the bytes: it may have them, and there is nothing left to record.
        return Ok(());
    };
    let entry = feedback::download(&mut action, path, quotas, session.now)?;
    session.store().append_plainly(session.tenant(), &action, &entry, quotas.status_entries_per_action).await
}
