//! `GET /rest/v1/actions`

use axum::extract::State;
use harrier_domain::action::Action;
use harrier_domain::authority::Authority;
use harrier_query::{Direction, Field, Query, Sort, SortKey, fields};
use harrier_rest::resources::{ActionContext, ActionResource};
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Representation};
use harrier_runtime::{App, Caller};
use harrier_store::search::Found;
use harrier_store::{Loaded, Result, WalkOrder};

use super::pass;

/// Rows kept beyond the page before they are sorted and cut.
const SLACK: usize = 1000;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
    representation: Representation,
) -> ApiResult<Hal<Page<ActionResource>>> {
    caller.require(Authority::ReadTarget)?;
    let query = caller.query(&app, request.q.as_deref(), &fields::ACTION)?;
    let sort = Sort::parse(request.sort.as_deref(), &fields::ACTION).map_err(harrier_domain::Error::from)?;
    let found = match order_of_ids(&sort) {
        Some(order) if query.is_everything() => by_id(&app, &caller, order, &request).await?,
        order => matching(&app, &caller, &query, &sort, order, &request).await?,
    };
    let items = show(&app, &caller, &origin, representation, &found.items).await?;
    Ok(Hal::ok(Page::new(items, found.total)))
}

/// The order, if ids alone decide it; without any order the oldest come first.
fn order_of_ids(sort: &Sort) -> Option<WalkOrder> {
    match sort.terms() {
        [] => Some(WalkOrder::OldestFirst),
        [first, ..] if first.field == Field::Id => match first.direction {
            Direction::Ascending => Some(WalkOrder::OldestFirst),
            Direction::Descending => Some(WalkOrder::NewestFirst),
        },
        _ => None,
    }
}

async fn by_id(app: &App, caller: &Caller, order: WalkOrder, request: &PageRequest) -> Result<Found<Action>> {
    let tenant = caller.tenant();
    let total = app.store.action_count(tenant).await?;
    let wanted = request.offset.saturating_add(request.limit);
    let wanted = wanted.min(usize::try_from(total).unwrap_or(usize::MAX));
    let references = app.store.walk_actions(tenant, order, wanted).next(wanted).await?;
    let page = references.get(request.offset..).unwrap_or_default();
    let items = app.store.actions_at(tenant, page).await?;
    Ok(Found { items: items.into_iter().map(Loaded::into_inner).collect(), total })
}

async fn matching(
    app: &App,
    caller: &Caller,
    query: &Query,
    sort: &Sort,
    order: Option<WalkOrder>,
    request: &PageRequest,
) -> Result<Found<Action>> {
    let mut kept = Kept { wanted: request.offset.saturating_add(request.limit), total: 0, rows: Vec::new() };
    let order = order.unwrap_or(WalkOrder::OldestFirst);
    pass::each_matching(app, caller, query, order, |row| kept.offer(sort.key(row), row.action)).await?;
    kept.cut();
    let items = kept.rows.into_iter().skip(request.offset).map(|(_, _, action)| action).collect();
    Ok(Found { items, total: kept.total })
}

/// The first rows in the wanted order, among those met so far. Rows that sort alike stay in the order they were met.
struct Kept {
    wanted: usize,
    total: u64,
    rows: Vec<(SortKey, u64, Action)>,
}

impl Kept {
    fn offer(&mut self, key: SortKey, action: &Action) {
        self.rows.push((key, self.total, action.clone()));
        self.total += 1;
        if self.rows.len() > self.wanted.saturating_add(SLACK) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.rows.sort_by(|(left, left_at, _), (right, right_at, _)| (left, left_at).cmp(&(right, right_at)));
        self.rows.truncate(self.wanted);
    }
}

async fn show(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    representation: Representation,
    actions: &[Action],
) -> Result<Vec<ActionResource>> {
    let now = app.now();
    if representation == Representation::Compact {
        let context = ActionContext::load_short(&app.store, caller.tenant(), actions).await?;
        return Ok(actions.iter().map(|action| context.item(action, now, origin)).collect());
    }
    let context = ActionContext::load(&app.store, caller.tenant(), actions).await?;
    Ok(actions.iter().map(|action| context.full(action, now, origin)).collect())
}
