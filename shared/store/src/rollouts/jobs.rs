//! How far the engine has got with a rollout. A job is a walk cut into steps; its item says where the next step starts, and
//! its revision is what a step must know to be the next one.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use super::{all_of, key};
use crate::Store;
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RolloutTask {
    /// Looks through a part of the fleet for targets that match.
    Collect(u32),
    /// Puts the candidates into groups.
    Fill,
    /// Makes the scheduled actions of a group.
    Schedule(i64),
    /// Starts the scheduled actions of a group.
    Start(i64),
    /// Looks through the fleet for targets that the dynamic groups take.
    Involve,
    /// Drops what is scheduled in a group, and asks devices to cancel what runs.
    Stop(i64),
    /// Drops what is scheduled in a group, and gives up what runs.
    Quit(i64),
    /// Removes the members of a group.
    Erase(i64),
}

impl RolloutTask {
    fn sort(self) -> String {
        match self {
            Self::Collect(lane) => format!("collect#{lane:02}"),
            Self::Fill => "fill".to_owned(),
            Self::Schedule(group) => format!("schedule#{group}"),
            Self::Start(group) => format!("start#{group}"),
            Self::Involve => "involve".to_owned(),
            Self::Stop(group) => format!("stop#{group}"),
            Self::Quit(group) => format!("quit#{group}"),
            Self::Erase(group) => format!("erase#{group}"),
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutProgress {
    /// The shard of the fleet that is being read.
    #[serde(rename = "sh", default)]
    pub shard: u32,
    /// The last controller id that was looked at in it.
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none")]
    pub controller_id: Option<String>,
    /// The number of the last target that was dealt with.
    #[serde(rename = "no", default)]
    pub number: i64,
    /// The position of the group that is being filled.
    #[serde(rename = "g", default)]
    pub group: usize,
    /// How many targets the group may choose from, once they are counted.
    #[serde(rename = "el", default, skip_serializing_if = "Option::is_none")]
    pub eligible: Option<u64>,
    /// How many have been counted, or put into the group.
    #[serde(rename = "n", default)]
    pub count: u64,
    /// By distinct filter: targets that match it, up to this number, have a group.
    #[serde(rename = "up", default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<i64>,
    /// How many targets each filled group got.
    #[serde(rename = "sz", default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<u64>,
}

/// A job of a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutJob {
    #[serde(rename = "ro")]
    pub rollout: i64,
    #[serde(rename = "k")]
    pub kind: RolloutTask,
    #[serde(rename = "at")]
    pub progress: RolloutProgress,
    #[serde(rename = "done", default)]
    pub done: bool,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

fn jobs_of(rollout: i64) -> String {
    format!("rollout-job#{rollout}")
}

impl RolloutJob {
    /// A job at its beginning.
    #[must_use]
    pub fn new(rollout: i64, kind: RolloutTask) -> Self {
        Self { rollout, kind, progress: RolloutProgress::default(), done: false, revision: 1 }
    }
}

impl Record for RolloutJob {
    fn key(&self, tenant: &Tenant) -> Key {
        key(tenant, &jobs_of(self.rollout), self.kind.sort())
    }
}

impl Store {
    /// The unfinished jobs of a rollout, and those that nobody has noticed to be done.
    pub async fn rollout_jobs(&self, tenant: &Tenant, rollout: i64) -> Result<Vec<Loaded<RolloutJob>>> {
        self.database.all(&all_of(tenant, &jobs_of(rollout))).await
    }

    /// One job, or `None`.
    pub async fn rollout_job(
        &self,
        tenant: &Tenant,
        rollout: i64,
        kind: RolloutTask,
    ) -> Result<Option<Loaded<RolloutJob>>> {
        self.database.find(&RolloutJob::new(rollout, kind).key(tenant), Consistency::Strong).await
    }
}
