//! `/rest/v1/rollouts`. The numbered surprises are those of `domain-behaviour.md` §20.

mod approval;
mod creation;
mod dynamic;
mod ending;
mod fleet;
mod interplay;
mod listing;
mod running;

use fleet::{Fleet, ROLLOUTS, counts, groups_of, id};
