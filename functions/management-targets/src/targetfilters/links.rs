//! Filters and the auto assignments they are linked to: those of the same name and the same query (`domain-behaviour.md`
//! §10.7).

use harrier_campaigns::auto_assignments::find_named;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::classification::TargetFilter;
use harrier_rest::resources::LinkedFilter;
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result};

/// The linked auto assignment, if any.
pub(super) async fn linked(
    app: &App,
    caller: &Caller,
    filter: &TargetFilter,
) -> Result<Option<Loaded<AutoAssignment>>> {
    let named = find_named(&app.store, caller.tenant(), &filter.name).await?;
    Ok(named.filter(|auto| is_linked(filter, auto)))
}

/// Whether the two belong together.
pub(super) fn is_linked(filter: &TargetFilter, auto: &AutoAssignment) -> bool {
    filter.name == auto.name && filter.query == auto.query
}

/// The filter as the caller's tenant sees it.
pub(super) fn shown<'a>(
    caller: &Caller,
    filter: &'a TargetFilter,
    auto_assignment: Option<&'a AutoAssignment>,
) -> LinkedFilter<'a> {
    LinkedFilter { filter, auto_assignment, confirmation_flow: caller.tenant.configuration.confirmation_flow() }
}
