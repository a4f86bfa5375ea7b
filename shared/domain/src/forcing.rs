//! Making a deployment mandatory after the fact (`domain-behaviour.md` §5.4 row I1, management §6.5).

use crate::action::{Action, ActionType};
use crate::audit::Actor;
use crate::offer::is_time_forced;
use crate::target::Target;

/// Turns a soft, download-only or not yet elapsed time-forced action into a forced one. Others stay as they are.
pub fn force(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) {
    let elapsed = action.action_type == ActionType::TimeForced && is_time_forced(action.forced_time, now);
    if action.action_type == ActionType::Forced || elapsed {
        return;
    }
    action.action_type = ActionType::Forced;
    action.forced_time = None;
    action.audit.touch(actor, now);
    target.reflect(action);
}
