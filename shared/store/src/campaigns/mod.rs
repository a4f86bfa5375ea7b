//! What every campaign needs: a time at which the clock looks at it, one holder at a time, jobs with a cursor. And the campaigns
//! themselves.

mod auto_assignments;
mod due;
mod jobs;
mod lease;

pub use due::DueCampaign;
pub use jobs::{Job, JobKind, JobPart};
