//! Transactions that happen once although they are asked for twice.
//!
//! The engine remembers tokens too, but walks all of the last ten minutes for each transaction, and the SDK gives
//! every transaction a token: bulk work would slow down with its own length. So it never sees one.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use dynoxide::DynoxideError;
use serde_json::Value;

/// As long as the service remembers a token.
const REMEMBERED_FOR: Duration = Duration::from_secs(600);
/// The most tokens remembered. A repetition within one process follows within seconds.
const REMEMBERED: usize = 10_000;
const LONGEST_TOKEN: usize = 36;

/// The tokens of recent transactions with what was answered.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    answers: HashMap<String, Remembered>,
    order: VecDeque<(Instant, String)>,
}

#[derive(Debug)]
struct Remembered {
    request: u64,
    response: String,
}

impl Tokens {
    /// Runs a transaction unless it has been run under its `ClientRequestToken`; then repeats the answer. A failed
    /// one is not remembered. Without a token, just runs it. The token is removed from `request`.
    pub(super) fn once(
        &self,
        mut request: Value,
        run: impl FnOnce(Value) -> Result<String, DynoxideError>,
    ) -> Result<String, DynoxideError> {
        let token = request.as_object_mut().and_then(|members| members.remove("ClientRequestToken"));
        let Some(Value::String(token)) = token else { return run(request) };
        if token.is_empty() || token.len() > LONGEST_TOKEN {
            return Err(DynoxideError::ValidationException(format!(
                "1 validation error detected: Value '{token}' at 'clientRequestToken' failed to satisfy constraint: \
                 Member must have length less than or equal to {LONGEST_TOKEN}"
            )));
        }
        let digest = digest(&request);
        // Held while the transaction runs, so that the same one asked for at the same time waits for it.
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = recent.answers.get(&token) {
            return if known.request == digest { Ok(known.response.clone()) } else { Err(mismatch()) };
        }
        let response = run(request)?;
        recent.remember(token, Remembered { request: digest, response: response.clone() });
        Ok(response)
    }
}

impl Recent {
    fn remember(&mut self, token: String, answer: Remembered) {
        let now = Instant::now();
        while self.order.front().is_some_and(|(at, _)| now.duration_since(*at) > REMEMBERED_FOR)
            || self.order.len() >= REMEMBERED
        {
            let Some((_, oldest)) = self.order.pop_front() else { break };
            self.answers.remove(&oldest);
        }
        self.order.push_back((now, token.clone()));
        self.answers.insert(token, answer);
    }
}

/// The same for the same request, in whatever order its members are written.
fn digest(request: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.hash(&mut hasher);
    hasher.finish()
}

fn mismatch() -> DynoxideError {
    DynoxideError::IdempotentParameterMismatchException(
        "An error occurred (IdempotentParameterMismatchException)".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(tokens: &Tokens, token: &str, items: &str, answer: &str) -> Result<String, DynoxideError> {
        let request = format!("{{\"ClientRequestToken\":\"{token}\",\"TransactItems\":{items}}}");
        tokens.once(serde_json::from_str(&request).unwrap(), |request| {
            assert!(request.get("ClientRequestToken").is_none());
            Ok(answer.to_owned())
        })
    }

    #[test]
    fn a_request_is_the_same_in_any_order_of_its_members() {
        let tokens = Tokens::default();
        assert_eq!(ask(&tokens, "t", r#"[{"a":1,"b":2}]"#, "first").unwrap(), "first");
        assert_eq!(ask(&tokens, "t", r#"[{"b":2,"a":1}]"#, "second").unwrap(), "first");
        assert!(ask(&tokens, "t", r#"[{"b":2,"a":2}]"#, "third").is_err());
    }

    #[test]
    fn a_failure_is_not_remembered() {
        let tokens = Tokens::default();
        let request = serde_json::json!({ "ClientRequestToken": "t", "TransactItems": [] });
        let failed = tokens.once(request, |_| Err(DynoxideError::InternalServerError("no".to_owned())));
        assert!(failed.is_err());
        assert_eq!(ask(&tokens, "t", "[]", "now").unwrap(), "now");
    }

    #[test]
    fn only_so_many_are_remembered() {
        let tokens = Tokens::default();
        for number in 0..=REMEMBERED {
            ask(&tokens, &number.to_string(), "[]", "first").unwrap();
        }
        assert_eq!(tokens.0.lock().unwrap().answers.len(), REMEMBERED);
        assert_eq!(ask(&tokens, "1", "[]", "second").unwrap(), "first");
        assert_eq!(ask(&tokens, "0", "[]", "second").unwrap(), "second");
        assert!(ask(&tokens, &"x".repeat(37), "[]", "").is_err());
    }
}
