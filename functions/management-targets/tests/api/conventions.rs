//! Management §7 no. 1–12, shown on `/targets`.

use axum::body::Body;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{Method, Request};
use serde_json::json;

use crate::support::{World, each, request};

#[tokio::test]
async fn pages_are_clamped_and_counted() {
    let world = World::start().await;
    let ids: Vec<String> = (0..60).map(|number| format!("t{number:02}")).collect();
    world.targets(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    // No. 1.
    for (query, size) in [("", 50), ("?limit=1000", 60), ("?limit=0", 50), ("?limit=-5", 50), ("?limit=7", 7)] {
        let page = world.get(&format!("/targets{query}")).await.expect(200);
        assert_eq!((page["total"].as_i64(), page["size"].as_i64()), (Some(60), Some(size)), "{query}");
    }
    let page = world.get("/targets?offset=-1&limit=2").await.expect(200);
    assert_eq!(each(&page["content"], "controllerId"), ["t00", "t01"]);
    // No. 2.
    let page = world.get("/targets?offset=100").await.expect(200);
    assert_eq!(page, json!({"content": [], "total": 60, "size": 0}));
}

#[tokio::test]
async fn sort_and_query_errors_have_their_codes() {
    let world = World::start().await;
    let table = [
        ("sort=name", "rest.param.sortParamSyntax"),
        ("sort=foo:asc", "rest.param.invalidField"),
        ("sort=name:up", "rest.param.invalidDirection"),
        ("q=foo==1", "rest.param.rsqlInvalidField"),
        ("q=name==", "rest.param.rsqlParamSyntax"),
        ("q=name=like=x", "rest.param.rsqlParamSyntax"),
    ];
    for (query, code) in table {
        world.get(&format!("/targets?{query}")).await.refused(400, code);
    }
    world.get("/targets?sort=NAME:asc,ID:desc").await.expect(200);
    world.get("/targets?limit=abc").await.refused(400, "rest.body.notReadable");
}

#[tokio::test]
async fn requests_are_read_as_the_conventions_say() {
    let world = World::start().await;
    let post = |content_type: &str, body: &'static str| {
        let request = request("admin", Method::POST, "/targets").header(CONTENT_TYPE, content_type);
        world.send(request.body(Body::from(body)).unwrap())
    };
    // No. 5 and 6.
    let refusal = post("application/json", "{").await.refused(400, "rest.body.notReadable");
    assert!(refusal.get("info").is_none());
    post("application/json", "").await.refused(400, "rest.body.notReadable");
    post("text/plain", "x").await.expect(415);
    post("application/hal+json", "{\"controllerId\": 7}").await.expect(201);
    let html = Request::builder()
        .uri("http://localhost/rest/v1/targets")
        .header(AUTHORIZATION, request("admin", Method::GET, "/").headers_ref().unwrap()[AUTHORIZATION].clone())
        .header(ACCEPT, "text/html");
    world.send(html.body(Body::empty()).unwrap()).await.expect(406);
    world.put("/targets", json!([])).await.expect(405);
    world.delete("/targets").await.expect(405);
}

#[tokio::test]
async fn callers_need_the_authority() {
    let world = World::start().await;
    world.user("reader", &["READ_TARGET"]).await;
    world.user("nobody", &[]).await;
    // No. 8.
    world.call("nobody", Method::GET, "/targets", None).await.refused(403, "insufficientPermission");
    world.call("stranger", Method::GET, "/targets", None).await.expect(401);
    world.call("reader", Method::GET, "/targets", None).await.expect(200);
    let body = json!([{"controllerId": "a"}]);
    world.call("reader", Method::POST, "/targets", Some(body)).await.refused(403, "insufficientPermission");
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let world = World::start().await;
    world.targets(&["x"]).await;
    // No. 11.
    let first = world.get("/targets/x").await;
    let again = request("admin", Method::GET, "/targets/x").header(IF_NONE_MATCH, first.headers[ETAG].clone());
    world.send(again.body(Body::empty()).unwrap()).await.expect_empty(304);
}
