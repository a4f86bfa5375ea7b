//! Whatever arrives, the answer is never a server error.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use harrier_rest::{
    ApiResult, Hal, Json, Links, OptionalJson, Origin, Page, PageRequest, Path, QueryParams, Representation,
    SoftDeletedMode, Surface,
};
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

#[derive(Debug, Deserialize, Serialize)]
struct Body1 {
    id: i64,
    name: Option<String>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    flag: bool,
    small: Option<i32>,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Soft,
    Forced,
}

async fn item(Path((id, text)): Path<(i64, String)>, origin: Origin) -> Hal<(i64, Links)> {
    Hal::ok((id, Links::new().with("self", origin.href("/rest/v1").segment(text))))
}

async fn list(
    page: PageRequest,
    _mode: SoftDeletedMode,
    _representation: Representation,
    query: QueryParams,
) -> ApiResult<Hal<Page<Option<bool>>>> {
    let flag = query.flag("force")?;
    query.number::<i64>("keepLast")?;
    Ok(Hal::ok(Page::new(page.slice([flag]), 1)))
}

async fn create(Json(bodies): Json<Vec<Body1>>) -> Hal<Vec<Body1>> {
    Hal::created(bodies)
}

async fn maybe(OptionalJson(body): OptionalJson<Body1>) -> Hal<Option<Body1>> {
    Hal::ok(body)
}

fn routes() -> Router {
    Router::new().route("/x", get(list).post(create)).route("/x/{id}/{text}", get(item)).route("/y", post(maybe))
}

fn surfaces() -> [Router; 2] {
    [Surface::management().apply(routes()), Surface::device().apply(routes())]
}

/// The answers of both APIs; `None` when the bytes are no HTTP request at all.
fn statuses(method: &str, uri: &[u8], headers: &[(HeaderName, Vec<u8>)], body: &[u8]) -> Option<Vec<StatusCode>> {
    let uri = Uri::try_from(uri).ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answers = surfaces().into_iter().map(|router| {
        let mut request = Request::builder().method(method).uri(uri.clone());
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                request = request.header(name, value);
            }
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        runtime.block_on(router.oneshot(request)).unwrap().status()
    });
    Some(answers.collect())
}

fn no_server_error(statuses: Option<Vec<StatusCode>>) -> Result<(), TestCaseError> {
    for status in statuses.unwrap_or_default() {
        prop_assert!(!status.is_server_error(), "{status}");
    }
    Ok(())
}

fn json_like() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "-?[0-9]{1,20}".prop_map(Value::from),
    ];
    let name = prop_oneof![Just("id"), Just("name"), Just("list"), Just("flag"), Just("small"), Just("kind")];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

const CONTENT_TYPES: [&str; 4] = ["application/json", "application/cbor", "application/hal+json", "text/plain"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_bodies(body in vec(any::<u8>(), 0..64), kind in 0..4_usize, path in prop_oneof![Just("/x"), Just("/y")]) {
        let headers = [(http::header::CONTENT_TYPE, CONTENT_TYPES[kind].into())];
        no_server_error(statuses("POST", path.as_bytes(), &headers, &body))?;
    }

    #[test]
    fn bodies_of_the_right_shape(value in json_like(), cbor: bool) {
        let mut body = serde_json::to_vec(&value).unwrap();
        if cbor {
            body.clear();
            ciborium::into_writer(&value, &mut body).unwrap();
        }
        let headers = [(http::header::CONTENT_TYPE, CONTENT_TYPES[usize::from(cbor)].into())];
        no_server_error(statuses("POST", b"/x", &headers, &body))?;
    }

    #[test]
    fn arbitrary_headers(value in vec(any::<u8>(), 0..40), parts in "[a-z*/,;=q.0-9\" W-]{0,30}", which in 0..9_usize) {
        let names = ["accept", "content-type", "if-none-match", "host", "forwarded", "x-forwarded-host",
            "x-forwarded-port", "x-forwarded-proto", "content-length"];
        let name = HeaderName::from_static(names[which]);
        for value in [value, parts.into_bytes()] {
            let headers = [(name.clone(), value)];
            no_server_error(statuses("GET", b"/x/1/a", &headers, b""))?;
            no_server_error(statuses("POST", b"/x", &headers, b"{}"))?;
        }
    }

    #[test]
    fn arbitrary_ids_and_queries(id in "[0-9a-z%+.-]{1,22}", text in "[!-~]{1,12}", query in "[!-~]{0,40}") {
        no_server_error(statuses("GET", format!("/x/{id}/{text}").as_bytes(), &[], b""))?;
        no_server_error(statuses("GET", format!("/x?{query}").as_bytes(), &[], b""))?;
        let known = format!("/x?offset={text}&limit={id}&soft_deleted_mode={text}&representation={text}&force={id}");
        no_server_error(statuses("GET", known.as_bytes(), &[], b""))?;
    }

    #[test]
    fn arbitrary_targets(uri in vec(any::<u8>(), 1..40)) {
        no_server_error(statuses("GET", &uri, &[], b""))?;
    }
}

#[test]
fn deep_nesting_is_refused_without_harm() {
    let headers = |kind: usize| [(http::header::CONTENT_TYPE, CONTENT_TYPES[kind].into())];
    let json = b"[".repeat(100_000);
    let cbor = [0x81_u8].repeat(100_000);
    for (kind, body) in [(0, json), (1, cbor)] {
        let found = statuses("POST", b"/x", &headers(kind), &body).unwrap();
        assert!(found.iter().all(|status| status.is_client_error()), "{found:?}");
    }
}
