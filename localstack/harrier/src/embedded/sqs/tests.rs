use std::collections::HashMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, QueueAttributeName};

use super::EmbeddedSqs;
use crate::embedded::Durability;

async fn queue(client: &Client, name: &str, attributes: &[(QueueAttributeName, &str)]) -> String {
    let attributes: HashMap<_, _> =
        attributes.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
    let made = client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await.unwrap();
    made.queue_url.unwrap()
}

async fn send(client: &Client, url: &str, body: &str, group: Option<&str>) {
    let group = group.map(ToOwned::to_owned);
    client.send_message().queue_url(url).message_body(body).set_message_group_id(group).send().await.unwrap();
}

async fn receive(client: &Client, url: &str, wait: i32) -> Vec<Message> {
    let request = client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(wait);
    request.send().await.unwrap().messages.unwrap_or_default()
}

async fn delete(client: &Client, url: &str, message: &Message) {
    let handle = message.receipt_handle().unwrap();
    client.delete_message().queue_url(url).receipt_handle(handle).send().await.unwrap();
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

fn in_memory() -> Client {
    EmbeddedSqs::open(None, Durability::default()).unwrap().client()
}

#[tokio::test]
async fn a_message_is_received_once_until_it_is_deleted_or_shows_again() {
    let client = in_memory();
    let url = queue(&client, "jobs", &[]).await;
    send(&client, &url, "one", None).await;
    let first = receive(&client, &url, 0).await;
    assert_eq!(bodies(&first), ["one"]);
    assert!(receive(&client, &url, 0).await.is_empty());
    let handle = first[0].receipt_handle().unwrap();
    client
        .change_message_visibility()
        .queue_url(&url)
        .receipt_handle(handle)
        .visibility_timeout(0)
        .send()
        .await
        .unwrap();
    let second = receive(&client, &url, 0).await;
    assert_eq!(bodies(&second), ["one"]);
    delete(&client, &url, &first[0]).await;
    delete(&client, &url, &second[0]).await;
    assert!(receive(&client, &url, 0).await.is_empty());
}

#[tokio::test]
async fn an_outdated_receipt_deletes_nothing() {
    let client = in_memory();
    let url = queue(&client, "jobs", &[(QueueAttributeName::VisibilityTimeout, "0")]).await;
    send(&client, &url, "one", None).await;
    let first = receive(&client, &url, 0).await;
    let second = receive(&client, &url, 0).await;
    delete(&client, &url, &first[0]).await;
    assert_eq!(bodies(&receive(&client, &url, 0).await), ["one"]);
    drop(second);
}

#[tokio::test]
async fn a_waiting_receiver_gets_a_message_when_it_arrives() {
    let client = in_memory();
    let url = queue(&client, "jobs", &[]).await;
    let waiting = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        async move { receive(&client, &url, 20).await }
    });
    tokio::task::yield_now().await;
    send(&client, &url, "late", None).await;
    assert_eq!(bodies(&waiting.await.unwrap()), ["late"]);
}

#[tokio::test]
async fn a_group_waits_while_one_of_its_messages_is_out() {
    let client = in_memory();
    let url = queue(&client, "inbound.fifo", &[]).await;
    send(&client, &url, "a1", Some("a")).await;
    let out = receive(&client, &url, 0).await;
    send(&client, &url, "a2", Some("a")).await;
    send(&client, &url, "b1", Some("b")).await;
    assert_eq!(bodies(&receive(&client, &url, 0).await), ["b1"]);
    delete(&client, &url, &out[0]).await;
    assert_eq!(bodies(&receive(&client, &url, 0).await), ["a2"]);
}

#[tokio::test]
async fn what_cannot_be_handled_ends_in_the_dead_letter_queue() {
    let client = in_memory();
    let dead = queue(&client, "dead", &[]).await;
    let policy = r#"{"maxReceiveCount": 2, "deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead"}"#;
    let attributes = [(QueueAttributeName::RedrivePolicy, policy), (QueueAttributeName::VisibilityTimeout, "0")];
    let url = queue(&client, "jobs", &attributes).await;
    send(&client, &url, "poison", None).await;
    assert_eq!(receive(&client, &url, 0).await.len(), 1);
    assert_eq!(receive(&client, &url, 0).await.len(), 1);
    assert!(receive(&client, &url, 0).await.is_empty());
    assert_eq!(bodies(&receive(&client, &dead, 0).await), ["poison"]);
}

#[tokio::test]
async fn sends_with_the_same_deduplication_id_count_once() {
    let client = in_memory();
    let url = queue(&client, "inbound.fifo", &[]).await;
    for _ in 0..2 {
        let request = client.send_message().queue_url(&url).message_body("x").message_group_id("g");
        request.message_deduplication_id("same").send().await.unwrap();
    }
    assert_eq!(receive(&client, &url, 0).await.len(), 1);
}

#[tokio::test]
async fn messages_outlive_the_service() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("queues.db");
    {
        let client = EmbeddedSqs::open(Some(&file), Durability::default()).unwrap().client();
        let url = queue(&client, "jobs", &[]).await;
        send(&client, &url, "kept", None).await;
    }
    let client = EmbeddedSqs::open(Some(&file), Durability::default()).unwrap().client();
    let url = client.get_queue_url().queue_name("jobs").send().await.unwrap().queue_url.unwrap();
    assert_eq!(bodies(&receive(&client, &url, 0).await), ["kept"]);
}
