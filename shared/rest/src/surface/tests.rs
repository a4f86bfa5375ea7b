use axum::body::to_bytes;
use axum::routing::{delete, get, post, put};
use serde::Serialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{ApiResult, Hal, Json, Links, Page, PageRequest, Path, no_content};

#[derive(Serialize)]
struct Poll {
    sleep: &'static str,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    links: Links,
}

async fn poll(Path((tenant, controller)): Path<(String, String)>, origin: Origin) -> Hal<Poll> {
    let base = origin.href("").segment(tenant).segment("controller").segment("v1").segment(controller);
    Hal::ok(Poll { sleep: "00:05:00", links: Links::new().with("configData", base.segment("configData")) }).linked()
}

async fn idle() -> Hal<Poll> {
    Hal::ok(Poll { sleep: "00:05:00", links: Links::new() }).linked()
}

async fn list(page: PageRequest) -> Hal<Page<usize>> {
    Hal::ok(Page::new(vec![page.offset, page.limit], 7))
}

async fn number(Path(id): Path<i64>) -> ApiResult<Hal<Value>> {
    match id {
        404 => Err(harrier_domain::Error::not_found(harrier_domain::error::Entity::Rollout, id).into()),
        503 => Err(ApiError::unavailable()),
        _ => Ok(Hal::ok(json!({ "id": id }))),
    }
}

async fn echo(Json(body): Json<Value>) -> Hal<Value> {
    Hal::created(body)
}

async fn boom() -> StatusCode {
    panic!("a bug")
}

fn management() -> Router {
    let router = Router::new()
        .route("/rest/v1/targets", get(list).post(echo))
        .route("/rest/v1/targets/{id}", delete(|| async { no_content() }))
        .route("/rest/v1/targets/{id}/metadata/{key}", get(|| async { Hal::ok(json!({})) }))
        .route("/rest/v1/rollouts/{id}", get(number).put(echo))
        .route("/rest/v1/softwaremodules/{id}/artifacts/{artifact}/download", get(|| async { "bytes" }))
        .route("/rest/v1/boom", get(boom));
    Surface::management().apply(router)
}

