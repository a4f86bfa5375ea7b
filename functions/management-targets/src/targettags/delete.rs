//! `DELETE /rest/v1/targettags/{id}`
//!
//! The tag goes first and is taken off its targets then. From its removal on nothing can get it, and ids are not given
//! twice, so what a crash leaves behind on targets is an id that means nothing and is not shown.

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetTag;
use harrier_query::{Query, fields};
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::search::TargetScope;
use harrier_store::{Loaded, Result, until_settled};
use http::StatusCode;

use super::NAMES;
use super::assignment::{Change, apply};
use crate::catalogue::release_name;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::DeleteTarget, Authority::ReadTarget])?;
    until_settled(|| async {
        let tag: Loaded<TargetTag> = app.store.get(caller.tenant(), id).await?;
        let mut transaction = app.store.transaction(caller.tenant());
        transaction.delete(&tag);
        release_name(&mut transaction, &caller, NAMES, &tag.name);
        transaction.commit().await
    })
    .await?;
    if let Err(error) = take_off(&app, &caller, id).await {
        tracing::warn!(%error, tag = id, "a removed tag stays on some targets, where it is ignored");
    }
    Ok(no_content())
}

async fn take_off(app: &App, caller: &Caller, id: i64) -> Result<()> {
    let tenant = caller.tenant();
    let everything = Query::everything(&fields::TARGET);
    let tagged = app.store.select_targets(tenant, everything, vec![TargetScope::Tag(id)]).await?;
    app.store
        .each_matching_target(tenant, tagged, |page| async move {
            let ids: Vec<String> = page.iter().map(|target| target.controller_id.clone()).collect();
            apply(app, caller, &ids, Change::Take(id)).await
        })
        .await
}
