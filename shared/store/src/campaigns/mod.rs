//! What every campaign needs: a time at which the clock looks at it, one holder at a time, jobs with a cursor.

mod due;
mod lease;

pub use due::DueCampaign;
