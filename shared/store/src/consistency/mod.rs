//! Whether everything a tenant has fits together: records that copy each other, and every counter against a recount.
//!
//! Reads the whole tenant, so it is for tests and for operators who ask (`harrier admin check`), and it is exact only
//! while nobody writes. A new counter belongs in here: count what it counts while [`fleet`] or [`catalogue`] goes through
//! the records, and compare.

mod catalogue;
mod fleet;
mod rollouts;

use harrier_domain::Tenant;
use harrier_domain::consistency::{Finding, Severity};

use crate::Store;
use crate::error::Result;

/// What a check found, and how much it looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    pub findings: Vec<Finding>,
    pub targets: usize,
    pub actions: usize,
    /// Entries of the actions' histories.
    pub entries: usize,
    /// Artifacts of software modules that are not deleted.
    pub artifacts: usize,
}

impl CheckReport {
    /// What must never be.
    pub fn broken(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Broken)
    }
}

impl Store {
    /// Checks everything a tenant has. Nobody may write meanwhile.
    ///
    /// # Errors
    /// When the database does not answer, or an item cannot be read.
    pub async fn check(&self, tenant: &Tenant) -> Result<CheckReport> {
        let mut report = CheckReport::default();
        fleet::check(self, tenant, &mut report).await?;
        catalogue::check(self, tenant, &mut report).await?;
        Ok(report)
    }
}
