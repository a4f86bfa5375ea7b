//! What is under way when the server is killed.

use harrier_tests::{Management, TENANT};
use reqwest::{Client, StatusCode};
use serde_json::json;

/// One request that changes something.
#[derive(Debug, Clone)]
pub enum Operation {
    /// A report of a device; `closing` ends the action.
    Feedback { controller_id: String, token: String, action: i64, message: String, closing: bool },
    Upload { module: i64, file_name: String, content: Vec<u8> },
    NewTarget { controller_id: String },
}

/// An operation, and whether its success was acknowledged before the server was gone.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub operation: Operation,
    pub acknowledged: bool,
}

impl Operation {
    /// Carries it out. An answer that is no success fails the test; no answer is what a kill looks like.
    pub async fn perform(self, management: &Management, http: &Client, base_url: &str) -> Outcome {
        let acknowledged = match &self {
            Self::Feedback { .. } => self.report(http, base_url).await,
            Self::Upload { module, file_name, content } => {
                let length = content.len() as u64;
                is_done(management.upload(*module, file_name, length, content.clone()).await)
            }
            Self::NewTarget { controller_id } => {
                is_done(management.create_targets(std::slice::from_ref(controller_id)).await)
            }
        };
        Outcome { operation: self, acknowledged }
    }

    async fn report(&self, http: &Client, base_url: &str) -> bool {
        let Self::Feedback { controller_id, token, action, message, closing } = self else {
            return false;
        };
        let url = format!("{base_url}/{TENANT}/controller/v1/{controller_id}/deploymentBase/{action}/feedback");
        let (execution, finished) = if *closing { ("closed", "success") } else { ("proceeding", "none") };
        let status = json!({ "execution": execution, "result": { "finished": finished }, "details": [message] });
        let request = http.post(url).header("authorization", format!("TargetToken {token}"));
        match request.json(&json!({ "status": status })).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => true,
            // The action's other reports may come after the closing one.
            Ok(answer) if answer.status() == StatusCode::GONE && !closing => false,
            Ok(answer) => panic!("{message}: {answer:?}"),
            Err(_) => false,
        }
    }
}

fn is_done<T>(result: Result<T, harrier::fleet::FleetError>) -> bool {
    match result {
        Ok(_) => true,
        Err(harrier::fleet::FleetError::Network { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}
