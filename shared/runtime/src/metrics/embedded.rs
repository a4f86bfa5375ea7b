//! The embedded metric format: a line of the log that CloudWatch reads numbers off, without a call and without waiting.

use serde_json::{Map, Value, json};

use super::{Gauge, Metric, Metrics};

/// The namespace of all metrics.
const NAMESPACE: &str = "Harrier";

/// A busy function tells its numbers about once in this time, milliseconds; the last of a burst go with the next line.
const PERIOD: i64 = 1000;

impl Metrics {
    /// What was added since the last line, as the next line; `None` when that is nothing, or the last line is very young.
    #[must_use]
    pub fn embedded(&self, function: &str, now: i64) -> Option<String> {
        let mut numbers = self.numbers();
        let young = (numbers.told_at..numbers.told_at + PERIOD).contains(&now);
        if young {
            return None;
        }
        let added = Metric::ALL.iter().filter_map(|metric| {
            let total = numbers.counts.get(metric)?;
            let added = total - numbers.told.get(metric).copied().unwrap_or_default();
            (added > 0.0).then(|| (metric.name(), "Count", added))
        });
        let states =
            Gauge::ALL.iter().filter_map(|gauge| Some((gauge.name(), unit(*gauge), *numbers.states.get(gauge)?)));
        let values: Vec<(&str, &str, f64)> = added.chain(states).collect();
        if values.is_empty() {
            return None;
        }
        numbers.told = numbers.counts.clone();
        numbers.states.clear();
        numbers.told_at = now;
        Some(line(function, now, &values))
    }
}

fn unit(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::CampaignLag | Gauge::StepsAge => "Seconds",
        Gauge::CampaignsDue | Gauge::StepsWaiting | Gauge::DeadLetters => "Count",
    }
}

fn line(function: &str, now: i64, values: &[(&str, &str, f64)]) -> String {
    let metrics: Vec<Value> = values.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [["Function"]], "Metrics": metrics });
    let mut line = Map::new();
    line.insert("_aws".to_owned(), json!({ "Timestamp": now, "CloudWatchMetrics": [directive] }));
    line.insert("Function".to_owned(), json!(function));
    line.extend(values.iter().map(|(name, _, value)| ((*name).to_owned(), json!(value))));
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_770_000_000_000;

    fn read(line: Option<String>) -> Value {
        serde_json::from_str(&line.expect("a line")).expect("JSON")
    }

    #[test]
    fn a_line_tells_what_was_added_since_the_last() {
        let metrics = Metrics::default();
        assert_eq!(metrics.embedded("device", NOW), None);
        metrics.count(Metric::Polls, 2.0);
        metrics.state(Gauge::CampaignLag, 1.5);
        let expected = json!({
            "_aws": { "Timestamp": NOW, "CloudWatchMetrics": [{
                "Namespace": "Harrier",
                "Dimensions": [["Function"]],
                "Metrics": [{ "Name": "Polls", "Unit": "Count" }, { "Name": "CampaignLag", "Unit": "Seconds" }],
            }] },
            "Function": "device", "Polls": 2.0, "CampaignLag": 1.5,
        });
        assert_eq!(read(metrics.embedded("device", NOW)), expected);
        metrics.count(Metric::Polls, 3.0);
        assert_eq!(metrics.embedded("device", NOW + PERIOD - 1), None);
        assert_eq!(read(metrics.embedded("device", NOW + PERIOD))["Polls"], json!(3.0));
        assert_eq!(metrics.embedded("device", NOW + 9 * PERIOD), None);
    }

    /// A clock that steps back does not silence it.
    #[test]
    fn a_line_comes_also_after_the_clock_was_set_back() {
        let metrics = Metrics::default();
        metrics.count(Metric::Polls, 1.0);
        assert!(metrics.embedded("device", NOW).is_some());
        metrics.count(Metric::Polls, 1.0);
        assert!(metrics.embedded("device", NOW - 1).is_some());
    }
}
