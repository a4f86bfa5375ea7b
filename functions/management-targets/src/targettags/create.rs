//! `POST /rest/v1/targettags`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::classification::{Tag, TargetTag};
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::until_settled;

use super::{NAMES, TagRequest};
use crate::catalogue::{claim_name, next_ids};

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(body): Json<Vec<TagRequest>>,
) -> ApiResult<Hal<Vec<TagResource>>> {
    caller.require(Authority::CreateTarget)?;
    let mut violations = Violations::default();
    let checked: Vec<(String, TagRequest)> =
        body.into_iter().filter_map(|request| named(request, &mut violations)).collect();
    violations.finish()?;
    let ids = next_ids(&app, &caller, checked.len()).await?;
    let audit = Audit::created(&caller.actor(), app.now());
    let tag = |(id, (name, TagRequest { description, colour, .. }))| {
        TargetTag(Tag { id, name, description, colour, audit: audit.clone(), revision: 1 })
    };
    let tags: Vec<TargetTag> = ids.zip(checked).map(tag).collect();
    until_settled(|| async {
        let mut transaction = app.store.transaction(caller.tenant());
        for tag in &tags {
            transaction.create(tag);
            claim_name(&mut transaction, NAMES, &tag.name, tag.id);
        }
        transaction.commit().await
    })
    .await?;
    Ok(Hal::created(tags.iter().map(|tag| super::item(tag, &origin)).collect()))
}

fn named(request: TagRequest, violations: &mut Violations) -> Option<(String, TagRequest)> {
    let request = request.checked(violations);
    let name = violations.check(text::required("name", request.name.clone()))?;
    Some((name, request))
}
