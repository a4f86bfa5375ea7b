//! `GET /rest/v1/targets/{id}/actions/{action}/status`

use axum::extract::State;
use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::authority::Authority;
use harrier_query::{Direction, Field, Path as ValuePath, Query, Row, Sort, Value, fields};
use harrier_rest::resources::ActionStatusResource;
use harrier_rest::{ApiResult, Hal, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::search::list as list_rows;
use harrier_store::{HistoryOrder, Result};

pub(in crate::targets) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path((id, action)): Path<(String, i64)>,
    request: PageRequest,
) -> ApiResult<Hal<Page<ActionStatusResource>>> {
    caller.require(Authority::ReadTarget)?;
    let sort = Sort::parse(request.sort.as_deref(), &fields::ACTION_STATUS).map_err(harrier_domain::Error::from)?;
    let action = super::load(&app, &caller, &id, action).await?;
    let page = match order_of_ids(&sort) {
        Some(order) => by_id(&app, &caller, &action, order, &request).await?,
        None => sorted(&app, &caller, &action, &sort, &request).await?,
    };
    Ok(Hal::ok(page))
}

/// The order, if ids alone decide it. Entries get their ids in the order of the reports.
fn order_of_ids(sort: &Sort) -> Option<HistoryOrder> {
    match sort.terms() {
        [] => Some(HistoryOrder::OldestFirst),
        [first, ..] if first.field == Field::Id && first.direction == Direction::Ascending => {
            Some(HistoryOrder::OldestFirst)
        }
        [first, ..] if first.field == Field::Id => Some(HistoryOrder::NewestFirst),
        _ => None,
    }
}

async fn by_id(
    app: &App,
    caller: &Caller,
    action: &Action,
    order: HistoryOrder,
    request: &PageRequest,
) -> Result<Page<ActionStatusResource>> {
    let entries = app.store.history(caller.tenant(), action, order, request.offset, request.limit).await?;
    Ok(Page::new(entries.iter().map(ActionStatusResource::from).collect(), u64::from(action.entries)))
}

async fn sorted(
    app: &App,
    caller: &Caller,
    action: &Action,
    sort: &Sort,
    request: &PageRequest,
) -> Result<Page<ActionStatusResource>> {
    let count = usize::try_from(action.entries).unwrap_or(usize::MAX);
    let entries = app.store.history(caller.tenant(), action, HistoryOrder::OldestFirst, 0, count).await?;
    let everything = Query::everything(&fields::ACTION_STATUS);
    let found = list_rows(entries.iter().map(EntryRow), &everything, sort, request.offset, request.limit);
    Ok(Page::new(found.items.iter().map(|row| ActionStatusResource::from(row.0)).collect(), found.total))
}

/// A history entry, to be sorted.
#[derive(Debug, Clone, Copy)]
struct EntryRow<'a>(&'a StatusEntry);

impl Row for EntryRow<'_> {
    fn value(&self, path: ValuePath) -> Value<'_> {
        match path.field {
            Field::Id => Value::Number(self.0.id),
            Field::Timestamp => Value::Number(self.0.occurred_at),
            Field::CreatedAt => Value::Number(self.0.reported_at),
            _ => Value::Null,
        }
    }
}