fn device() -> Router {
    let router = Router::new()
        .route("/{tenant}/controller/v1/{controller}", get(poll))
        .route("/{tenant}/controller/v1/{controller}/idle", get(idle))
        .route(
            "/{tenant}/controller/v1/{controller}/deploymentBase/{id}",
            get(|path: Path<(String, String, i64)>| {
                let Path((_, _, id)) = path;
                number(Path(id))
            }),
        )
        .route("/{tenant}/controller/v1/{controller}/configData", put(|_: Json<Value>| async {}))
        .route("/{tenant}/controller/v1/{controller}/feedback", post(|_: Json<Value>| async {}))
        .route(
            "/{tenant}/controller/v1/{controller}/softwaremodules/{module}/artifacts",
            get(|| async { Hal::ok(json!([])).untagged() }),
        )
        .route("/{tenant}/controller/v1/{controller}/softwaremodules/{module}/artifacts/{file}", get(|| async { "b" }));
    Surface::device().apply(router)
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(router: Router, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

#[tokio::test]
async fn the_media_type_matrix() {
    let table: &[(&str, &str, &str, u16, &str)] = &[
        ("GET", "/rest/v1/targets", "", 200, "application/hal+json"),
        ("GET", "/rest/v1/targets", "application/json", 200, "application/json"),
        ("GET", "/rest/v1/targets", "text/html", 406, ""),
        ("HEAD", "/rest/v1/targets", "text/html", 406, ""),
        ("POST", "/rest/v1/targets", "text/html", 406, ""),
        ("DELETE", "/rest/v1/targets/a", "text/html", 204, ""),
        ("GET", "/rest/v1/unknown", "text/html", 404, ""),
        ("PUT", "/rest/v1/rollouts/1", "", 201, "application/json"),
        ("PUT", "/rest/v1/rollouts/1", "application/hal+json", 201, "application/hal+json"),
        ("GET", "/rest/v1/rollouts/1", "", 200, "application/hal+json"),
        ("GET", "/rest/v1/rollouts/404", "application/json", 404, "application/json"),
        ("GET", "/rest/v1/rollouts/404", "", 404, "application/hal+json"),
        ("GET", "/rest/v1/targets/a/metadata/k", "", 200, "application/json"),
        ("GET", "/rest/v1/targets/a/metadata/k", "application/hal+json", 406, ""),
        ("GET", "/rest/v1/softwaremodules/1/artifacts/2/download", "text/html", 200, "text/plain; charset=utf-8"),
    ];
    for (method, path, accept, status, content_type) in table {
        let headers = [("accept", *accept), ("content-type", "application/json")];
        let answer = ask(management(), method, path, &headers, "{}").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (*status, *content_type),
            "{method} {path} {accept}"
        );
    }
}

#[tokio::test]
async fn unknown_paths_and_methods() {
    let table =
        [("GET", "/rest/v1/nothing", 404), ("DELETE", "/rest/v1/targets", 405), ("GET", "/rest/v1/rollouts/x", 400)];
    for (method, path, status) in table {
        let answer = ask(management(), method, path, &[], "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("allow").is_empty(), status != 405, "{method} {path}");
    }
    let too_big = "/rest/v1/rollouts/99999999999999999999";
    assert_eq!(ask(management(), "GET", too_big, &[], "").await.status, 400);
}

#[tokio::test]
async fn an_unchanged_answer_is_304() {
    let first = ask(management(), "GET", "/rest/v1/targets", &[], "").await;
    let tag = first.header("etag");
    assert_eq!(tag, etag::of(&first.body));
    let again = ask(management(), "GET", "/rest/v1/targets", &[("if-none-match", tag)], "").await;
    assert_eq!((again.status, again.header("etag"), again.body.len()), (304, tag, 0));
    assert_eq!(again.header("content-type"), "");
    let other = ask(management(), "GET", "/rest/v1/targets?limit=1", &[("if-none-match", tag)], "").await;
    assert_eq!(other.status, 200);
    let head = ask(management(), "HEAD", "/rest/v1/targets", &[], "").await;
    let length = first.body.len().to_string();
    assert_eq!((head.header("etag"), head.header("content-length"), head.body.len()), (tag, length.as_str(), 0));
}

#[tokio::test]
async fn only_successful_reads_are_tagged() {
    let headers = [("content-type", "application/json")];
    assert_eq!(ask(management(), "POST", "/rest/v1/targets", &headers, "{}").await.header("etag"), "");
    assert_eq!(ask(management(), "GET", "/rest/v1/rollouts/404", &[], "").await.header("etag"), "");
    let artifacts = "/T/controller/v1/d/softwaremodules/1/artifacts";
    assert_eq!(ask(device(), "GET", artifacts, &[], "").await.header("etag"), "");
}

#[tokio::test]
async fn every_answer_says_its_length() {
    for (method, path, length) in [
        ("GET", "/T/controller/v1/d/idle", "20"),
        ("POST", "/T/controller/v1/d/feedback", "0"),
        ("GET", "/T/controller/v1/d/nothing", "0"),
    ] {
        let answer = ask(device(), method, path, &[("content-type", "application/json")], "{}").await;
        assert_eq!(answer.header("content-length"), length, "{method} {path}");
    }
}

#[tokio::test]
async fn devices_get_hal_json_or_cbor() {
    let headers = [("host", "fw.example.org:8080")];
    let hal = ask(device(), "GET", "/acme/controller/v1/d%207", &headers, "").await;
    let expected = r#"{"sleep":"00:05:00","_links":{"configData":{"href":"http://fw.example.org:8080/acme/controller/v1/d%207/configData"}}}"#;
    assert_eq!(String::from_utf8(hal.body).unwrap(), expected);
    let headers = [("accept", "application/cbor")];
    let cbor = ask(device(), "GET", "/acme/controller/v1/d", &headers, "").await;
    assert_eq!((cbor.status, cbor.header("content-type")), (200, "application/cbor"));
    assert_eq!(cbor.header("etag"), etag::of(&cbor.body));
    let links = json!([{ "rel": "configData", "href": "http://localhost/acme/controller/v1/d/configData" }]);
    assert_eq!(crate::cbor::to_json(&cbor.body), Ok(json!({ "sleep": "00:05:00", "links": links })));
    let idle = ask(device(), "GET", "/acme/controller/v1/d/idle", &headers, "").await;
    assert_eq!(crate::cbor::to_json(&idle.body), Ok(json!({ "sleep": "00:05:00", "links": [] })));
    let missing = ask(device(), "GET", "/acme/controller/v1/d/deploymentBase/404", &headers, "").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "application/cbor"));
}

