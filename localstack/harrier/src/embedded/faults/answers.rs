//! Refusals worded as the services word them.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::Fault;

/// The answer of a service that refuses the request for this reason; none if the fault is not a refusal.
pub(super) fn refusal(fault: Fault, operation: &str, request: &HttpRequest) -> Option<HttpResponse> {
    if !request.headers().contains_key("x-amz-target") {
        return s3_refusal(fault);
    }
    let transaction = matches!(operation, "TransactWriteItems" | "TransactGetItems");
    let document = match fault {
        Fault::Throttled => dynamodb_error("ProvisionedThroughputExceededException", THROTTLED),
        Fault::RateLimited => coral_error("ThrottlingException", "Rate of requests exceeds the allowed throughput."),
        Fault::ConditionFailed if transaction => cancelled("ConditionalCheckFailed", CONDITION, request),
        Fault::ConditionFailed => dynamodb_error("ConditionalCheckFailedException", CONDITION),
        Fault::TransactionConflict if transaction => cancelled("TransactionConflict", CONFLICT, request),
        Fault::TransactionConflict => dynamodb_error("TransactionConflictException", CONFLICT),
        Fault::TimedOutBeforeCommit | Fault::TimedOutAfterCommit | Fault::Duplicate => return None,
    };
    response(400, "application/x-amz-json-1.0", document.to_string())
}

const THROTTLED: &str = "The level of configured provisioned throughput for the table was exceeded.";
const CONDITION: &str = "The conditional request failed";
const CONFLICT: &str = "Transaction is ongoing for the item";

fn dynamodb_error(name: &str, message: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": message })
}

fn coral_error(name: &str, message: &str) -> Value {
    json!({ "__type": format!("com.amazon.coral.availability#{name}"), "message": message })
}

/// One reason per item of the transaction, the first being to blame.
fn cancelled(code: &str, message: &str, request: &HttpRequest) -> Value {
    let mut reasons = vec![json!({ "Code": "None" }); count_items(request).max(1)];
    reasons[0] = json!({ "Code": code, "Message": message });
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect();
    let summary =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": summary,
        "CancellationReasons": reasons,
    })
}

fn count_items(request: &HttpRequest) -> usize {
    let document = request.body().bytes().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let items = document.as_ref().and_then(|document| document["TransactItems"].as_array());
    items.map_or(1, Vec::len)
}

fn s3_refusal(fault: Fault) -> Option<HttpResponse> {
    let (status, code) = match fault {
        Fault::Throttled | Fault::RateLimited => (503, "SlowDown"),
        Fault::ConditionFailed => (412, "PreconditionFailed"),
        Fault::TransactionConflict => (409, "ConditionalRequestConflict"),
        Fault::TimedOutBeforeCommit | Fault::TimedOutAfterCommit | Fault::Duplicate => return None,
    };
    response(status, "application/xml", format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
}

fn response(status: u16, content_type: &'static str, body: String) -> Option<HttpResponse> {
    let mut response = HttpResponse::new(StatusCode::try_from(status).ok()?, SdkBody::from(body));
    response.headers_mut().insert("content-type", content_type);
    Some(response)
}
