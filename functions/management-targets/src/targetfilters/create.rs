//! `POST /rest/v1/targetfilters`

use axum::extract::State;
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetFilter;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::TargetFilterResource;
use harrier_rest::{ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::{Sequence, until_settled};

use super::links::{linked, shown};
use super::{FilterRequest, NAMES};
use crate::catalogue::claim_name;

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(body): Json<FilterRequest>,
) -> ApiResult<Hal<TargetFilterResource>> {
    caller.require(Authority::CreateTarget)?;
    let request = body.checked(&app, &caller)?;
    let mut violations = Violations::default();
    let name = violations.check(text::required("name", request.name));
    let query = violations.check(text::required("query", request.query));
    violations.finish()?;
    let id = app.store.next_id(caller.tenant(), Sequence::Catalogue).await?;
    let audit = Audit::created(&caller.actor(), app.now());
    let filter =
        TargetFilter { id, name: name.unwrap_or_default(), query: query.unwrap_or_default(), audit, revision: 1 };
    until_settled(|| async {
        let mut transaction = app.store.transaction(caller.tenant());
        transaction.create(&filter);
        claim_name(&mut transaction, NAMES, &filter.name, id);
        transaction.commit().await
    })
    .await?;
    let auto = linked(&app, &caller, &filter).await?;
    Ok(Hal::created(shown(&caller, &filter, auto.as_deref()).changed(&origin)))
}
