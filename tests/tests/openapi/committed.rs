//! `docs/openapi` holds what the code describes, and the server serves that.

use std::path::PathBuf;

use harrier_openapi::merged;
use harrier_tests::Installation;
use serde_json::Value;

/// Set by `make openapi`: the files are written instead of compared.
const WRITE: &str = "HARRIER_WRITE_OPENAPI";

fn documents() -> [(&'static str, Value); 2] {
    let described = "descriptions that agree";
    [
        ("management", harrier::openapi::management().expect(described)),
        ("device", harrier::openapi::device().expect(described)),
    ]
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/openapi/{name}.json"))
}

#[test]
fn the_committed_documents_are_those_of_the_code() {
    for (name, document) in documents() {
        let text = serde_json::to_string_pretty(&document).expect("JSON") + "\n";
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(file(name), text).expect("docs/openapi can be written");
        } else {
            let committed = std::fs::read_to_string(file(name)).unwrap_or_default();
            assert!(committed == text, "docs/openapi/{name}.json is out of date: run `make openapi` and commit it");
        }
    }
}

/// Merged, types of the same name must be the same types.
#[test]
fn both_documents_mean_the_same_by_the_same_name() {
    let [(_, management), (_, device)] = documents();
    let schemas = |document: &Value| document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let ours = schemas(&management);
    for (name, schema) in schemas(&device) {
        assert!(ours.get(&name).is_none_or(|known| *known == schema), "{name} is two different things");
    }
}

#[tokio::test]
async fn documents_are_served_to_anybody() {
    let installation = Installation::start().await;
    let anybody = installation.anonymous();
    let [(_, management), (_, device)] = documents();
    let served = anybody.get("/v3/api-docs/management").await.expect(200);
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert!(served.json() == management, "the committed document is served");
    assert!(anybody.get("/v3/api-docs/device").await.expect(200).json() == device, "the committed document is served");
    let whole = anybody.get("/v3/api-docs").await.expect(200).json();
    let expected = merged(management, device);
    for member in ["openapi", "paths", "components", "tags"] {
        assert!(whole[member] == expected[member], "{member}");
    }
}
