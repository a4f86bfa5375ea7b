//! The functions that events start, as real programs: steps off the queue, ticks of the schedule, records of the stream.

use aws_sdk_sqs::types::Message;
use harrier::embedded::dynamodb::StreamPosition;
use harrier_campaigns::{Step, Work, due};
use harrier_domain::Tenant;
use harrier_tests::lambda::{Aws, Function, Gateway};
use serde_json::{Value, json};

/// As an event source mapping hands messages over.
fn queue_event(messages: &[Message]) -> Value {
    let record = |message: &Message| {
        json!({
            "messageId": message.message_id(), "receiptHandle": message.receipt_handle(), "body": message.body(),
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000" },
            "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:steps", "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// As the schedule invokes a function.
fn tick() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-10-08T16:53:06Z", "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/clock"], "detail": {},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_taken_back_over_the_functions_of_lambda() {
    let aws = Aws::start().await;
    let gateway = Gateway::start(&aws).await;
    let worker = Function::start("campaign-worker", &aws.environment()).await;
    let operator = aws.login(gateway.anonymous());
    let targets: Vec<Value> = (0..12).map(|number| json!({ "controllerId": format!("t{number}") })).collect();
    let _ = operator.post("/rest/v1/targets", json!(targets)).await.expect(201);
    let module = json!([{ "name": "m", "version": "1", "type": "os" }]);
    let module = operator.post("/rest/v1/softwaremodules", module).await.expect(201).json()[0]["id"].clone();
    let set = json!([{ "name": "s", "version": "1", "type": "os", "modules": [{ "id": module }] }]);
    let set = operator.post("/rest/v1/distributionsets", set).await.expect(201).json()[0]["id"].clone();
    let path = format!("/rest/v1/distributionsets/{set}");
    let assigned: Vec<Value> = (0..12).map(|number| json!({ "id": format!("t{number}") })).collect();
    let _ = operator.post(&format!("{path}/assignedTargets"), json!(assigned)).await.expect(200);
    let force = json!({ "actionCancelationType": "force" });
    let _ = operator.post(&format!("{path}/invalidate"), force).await.expect(204);
    let performed = perform_all(&aws, &worker).await;
    assert!(performed >= 32, "a chain for each shard: {performed}");
    let counted = operator.get(&format!("{path}/statistics/actions")).await.expect(200).json();
    assert_eq!(counted["actions"], json!({ "CANCELED": 12, "total": 12 }));
}

/// Hands the steps that are there to the worker until there are none. Those sent with a delay stay.
async fn perform_all(aws: &Aws, worker: &Function) -> usize {
    let mut performed = 0;
    loop {
        let messages = aws.steps.take().await.expect("steps");
        if messages.is_empty() {
            return performed;
        }
        let answer = worker.invoke(queue_event(&messages)).await.expect("an answer");
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        for message in &messages {
            aws.steps.done(message).await.expect("a deletion");
        }
        performed += messages.len();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_fails_does_not_keep_the_others() {
    let aws = Aws::start().await;
    let worker = Function::start("campaign-worker", &aws.environment()).await;
    let nothing = json!({ "invalidate": { "resume": { "job": 1 } } });
    let tenant = Tenant::parse(Tenant::DEFAULT).expect("a name");
    let good = Step::new(&tenant, serde_json::from_value::<Work>(nothing).expect("a step"));
    let message = |id: &str, body: String| Message::builder().message_id(id).body(body).build();
    let good = message("good", good.to_message().expect("a message"));
    let event = queue_event(&[message("bad", "{}".to_owned()), good]);
    let answer = worker.invoke(event).await.expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "bad" }] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_becomes_steps() {
    let aws = Aws::start().await;
    let clock = Function::start("campaign-clock", &aws.environment()).await;
    assert_eq!(clock.invoke(tick()).await.expect("an answer"), json!({ "campaigns": 0 }));
    let tenant = Tenant::parse(Tenant::DEFAULT).expect("a name");
    let work = json!({ "rollout": { "advance": { "rollout": 7 } } });
    let step = Step::new(&tenant, serde_json::from_value::<Work>(work).expect("a step"));
    let mut transaction = aws.app.store.transaction(&tenant);
    due::set(&mut transaction, "rollout", 7, 1, &step).expect("an entry");
    transaction.commit().await.expect("a commit");
    assert_eq!(clock.invoke(tick()).await.expect("an answer"), json!({ "campaigns": 1 }));
    assert_eq!(clock.invoke(tick()).await.expect("an answer"), json!({ "campaigns": 0 }), "not again for a minute");
    let sent = aws.steps.take().await.expect("steps");
    assert_eq!(sent.iter().filter_map(Message::body).collect::<Vec<_>>(), [step.to_message().expect("a message")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_the_stream_are_read_and_a_broken_one_is_named() {
    let aws = Aws::start().await;
    let gateway = Gateway::start(&aws).await;
    let events = Function::start("fleet-events", &aws.environment()).await;
    let operator = aws.login(gateway.anonymous());
    let _ = operator.post("/rest/v1/targets", json!([{ "controllerId": "t" }])).await.expect(201);
    let records = aws.dynamodb.stream_records(&StreamPosition::oldest("harrier-fleet"), 100).await.expect("records");
    assert!(!records.is_empty());
    let mut records: Vec<Value> = records.into_iter().map(|record| record.json).collect();
    let answer = events.invoke(json!({ "Records": records })).await.expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let mut broken = records.remove(0);
    broken["dynamodb"]["Keys"]["pk"]["S"] = json!("DEFAULT#target#01");
    broken["dynamodb"]["NewImage"] = json!({ "v": { "N": "1000" } });
    broken["dynamodb"]["SequenceNumber"] = json!("4711");
    records.push(broken);
    let answer = events.invoke(json!({ "Records": records })).await.expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "4711" }] }));
}
