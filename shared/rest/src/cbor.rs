//! CBOR answers and requests of devices (DDI §19).
//!
//! Same members as JSON, but for links: an array `links` of `{rel, href}` stands where JSON has the object `_links`.

use serde_json::{Map, Value};

/// Turns the JSON of an answer into CBOR. `linked`: the root has `links` even if it has none.
pub(crate) fn from_json(json: &[u8], linked: bool) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut value = relink(serde_json::from_slice(json)?);
    if let (true, Value::Object(root)) = (linked, &mut value) {
        root.entry("links").or_insert_with(|| Value::Array(Vec::new()));
    }
    let mut bytes = Vec::with_capacity(json.len());
    ciborium::into_writer(&value, &mut bytes)?;
    Ok(bytes)
}

/// Reads one CBOR item; bytes behind it are an error, as they are in JSON.
pub(crate) fn to_json(bytes: &[u8]) -> Result<Value, String> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).map_err(|error| error.to_string())?;
    if rest.is_empty() { Ok(value) } else { Err("trailing bytes after the CBOR item".to_owned()) }
}

fn relink(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(relink).collect(),
        Value::Object(members) => Value::Object(members.into_iter().map(relink_member).collect()),
        scalar => scalar,
    }
}

fn relink_member((name, value): (String, Value)) -> (String, Value) {
    match (name.as_str(), value) {
        ("_links", Value::Object(links)) => ("links".to_owned(), link_array(links)),
        (_, value) => (name, relink(value)),
    }
}

fn link_array(links: Map<String, Value>) -> Value {
    links.into_iter().map(|(rel, link)| serde_json::json!({ "rel": rel, "href": link["href"] })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn round_trip(value: &Value, linked: bool) -> Value {
        let bytes = from_json(&serde_json::to_vec(value).unwrap(), linked).unwrap();
        to_json(&bytes).unwrap()
    }

    #[test]
    fn links_become_an_array() {
        let poll = json!({ "config": { "n": 41 }, "_links": { "configData": { "href": "http://h/c" } } });
        let expected = json!({ "config": { "n": 41 }, "links": [{ "rel": "configData", "href": "http://h/c" }] });
        assert_eq!(round_trip(&poll, true), expected);
    }

    #[test]
    fn nested_links_are_converted_too() {
        let artifacts = json!([{ "filename": "a", "_links": { "download": { "href": "x" } } }]);
        let expected = json!([{ "filename": "a", "links": [{ "rel": "download", "href": "x" }] }]);
        assert_eq!(round_trip(&artifacts, false), expected);
    }

    #[test]
    fn a_linked_root_always_has_links() {
        assert_eq!(round_trip(&json!({ "config": {} }), true), json!({ "config": {}, "links": [] }));
        assert_eq!(round_trip(&json!({ "config": {} }), false), json!({ "config": {} }));
    }

    #[test]
    fn trailing_bytes_and_non_text_keys_are_refused() {
        assert!(to_json(&[0xf6, 0xf6]).is_err());
        assert!(to_json(&[0xa1, 0x41, 0x00, 0x01]).is_err());
        assert!(to_json(&[]).is_err());
        assert_eq!(to_json(&[0xbf, 0x61, 0x61, 0x01, 0xff]), Ok(json!({ "a": 1 })), "indefinite maps");
    }
}
