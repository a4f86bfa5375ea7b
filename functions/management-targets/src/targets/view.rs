//! Targets as this caller sees them.

use harrier_domain::authority::Authority;
use harrier_domain::target::Target;
use harrier_rest::resources::{TargetContext, TargetViewer};
use harrier_runtime::{App, Caller};
use harrier_store::Result;

/// What showing these targets to the caller takes.
pub(crate) async fn context<'t>(
    app: &App,
    caller: &Caller,
    targets: impl IntoIterator<Item = &'t Target>,
) -> Result<TargetContext> {
    let viewer = TargetViewer {
        tenant: caller.tenant(),
        configuration: &caller.tenant.configuration,
        limits: app.settings.polling_limits,
        shows_security_token: caller.may(Authority::ReadTargetSecurityToken),
        now: app.now(),
    };
    TargetContext::load(&app.store, viewer, targets).await
}
