//! The text format of Prometheus, version 0.0.4.

use std::fmt::Write;

use super::{Gauge, Metric, Metrics};

impl Metrics {
    /// All numbers since the start. What was never counted is 0; how something stands that never said so is left out.
    #[must_use]
    pub fn prometheus(&self) -> String {
        let numbers = self.numbers();
        let mut page = Page::default();
        for metric in Metric::ALL {
            let value = numbers.counts.get(&metric).copied().unwrap_or_default();
            page.add("counter", metric.family(), metric.help(), metric.labels(), value);
        }
        for gauge in Gauge::ALL {
            if let Some(value) = numbers.states.get(&gauge) {
                page.add("gauge", gauge.family(), gauge.help(), gauge.labels(), *value);
            }
        }
        page.text
    }
}

#[derive(Default)]
struct Page {
    text: String,
    /// The family that has its heading.
    family: &'static str,
}

impl Page {
    fn add(&mut self, kind: &str, family: &'static str, help: &str, labels: &str, value: f64) {
        if self.family != family {
            self.family = family;
            let _infallible = writeln!(self.text, "# HELP {family} {help}\n# TYPE {family} {kind}");
        }
        let _infallible = writeln!(self.text, "{family}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_count_and_the_known_states() {
        let metrics = Metrics::default();
        metrics.count(Metric::Polls, 2.0);
        metrics.count(Metric::ActionsFailed, 1.0);
        metrics.count(Metric::ReadUnits, 0.5);
        metrics.state(Gauge::CampaignLag, 3.25);
        let page = metrics.prometheus();
        for line in [
            "# TYPE harrier_polls_total counter",
            "harrier_polls_total 2",
            "harrier_actions_total{outcome=\"error\"} 1",
            "harrier_actions_total{outcome=\"finished\"} 0",
            "harrier_request_units_total{kind=\"read\"} 0.5",
            "# TYPE harrier_campaign_lag_seconds gauge",
            "harrier_campaign_lag_seconds 3.25",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} in\n{page}");
        }
        assert_eq!(page.matches("# TYPE harrier_actions_total").count(), 1);
        assert!(!page.contains("harrier_dead_letters"));
    }
}