#[tokio::test]
async fn devices_are_refused_by_the_contract() {
    let json = ("content-type", "application/json");
    type Row<'r> = (&'r str, &'r str, &'r [(&'r str, &'r str)], u16);
    let table: &[Row<'_>] = &[
        ("GET", "/T/controller/v1/d", &[("accept", "application/atom+xml")], 406),
        ("GET", "/T/controller/v1/d/softwaremodules/1/artifacts/f", &[("accept", "application/json")], 200),
        ("GET", "/T/controller/v1/", &[], 404),
        ("POST", "/T/controller/v1/d", &[], 405),
        ("PUT", "/T/controller/v1/d/configData", &[json, ("accept", "application/atom+xml")], 200),
        ("PUT", "/T/controller/v1/d/configData", &[("content-type", "application/hal+json")], 415),
        ("GET", "/T/controller/v1/d/deploymentBase/x", &[], 400),
        ("GET", "/T/controller/v1/d", &[("host", "evil/path")], 400),
    ];
    for (method, path, headers, status) in table {
        assert_eq!(ask(device(), method, path, headers, "{}").await.status, *status, "{method} {path} {headers:?}");
    }
}

#[tokio::test]
async fn an_overloaded_backend_is_429_to_devices_and_503_to_users() {
    let answer = ask(device(), "GET", "/T/controller/v1/d/deploymentBase/503", &[], "").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    let answer = ask(management(), "GET", "/rest/v1/rollouts/503", &[], "").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    for path in ["/T/controller/v1/d", "/T/controller/v1/d/nothing", "/T/controller/v1/d/deploymentBase/x"] {
        let answer = ask(device(), "GET", path, &[], "").await;
        let expected = [
            ("cache-control", "no-cache, no-store, max-age=0, must-revalidate"),
            ("pragma", "no-cache"),
            ("expires", "0"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("x-xss-protection", "0"),
            ("strict-transport-security", ""),
        ];
        for (name, value) in expected {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
    }
    let https = OriginPolicy { public_base_url: Some("https://h".to_owned()), ..OriginPolicy::default() };
    let router = Surface::device().origin(https).apply(Router::new().route("/", get(idle)));
    assert!(!ask(router, "GET", "/", &[], "").await.header("strict-transport-security").is_empty());
}

#[tokio::test]
async fn a_panic_is_an_empty_500() {
    let answer = ask(management(), "GET", "/rest/v1/boom", &[], "").await;
    assert_eq!((answer.status, answer.body.len()), (500, 0));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn surfaces_of_two_apis_merge() {
    let merged = management().merge(device());
    assert_eq!(ask(merged.clone(), "GET", "/rest/v1/targets", &[], "").await.status, 200);
    assert_eq!(ask(merged.clone(), "GET", "/T/controller/v1/d", &[], "").await.status, 200);
    assert_eq!(ask(merged, "GET", "/nothing", &[], "").await.status, 404);
}

#[test]
fn patterns_match_whole_paths() {
    let table = [
        ("/a/{x}", "/a/1", true),
        ("/a/{x}", "/a/", false),
        ("/a/{x}", "/a/1/b", false),
        ("/a/{x}/b", "/a/1/b", true),
        ("/a/{*x}", "/a/1/2", true),
        ("/a/{*x}", "/a", false),
        ("/a/{*x}", "/a/", false),
    ];
    for (pattern, path, expected) in table {
        assert_eq!(path_matches(pattern, path), expected, "{pattern} {path}");
    }
}
