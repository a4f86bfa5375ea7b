//! Jobs: work over a whole tenant, in parts that advance by themselves, each with a cursor.

use harrier_domain::{Tenant, named};
use serde::{Deserialize, Serialize};

use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::schema::Table;
use crate::{Store, keys};

named! {
    /// What a job does.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum JobKind {
        /// Takes distribution sets back.
        Invalidation = "invalidation",
        /// Removes old actions.
        CleanUp = "clean-up",
    }
}

/// A job. Its parts exist until it is finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    #[serde(rename = "k")]
    pub kind: JobKind,
    /// Unique within its kind.
    pub id: i64,
    /// Who caused it; its work is done in this name.
    #[serde(rename = "by")]
    pub started_by: String,
    /// Epoch milliseconds.
    #[serde(rename = "sa")]
    pub started_at: i64,
    #[serde(rename = "fa", default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<i64>,
    /// What is to be done, in the words of its kind.
    #[serde(rename = "o")]
    pub order: String,
    /// How many things it looked at and changed, once it is finished.
    #[serde(rename = "nl", default)]
    pub looked_at: u64,
    #[serde(rename = "nc", default)]
    pub changed: u64,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// A part of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobPart {
    #[serde(rename = "k")]
    pub kind: JobKind,
    pub job: i64,
    pub part: u32,
    /// Where it goes on, in the words of its kind. A step with another cursor is outdated.
    #[serde(rename = "cur")]
    pub cursor: String,
    #[serde(rename = "d", default)]
    pub done: bool,
    /// When it got there, epoch milliseconds.
    #[serde(rename = "at")]
    pub moved_at: i64,
    #[serde(rename = "nl", default)]
    pub looked_at: u64,
    #[serde(rename = "nc", default)]
    pub changed: u64,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Record for Job {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::job(tenant, self.kind.name(), self.id)
    }
}

impl Record for JobPart {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::job_part(tenant, self.kind.name(), self.job, self.part)
    }
}

impl Store {
    /// One job, or `None`.
    pub async fn job(&self, tenant: &Tenant, kind: JobKind, id: i64) -> Result<Option<Loaded<Job>>> {
        self.database.find(&keys::job(tenant, kind.name(), id), Consistency::Strong).await
    }

    /// All jobs of a tenant by kind and id, finished ones included.
    pub async fn jobs(&self, tenant: &Tenant) -> Result<Vec<Loaded<Job>>> {
        self.database.all(&Range::of(Table::Campaigns, keys::jobs(tenant))).await
    }

    /// One part of a job, or `None` once the job is finished.
    pub async fn job_part(
        &self,
        tenant: &Tenant,
        kind: JobKind,
        job: i64,
        part: u32,
    ) -> Result<Option<Loaded<JobPart>>> {
        self.database.find(&keys::job_part(tenant, kind.name(), job, part), Consistency::Strong).await
    }

    /// All parts of a job; none once it is finished.
    pub async fn job_parts(&self, tenant: &Tenant, kind: JobKind, job: i64) -> Result<Vec<Loaded<JobPart>>> {
        self.database.all(&Range::of(Table::Campaigns, keys::job_parts(tenant, kind.name(), job))).await
    }
}
