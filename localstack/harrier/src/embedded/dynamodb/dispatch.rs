//! From `x-amz-target` and JSON to a call of the engine and back, errors shaped as the service shapes them.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tokens::Tokens;

/// The most rows one page of a query or scan may read. The engine fetches everything up to the request's `Limit`
/// for each page, and everything there is without one, so a long listing would be quadratic. DynamoDB too may end
/// a page early, so callers cannot tell the difference.
const PAGE_LIMIT: usize = 1000;

const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];

/// The marks the engine's decoders put before the message of an error that is theirs to word.
const VALIDATION_MARKS: [&str; 3] = ["VALIDATION:", "VALIDATION_REQUEST:", "VALIDATION_AS_READ:"];

/// An HTTP answer of the service.
#[derive(Debug)]
pub(in crate::embedded) struct Answer {
    /// The HTTP status.
    pub(in crate::embedded) status: u16,
    /// The JSON document.
    pub(in crate::embedded) body: String,
}

/// Runs the operation that `target` names with the JSON document in `body`.
pub(super) fn answer(database: &Database, tokens: &Tokens, target: &str, body: &[u8]) -> Answer {
    let operation = TARGETS.iter().find_map(|prefix| target.strip_prefix(prefix)).unwrap_or_default();
    let outcome = match operation {
        "TransactWriteItems" => Some(transact_write(database, tokens, body)),
        _ => run(database, operation, body),
    };
    match outcome {
        Some(Ok(body)) => Answer { status: 200, body },
        Some(Err(error)) => Answer { status: error.status_code(), body: error.to_json() },
        None => unknown_operation(),
    }
}

fn run(database: &Database, operation: &str, body: &[u8]) -> Option<Result<String, DynoxideError>> {
    Some(match operation {
        "GetItem" => call(body, |request| database.get_item(request)),
        "PutItem" => call(body, |request| database.put_item(request)),
        "UpdateItem" => call(body, |request| database.update_item(request)),
        "DeleteItem" => call(body, |request| database.delete_item(request)),
        "Query" => call(body, |request| query(database, request)),
        "Scan" => call(body, |request| scan(database, request)),
        "BatchGetItem" => call(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => call(body, |request| database.batch_write_item(request)),
        "TransactGetItems" => call(body, |request| database.transact_get_items(request)),
        _ => return run_administration(database, operation, body),
    })
}

fn run_administration(database: &Database, operation: &str, body: &[u8]) -> Option<Result<String, DynoxideError>> {
    Some(match operation {
        "CreateTable" => call(body, |request| database.create_table(request)),
        "DeleteTable" => call(body, |request| database.delete_table(request)),
        "DescribeTable" => call(body, |request| database.describe_table(request)),
        "UpdateTable" => call(body, |request| database.update_table(request)),
        "ListTables" => call(body, |request| database.list_tables(request)),
        "UpdateTimeToLive" => call(body, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => call(body, |request| database.describe_time_to_live(request)),
        "ListStreams" => call(body, |request| database.list_streams(request)),
        "DescribeStream" => call(body, |request| database.describe_stream(request)),
        "GetShardIterator" => call(body, |request| database.get_shard_iterator(request)),
        "GetRecords" => call(body, |request| database.get_records(request)),
        _ => return None,
    })
}

fn transact_write(database: &Database, tokens: &Tokens, body: &[u8]) -> Result<String, DynoxideError> {
    tokens.once(read(serde_json::from_slice(body))?, |request| {
        write(&database.transact_write_items(read(serde_json::from_value(request))?)?)
    })
}

fn query(
    database: &Database,
    mut request: dynoxide::actions::query::QueryRequest,
) -> Result<dynoxide::actions::query::QueryResponse, DynoxideError> {
    request.limit = Some(bounded(request.limit));
    database.query(request)
}

fn scan(
    database: &Database,
    mut request: dynoxide::actions::scan::ScanRequest,
) -> Result<dynoxide::actions::scan::ScanResponse, DynoxideError> {
    request.limit = Some(bounded(request.limit));
    database.scan(request)
}

fn bounded(limit: Option<usize>) -> usize {
    limit.unwrap_or(PAGE_LIMIT).min(PAGE_LIMIT)
}

fn call<Request: DeserializeOwned, Response: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<String, DynoxideError> {
    write(&operation(read(serde_json::from_slice(body))?)?)
}

fn read<Request>(decoded: serde_json::Result<Request>) -> Result<Request, DynoxideError> {
    decoded.map_err(|error| refusal(&error.to_string()))
}

fn write(response: &impl Serialize) -> Result<String, DynoxideError> {
    serde_json::to_string(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// What the service says of a request that cannot be read. The engine marks what it has worded itself.
fn refusal(message: &str) -> DynoxideError {
    let worded = message.split(" at line ").next().unwrap_or(message);
    if let Some(said) = VALIDATION_MARKS.iter().find_map(|mark| worded.strip_prefix(mark)) {
        return DynoxideError::ValidationException(said.to_owned());
    }
    if worded.contains("missing field") || worded.contains("Supplied AttributeValue") {
        return DynoxideError::ValidationException(worded.to_owned());
    }
    DynoxideError::SerializationException(worded.trim_start_matches("SERIALIZATION:").to_owned())
}

fn unknown_operation() -> Answer {
    let body = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#.to_owned();
    Answer { status: 400, body }
}
