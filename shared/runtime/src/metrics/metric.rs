//! Everything that is counted.

use harrier_domain::action::ActionStatus;
use harrier_domain::named;

/// Names are those of CloudWatch; values of one family stand together.
macro_rules! measured {
    ($(#[$doc:meta])* $kind:ident { $($(#[$variant_doc:meta])* $variant:ident => $family:literal $labels:literal, $name:literal, $help:literal;)* }) => {
        named! {
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
            pub enum $kind {
                $($(#[$variant_doc])* $variant = $name,)*
            }
        }

        impl $kind {
            /// What Prometheus calls it and those that differ in their labels only.
            pub(super) fn family(self) -> &'static str {
                match self { $(Self::$variant => $family,)* }
            }

            pub(super) fn labels(self) -> &'static str {
                match self { $(Self::$variant => $labels,)* }
            }

            pub(super) fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }
        }
    };
}

measured! {
    /// A number that only grows.
    Metric {
        /// A device asked what to do.
        Polls => "harrier_polls_total" "", "Polls", "Polls of devices.";
        ActionsFinished => "harrier_actions_total" "{outcome=\"finished\"}", "ActionsFinished", "Actions that ended, by outcome.";
        ActionsFailed => "harrier_actions_total" "{outcome=\"error\"}", "ActionsFailed", "Actions that ended, by outcome.";
        ActionsCanceled => "harrier_actions_total" "{outcome=\"canceled\"}", "ActionsCanceled", "Actions that ended, by outcome.";
        /// A download-only action that is done but for a report of its installation.
        ActionsDownloaded => "harrier_actions_total" "{outcome=\"downloaded\"}", "ActionsDownloaded", "Actions that ended, by outcome.";
        StepsDone => "harrier_campaign_steps_total" "{outcome=\"done\"}", "CampaignStepsDone", "Steps of campaigns, by outcome.";
        /// It comes again, and after five times goes to the dead letters.
        StepsFailed => "harrier_campaign_steps_total" "{outcome=\"failed\"}", "CampaignStepsFailed", "Steps of campaigns, by outcome.";
        /// Records of the fleet's stream that campaigns looked at.
        FleetChanges => "harrier_fleet_changes_total" "", "FleetChanges", "Changes of targets and actions that were looked at.";
        ReadUnits => "harrier_request_units_total" "{kind=\"read\"}", "ReadUnits", "Request units of DynamoDB.";
        WriteUnits => "harrier_request_units_total" "{kind=\"write\"}", "WriteUnits", "Request units of DynamoDB.";
        /// The database asked to slow down, after the client's own retries.
        Throttles => "harrier_throttles_total" "", "Throttles", "Calls that the database throttled.";
    }
}

measured! {
    /// How something stands.
    Gauge {
        /// Campaigns the last tick of the clock met.
        CampaignsDue => "harrier_campaigns_due" "", "CampaignsDue", "Campaigns that were due at the last tick of the clock.";
        /// How late the most overdue of them was, seconds.
        CampaignLag => "harrier_campaign_lag_seconds" "", "CampaignLag", "How long the most overdue campaign waited for the clock.";
        StepsWaiting => "harrier_campaign_steps_waiting" "", "CampaignStepsWaiting", "Steps of campaigns in the queue.";
        /// How long the oldest of them waits, seconds.
        StepsAge => "harrier_campaign_steps_age_seconds" "", "CampaignStepsAge", "How long the oldest step in the queue waits.";
        DeadLetters => "harrier_dead_letters" "", "DeadLetters", "Steps that failed too often.";
    }
}

impl Metric {
    /// The count of actions that end in this status; `None` for one that they pass through.
    pub(super) fn of_outcome(status: ActionStatus) -> Option<Self> {
        match status {
            ActionStatus::Finished => Some(Self::ActionsFinished),
            ActionStatus::Error => Some(Self::ActionsFailed),
            ActionStatus::Canceled => Some(Self::ActionsCanceled),
            ActionStatus::Downloaded => Some(Self::ActionsDownloaded),
            _ => None,
        }
    }
}
