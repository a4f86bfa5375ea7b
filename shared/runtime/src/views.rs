//! What a caller asks to see, and how they see it.

use harrier_domain::authority::Authority;
use harrier_domain::target::Target;
use harrier_query::{EntityFields, Placeholders, Query};
use harrier_rest::resources::{TargetContext, TargetResource, TargetViewer};
use harrier_rest::{Origin, Page};
use harrier_store::Result;
use harrier_store::search::Found;

use crate::{App, Caller};

impl Caller {
    /// The query of a `q` parameter on these fields; absent means everything.
    ///
    /// # Errors
    /// The refusals of management §3.
    pub fn query(&self, app: &App, q: Option<&str>, fields: &EntityFields) -> harrier_domain::Result<Query> {
        let Some(text) = q else {
            return Ok(Query::everything(fields));
        };
        let now = app.now();
        let overdue = self.tenant.configuration.overdue_timestamp(app.settings.polling_limits, now);
        Ok(Query::bind(text, fields, &Placeholders { now, overdue })?)
    }

    /// What showing these targets to the caller takes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn target_context<'t>(
        &self,
        app: &App,
        targets: impl IntoIterator<Item = &'t Target>,
    ) -> Result<TargetContext> {
        let viewer = TargetViewer {
            tenant: self.tenant(),
            configuration: &self.tenant.configuration,
            limits: app.settings.polling_limits,
            shows_security_token: self.may(Authority::ReadTargetSecurityToken),
            now: app.now(),
        };
        TargetContext::load(&app.store, viewer, targets).await
    }

    /// A page of a listing of targets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn target_page(&self, app: &App, found: &Found<Target>, origin: &Origin) -> Result<Page<TargetResource>> {
        let context = self.target_context(app, &found.items).await?;
        Ok(Page::new(found.items.iter().map(|target| context.item(target, origin)).collect(), found.total))
    }
}
