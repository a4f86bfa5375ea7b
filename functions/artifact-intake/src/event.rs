//! What S3 says when an object has landed: by EventBridge, as `infra/` has it, or in a notification of the bucket's own.

use serde::{Deserialize, Serialize};

/// An event about objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Landed {
    /// EventBridge's "Object Created" (Amazon S3 User Guide, "EventBridge event message structure").
    Event { detail: Detail },
    /// A bucket's own notification ("Event message structure"). Keys are URL-encoded in it.
    Notification {
        #[serde(rename = "Records")]
        records: Vec<Record>,
    },
    /// What S3 sends when notifications are set up.
    Test {
        #[serde(rename = "Event")]
        event: String,
    },
}

/// A bucket and an object in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    bucket: Bucket,
    object: Object,
}

/// One record of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    s3: Detail,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Object {
    key: String,
}

/// Where an object lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedObject {
    pub bucket: String,
    pub key: String,
}

impl Landed {
    /// The event that an object has landed.
    #[must_use]
    pub fn at(bucket: &str, key: &str) -> Self {
        let (bucket, object) = (Bucket { name: bucket.to_owned() }, Object { key: key.to_owned() });
        Self::Event { detail: Detail { bucket, object } }
    }

    /// The objects it is about. The keys of uploads have no character that a notification encodes in another way than
    /// by percent signs.
    pub fn objects(self) -> impl Iterator<Item = LandedObject> {
        let details = match self {
            Self::Event { detail } => vec![detail],
            Self::Notification { records } => records.into_iter().map(|record| decoded(record.s3)).collect(),
            Self::Test { .. } => Vec::new(),
        };
        details.into_iter().map(|detail| LandedObject { bucket: detail.bucket.name, key: detail.object.key })
    }
}

fn decoded(mut detail: Detail) -> Detail {
    let key = percent_encoding::percent_decode_str(&detail.object.key).decode_utf8_lossy().into_owned();
    detail.object.key = key;
    detail
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: &str = "staging/uploads/DEFAULT/7-12";

    fn objects(event: serde_json::Value) -> Vec<LandedObject> {
        serde_json::from_value::<Landed>(event).unwrap().objects().collect()
    }

    #[test]
    fn both_forms_of_the_event_are_read() {
        let expected = [LandedObject { bucket: "artifacts".to_owned(), key: KEY.to_owned() }];
        let by_event_bridge = json!({
            "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
            "source": "aws.s3", "account": "111122223333", "time": "2026-11-12T00:00:00Z", "region": "eu-central-1",
            "resources": ["arn:aws:s3:::artifacts"],
            "detail": {
                "version": "0", "bucket": { "name": "artifacts" },
                "object": { "key": KEY, "size": 5, "etag": "b1946ac9", "version-id": "IYV3p45BT0ac", "sequencer": "00617F08299329D189" },
                "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012", "reason": "CompleteMultipartUpload"
            }
        });
        assert_eq!(objects(by_event_bridge), expected);
        let notification = json!({ "Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:CompleteMultipartUpload",
            "s3": {
                "s3SchemaVersion": "1.0", "bucket": { "name": "artifacts", "arn": "arn:aws:s3:::artifacts" },
                "object": { "key": "staging/uploads%2FDEFAULT/7-12", "size": 5, "sequencer": "0055AED6DCD90281E5" }
            }
        }]});
        assert_eq!(objects(notification), expected);
        assert_eq!(objects(serde_json::to_value(Landed::at("artifacts", KEY)).unwrap()), expected);
    }

    #[test]
    fn the_test_message_is_about_nothing() {
        assert_eq!(objects(json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "artifacts" })), []);
    }
}
