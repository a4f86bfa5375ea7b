//! Auto assignments: few, so they are one partition of a tenant.

use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::{Entity, Error, Tenant};

use crate::database::Consistency;
use crate::error::{Result, StoreError};
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::schema::Table;
use crate::{Store, keys};

const KIND: &str = "auto-assignment";

impl Record for AutoAssignment {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::campaign(tenant, KIND, self.id)
    }
}

impl Store {
    /// One auto assignment, read consistently, or `None`.
    pub async fn find_auto_assignment(&self, tenant: &Tenant, id: i64) -> Result<Option<Loaded<AutoAssignment>>> {
        self.database.find(&keys::campaign(tenant, KIND, id), Consistency::Strong).await
    }

    /// One auto assignment, read consistently.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn auto_assignment(&self, tenant: &Tenant, id: i64) -> Result<Loaded<AutoAssignment>> {
        let found = self.find_auto_assignment(tenant, id).await?;
        found.ok_or_else(|| StoreError::Refused(Error::not_found(Entity::AutoAssignment, id)))
    }

    /// All auto assignments in the order of their ids, read consistently.
    pub async fn auto_assignments(&self, tenant: &Tenant) -> Result<Vec<Loaded<AutoAssignment>>> {
        self.database.all(&Range::of(Table::Campaigns, keys::campaigns(tenant, KIND))).await
    }
}
