//! `PUT /rest/v1/distributionsettags/{tagId}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::DistributionSetTag;
use harrier_domain::edits::{change, change_optional};
use harrier_domain::text::{self, Violations};
use harrier_domain::{Error, Tenant};
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store, until_settled};

use super::create::TagRequest;
use super::single;
use crate::creation::erase_names;
use crate::edits::Editor;
use crate::names::Named;

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(request): Json<TagRequest>,
) -> ApiResult<Hal<TagResource>> {
    caller.require(Authority::UpdateDistributionSet)?;
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let tag = until_settled(|| try_update(store, tenant, id, &request, &editor)).await?;
    Ok(Hal::ok(single(&tag, &origin)))
}

async fn try_update(
    store: &Store,
    tenant: &Tenant,
    id: i64,
    request: &TagRequest,
    editor: &Editor,
) -> Result<Loaded<DistributionSetTag>> {
    let mut tag: Loaded<DistributionSetTag> = store.get(tenant, id).await?;
    let before = (*tag).clone();
    decide(&mut tag, request, editor)?;
    let mut transaction = store.transaction(tenant);
    transaction.save(&tag);
    if tag.name != before.name {
        erase_names(&before, tenant, &mut transaction);
        for guard in tag.guards() {
            transaction.create_or_refuse(&guard, Error::AlreadyExists);
        }
    }
    transaction.commit().await?;
    Ok(tag)
}

fn decide(tag: &mut DistributionSetTag, request: &TagRequest, editor: &Editor) -> harrier_domain::Result<()> {
    let before = tag.clone();
    let mut violations = Violations::default();
    let name = violations.optional(text::name, "name", request.name.as_ref());
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let colour = violations.optional(text::colour, "colour", request.colour.as_ref());
    violations.finish()?;
    change(&mut tag.name, name);
    change_optional(&mut tag.description, description);
    change_optional(&mut tag.colour, colour);
    if *tag != before {
        tag.audit.touch(&editor.actor, editor.now);
    }
    Ok(())
}
