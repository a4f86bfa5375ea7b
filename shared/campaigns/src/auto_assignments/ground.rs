//! What auto assignments are made and evaluated on.

use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::{Error, Tenant};
use harrier_identity::TenantSnapshot;
use harrier_query::{Placeholders, Query, fields};
use harrier_store::search::TargetSelection;
use harrier_store::{Result, Store};

use crate::Engine;

/// A tenant at a moment.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub engine: &'a Engine,
    pub snapshot: &'a TenantSnapshot,
}

impl<'a> Ground<'a> {
    pub(super) fn tenant(&self) -> &'a Tenant {
        &self.snapshot.tenant
    }

    pub(super) fn store(&self) -> &'a Store {
        &self.engine.store
    }

    /// A query on targets as it is to be understood now.
    ///
    /// # Errors
    /// [`Error::RsqlSyntax`], [`Error::RsqlField`].
    pub(super) fn query(&self, text: &str) -> harrier_domain::Result<Query> {
        Query::bind(text, &fields::TARGET, &self.placeholders()).map_err(Error::from)
    }

    /// The query made ready for targets.
    ///
    /// # Errors
    /// As [`Ground::query`].
    pub(super) async fn select(&self, text: &str) -> Result<TargetSelection> {
        self.store().select_targets(self.tenant(), self.query(text)?, Vec::new()).await
    }

    fn placeholders(&self) -> Placeholders {
        let (configuration, now) = (&self.snapshot.configuration, self.engine.now);
        Placeholders { now, overdue: configuration.overdue_timestamp(self.engine.polling_limits, now) }
    }
}

/// An auto assignment whose query is ready to be put to targets. Good for one batch or step.
pub(super) struct Definition {
    pub auto: AutoAssignment,
    pub selection: TargetSelection,
}

impl Definition {
    pub async fn bind(ground: &Ground<'_>, auto: AutoAssignment) -> Result<Self> {
        let selection = ground.select(&auto.query).await?;
        Ok(Self { auto, selection })
    }
}
