use std::collections::BTreeMap;

use axum::body::Body;
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
struct Id {
    id: i64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum ActionType {
    Soft,
    Forced,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
struct Everything {
    text: Option<String>,
    number: Option<i64>,
    small: Option<i32>,
    primitive: i64,
    flag: bool,
    maybe_flag: Option<bool>,
    list: Vec<String>,
    ids: Option<Vec<Id>>,
    kind: Option<ActionType>,
    map: BTreeMap<String, Option<String>>,
    ratio: Option<f64>,
}

fn read(value: Value) -> Option<Everything> {
    from_value(value).ok()
}

#[test]
fn scalars_are_coerced() {
    let read = read(json!({
        "text": 7, "number": " 42 ", "small": 3.0, "primitive": "0", "flag": "true", "maybeFlag": 1,
        "ratio": "0.5", "map": { "a": 1, "b": true, "c": null }, "unknown": { "x": [] }
    }));
    let map =
        [("a".to_owned(), Some("1".to_owned())), ("b".to_owned(), Some("true".to_owned())), ("c".to_owned(), None)];
    let expected = Everything {
        text: Some("7".into()),
        number: Some(42),
        small: Some(3),
        primitive: 0,
        flag: true,
        maybe_flag: Some(true),
        ratio: Some(0.5),
        map: map.into(),
        ..Everything::default()
    };
    assert_eq!(read, Some(expected));
}

#[test]
fn a_single_value_stands_for_a_list() {
    let read = read(json!({ "list": "x", "ids": { "id": "5" } })).unwrap();
    assert_eq!(read.list, ["x"]);
    assert_eq!(read.ids, Some(vec![Id { id: 5 }]));
    assert_eq!(from_value::<Vec<Id>>(json!({ "id": 5 })).unwrap(), [Id { id: 5 }]);
    assert_eq!(from_value::<Vec<i64>>(json!("5")).unwrap(), [5]);
    assert_eq!(from_value::<Vec<i64>>(json!([])).unwrap(), [0_i64; 0]);
}

#[test]
fn wrong_types_are_refused() {
    let refused = [
        json!({ "text": {} }),
        json!({ "text": ["a"] }),
        json!({ "number": "x" }),
        json!({ "number": 1.5 }),
        json!({ "number": true }),
        json!({ "number": 9_223_372_036_854_775_808_u64 }),
        json!({ "small": 2_147_483_648_i64 }),
        json!({ "primitive": null }),
        json!({ "flag": null }),
        json!({ "flag": "yes" }),
        json!({ "list": null }),
        json!({ "list": [null] }),
        json!({ "ids": [[1]] }),
        json!({ "kind": "FORCED" }),
        json!({ "kind": 0 }),
        json!({ "map": [] }),
        json!([1, 2]),
        json!("text"),
    ];
    for value in refused {
        assert_eq!(read(value.clone()), None, "{value}");
    }
}

#[test]
fn null_and_absence_are_the_same_for_options() {
    let nulls = json!({ "text": null, "number": null, "maybeFlag": null, "ids": null, "kind": null });
    assert_eq!(read(nulls), Some(Everything::default()));
    assert_eq!(read(json!({ "kind": "soft" })).unwrap().kind, Some(ActionType::Soft));
}

fn request(api: Api, content_type: Option<&str>, body: &[u8]) -> Request {
    let mut request = Request::new(Body::from(body.to_vec()));
    request.extensions_mut().insert(Surface::new(api).body_limit(64).shared());
    if let Some(content_type) = content_type {
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    }
    request
}

async fn status(api: Api, content_type: Option<&str>, body: &[u8]) -> u16 {
    match Json::<Vec<Id>>::from_request(request(api, content_type, body), &()).await {
        Ok(_) => 200,
        Err(error) => error.status_code().as_u16(),
    }
}

#[tokio::test]
async fn the_content_type_table() {
    let body = br#"[{"id":1}]"#;
    let table: &[(Option<&str>, u16, u16)] = &[
        (Some("application/json"), 200, 200),
        (Some("application/json;charset=UTF-8"), 200, 200),
        (Some("Application/JSON ; charset=utf-8"), 200, 200),
        (Some("application/hal+json"), 200, 415),
        (Some("text/plain"), 415, 415),
        (Some("application/cbor"), 415, 400),
        (Some("nonsense"), 415, 415),
        (None, 415, 415),
    ];
    for (content_type, management, device) in table {
        assert_eq!(status(Api::Management, *content_type, body).await, *management, "management {content_type:?}");
        assert_eq!(status(Api::Device, *content_type, body).await, *device, "device {content_type:?}");
    }
}

#[tokio::test]
async fn missing_broken_and_oversized_bodies() {
    let json = Some("application/json");
    let table: &[(Option<&str>, &[u8], u16)] = &[
        (None, b"", 400),
        (json, b"", 400),
        (Some("text/plain"), b"", 415),
        (json, b"{", 400),
        (json, b"null", 400),
        (json, b"[{\"id\":1}] x", 400),
        (json, b"[{\"id\":1}]\n ", 200),
        (json, b"\xff\xfe", 400),
        (json, &[b' '; 65], 413),
    ];
    for (content_type, body, expected) in table {
        let found = status(Api::Management, *content_type, body).await;
        assert_eq!(found, *expected, "{content_type:?} {:?}", String::from_utf8_lossy(body));
    }
}

#[tokio::test]
async fn cbor_requests_of_devices() {
    let id_map = [0xa1, 0x62, b'i', b'd', 0x18, 0x2a];
    let request = request(Api::Device, Some("application/cbor"), &id_map);
    let Json(ids) = Json::<Vec<Id>>::from_request(request, &()).await.unwrap();
    assert_eq!(ids, [Id { id: 42 }]);
}

#[tokio::test]
async fn optional_bodies() {
    type Row = (Option<&'static str>, &'static [u8], Result<Option<i64>, u16>);
    let table: &[Row] = &[
        (None, b"", Ok(None)),
        (Some("application/json"), b"", Ok(None)),
        (Some("application/json"), b"null", Ok(None)),
        (Some("application/json"), b"{\"id\":3}", Ok(Some(3))),
        (Some("application/json"), b"{", Err(400)),
        (None, b"{\"id\":3}", Err(415)),
    ];
    for (content_type, body, expected) in table {
        let found = OptionalJson::<Id>::from_request(request(Api::Management, *content_type, body), &()).await;
        let found = found.map(|OptionalJson(id)| id.map(|id| id.id)).map_err(|error| error.status_code().as_u16());
        assert_eq!(found, *expected, "{content_type:?} {:?}", String::from_utf8_lossy(body));
    }
}
