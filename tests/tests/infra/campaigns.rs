//! Queue, schedule and stream: nothing is lost on the way, and what cannot be handled is seen.

use saphyr::Yaml;

use crate::template::{at, items, load, resources, text, texts};

/// Lambda's advice: a message comes again only when the function surely does not work on it any more.
const VISIBILITY_FACTOR: i64 = 6;

fn number(node: &Yaml<'static>) -> i64 {
    crate::template::plain(node).as_integer().unwrap_or_else(|| panic!("not a number: {node:?}"))
}

#[test]
fn a_step_that_fails_comes_again_and_is_put_aside() {
    let template = load();
    let queue = at(&template, "Resources.StepQueue.Properties");
    assert_eq!(text(at(queue, "RedrivePolicy.deadLetterTargetArn")), "StepDeadLetters.Arn");
    assert_eq!(number(at(queue, "RedrivePolicy.maxReceiveCount")), i64::from(harrier::pumps::MAX_RECEIVES));
    let timeout = number(at(&template, "Resources.CampaignWorkerFunction.Properties.Timeout"));
    assert!(number(at(queue, "VisibilityTimeout")) >= VISIBILITY_FACTOR * timeout);
    let mapping = at(&template, "Resources.CampaignWorkerSteps.Properties");
    assert_eq!(text(at(mapping, "EventSourceArn")), "StepQueue.Arn");
    assert_eq!(texts(at(mapping, "FunctionResponseTypes")), ["ReportBatchItemFailures"]);
}

#[test]
fn a_record_that_fails_is_put_aside_alone() {
    let template = load();
    let mapping = at(&template, "Resources.FleetEventsStream.Properties");
    assert_eq!(text(at(mapping, "EventSourceArn")), "FleetTable.StreamArn");
    assert_eq!(at(mapping, "BisectBatchOnFunctionError").as_bool(), Some(true));
    assert!(number(at(mapping, "MaximumRetryAttempts")) > 0, "a record that cannot be read does not block the others");
    assert_eq!(texts(at(mapping, "FunctionResponseTypes")), ["ReportBatchItemFailures"]);
    assert_eq!(text(at(mapping, "DestinationConfig.OnFailure.Destination")), "FleetEventsDeadLetters.Arn");
}

#[test]
fn the_clock_may_be_called_by_its_schedule() {
    let template = load();
    let rule = at(&template, "Resources.CampaignClockSchedule.Properties");
    assert_eq!(text(at(&items(at(rule, "Targets"))[0], "Arn")), "CampaignClockFunction.Arn");
    let permission = at(&template, "Resources.CampaignClockPermission.Properties");
    assert_eq!(text(at(permission, "FunctionName")), "CampaignClockFunction");
    assert_eq!(text(at(permission, "SourceArn")), "CampaignClockSchedule.Arn");
}

#[test]
fn every_queue_keeps_messages_for_two_weeks_and_encrypts_them() {
    for (name, queue) in resources(&load(), "AWS::SQS::Queue") {
        assert_eq!(number(at(queue, "Properties.MessageRetentionPeriod")), 1_209_600, "{name}");
        assert_eq!(at(queue, "Properties.SqsManagedSseEnabled").as_bool(), Some(true), "{name}");
    }
}

#[test]
fn every_function_is_watched() {
    let template = load();
    for alarm in ["FunctionErrorsAlarm", "FunctionThrottlesAlarm"] {
        let metrics = items(at(&template, &format!("Resources.{alarm}.Properties.Metrics")));
        let watched: Vec<String> = metrics.iter().skip(1).map(watched_function).collect();
        for (function, _) in resources(&template, "AWS::Serverless::Function") {
            assert!(watched.contains(&function), "{alarm} does not watch {function}");
        }
    }
}

fn watched_function(metric: &Yaml<'static>) -> String {
    text(at(&items(at(metric, "MetricStat.Metric.Dimensions"))[0], "Value"))
}
