//! The `q` parameter.

use harrier_query::{EntityFields, Placeholders, Query};
use harrier_runtime::{App, Caller};

/// The query of a `q` parameter on these fields; absent means everything.
///
/// # Errors
/// The refusals of management §3.
pub(crate) fn bind(
    app: &App,
    caller: &Caller,
    q: Option<&str>,
    fields: &EntityFields,
) -> harrier_domain::Result<Query> {
    let Some(text) = q else {
        return Ok(Query::everything(fields));
    };
    let configuration = &caller.tenant.configuration;
    let polling = configuration.polling(app.settings.polling_limits);
    let now = app.now();
    let overdue = polling.overdue_timestamp(configuration.polling_overdue_time(), now);
    Ok(Query::bind(text, fields, &Placeholders { now, overdue })?)
}
