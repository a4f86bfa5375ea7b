//! `PUT /rest/v1/targettags/{id}`

use axum::extract::State;
use harrier_campaigns::auto_assignments::{ReferredTo, add_reconsideration};
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetTag;
use harrier_domain::edits;
use harrier_domain::text::Violations;
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, until_settled};

use super::{NAMES, TagRequest};
use crate::catalogue::change_name;

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(body): Json<TagRequest>,
) -> ApiResult<Hal<TagResource>> {
    caller.require(Authority::UpdateTarget)?;
    let mut violations = Violations::default();
    let request = body.checked(&mut violations);
    violations.finish()?;
    let tag = until_settled(|| change(&app, &caller, id, &request)).await?;
    Ok(Hal::ok(super::single(&tag, &origin)))
}

async fn change(app: &App, caller: &Caller, id: i64, request: &TagRequest) -> Result<Loaded<TargetTag>> {
    let mut tag: Loaded<TargetTag> = app.store.get(caller.tenant(), id).await?;
    let before = (*tag).clone();
    edits::change(&mut tag.name, request.name.clone());
    edits::change_optional(&mut tag.description, request.description.clone());
    edits::change_optional(&mut tag.colour, request.colour.clone());
    if *tag == before {
        return Ok(tag);
    }
    tag.audit.touch(&caller.actor(), app.now());
    let mut transaction = app.store.transaction(caller.tenant());
    transaction.save(&tag);
    change_name(&mut transaction, caller, NAMES, (&before.name, &tag.name), id);
    if tag.name != before.name {
        add_reconsideration(&mut transaction, caller.tenant(), ReferredTo::TargetTags, app.now())?;
    }
    transaction.commit().await?;
    Ok(tag)
}
