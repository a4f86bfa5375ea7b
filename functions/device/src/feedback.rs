//! `deploymentBase/{action}/feedback`: how the update goes (DDI §6).

use harrier_domain::action::ActionStatus;
use harrier_domain::feedback::{self, Execution, Feedback, LateReports};
use harrier_rest::{ApiError, ApiResult, Json, Path};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::Device;
use crate::case::Case;
use crate::deployment::ActionPath;

/// The body of both kinds of feedback (DDI §6.1). Members that devices send besides are ignored.
#[derive(Deserialize, JsonSchema)]
pub struct FeedbackBody {
    /// Epoch milliseconds, as a number or a text.
    timestamp: Option<i64>,
    status: StatusBody,
}

#[derive(Deserialize, JsonSchema)]
struct StatusBody {
    execution: ExecutionName,
    result: ResultBody,
    code: Option<i32>,
    details: Option<Vec<Option<String>>>,
}

#[derive(Deserialize, JsonSchema)]
struct ResultBody {
    finished: Finished,
}

#[derive(Deserialize, Clone, Copy, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ExecutionName {
    Closed,
    Proceeding,
    Canceled,
    Scheduled,
    Rejected,
    Resumed,
    Downloaded,
    Download,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Finished {
    Success,
    Failure,
    None,
}

impl From<ExecutionName> for Execution {
    fn from(name: ExecutionName) -> Self {
        match name {
            ExecutionName::Closed => Self::Closed,
            ExecutionName::Proceeding => Self::Proceeding,
            ExecutionName::Canceled => Self::Canceled,
            ExecutionName::Scheduled => Self::Scheduled,
            ExecutionName::Rejected => Self::Rejected,
            ExecutionName::Resumed => Self::Resumed,
            ExecutionName::Downloaded => Self::Downloaded,
            ExecutionName::Download => Self::Download,
        }
    }
}

impl From<FeedbackBody> for Feedback {
    fn from(body: FeedbackBody) -> Self {
        Self {
            execution: body.status.execution.into(),
            failed: body.status.result.finished == Finished::Failure,
            code: body.status.code,
            details: texts(body.status.details),
            timestamp: body.timestamp,
        }
    }
}

/// The texts of a list that may be absent and may hold nulls.
pub fn texts(details: Option<Vec<Option<String>>>) -> Vec<String> {
    details.into_iter().flatten().flatten().collect()
}

/// What becomes of a report.
enum Reception {
    Taken,
    /// The action waits for confirmation: there is no deployment to report on.
    Waiting,
    Closed,
}

pub async fn post(
    device: Device,
    Path((_, _, action)): ActionPath,
    Json(body): Json<FeedbackBody>,
) -> ApiResult<StatusCode> {
    let feedback = Feedback::from(body);
    let (now, quotas) = (device.session.now, device.session.app.settings.quotas);
    let (_, _, reception) = Case::decide(device, action, quotas.status_entries_per_action, |target, action| {
        if action.status == ActionStatus::WaitForConfirmation {
            return Ok((None, Reception::Waiting));
        }
        if !action.active {
            return Ok((None, Reception::Closed));
        }
        let entry = feedback::report(target, action, &feedback, LateReports::Record, &quotas, now)?;
        Ok((entry, Reception::Taken))
    })
    .await?;
    match reception {
        Reception::Taken => Ok(StatusCode::OK),
        Reception::Waiting => Err(ApiError::not_found()),
        Reception::Closed => Err(ApiError::gone()),
    }
}
