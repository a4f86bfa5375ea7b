//! `/rest/v1/targetgroups` (management §5.4).

use axum::body::Body;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::support::{START, World, each, request};

async fn grouped() -> World {
    let world = World::start().await;
    let target = |id: &str, group: &str| json!({"controllerId": id, "group": group});
    let body = json!([
        target("a", "Europe"),
        target("b", "Europe/East"),
        target("c", "European"),
        target("d", "Asia"),
        {"controllerId": "e"},
    ]);
    world.post("/targets", body).await.expect(201);
    world
}

async fn ids(world: &World, path: &str) -> Vec<String> {
    let page = world.get(path).await.expect(200);
    each(&page["content"], "controllerId").into_iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn groups_are_listed_and_read() {
    let world = grouped().await;
    assert_eq!(world.get("/targetgroups").await.expect(200), json!(["Asia", "Europe", "Europe/East", "European"]));
    assert_eq!(ids(&world, "/targetgroups/assigned?group=europe").await, ["a"]);
    assert_eq!(ids(&world, "/targetgroups/assigned?group=Europe&subgroups=true").await, ["a", "b"]);
    assert_eq!(ids(&world, "/targetgroups/assigned?group=Europe%2FEast").await, ["b"]);
    assert_eq!(ids(&world, "/targetgroups/europe/assigned").await, ["a"]);
    assert!(ids(&world, "/targetgroups/nowhere/assigned").await.is_empty());
    let page = world.get("/targetgroups/assigned?group=Europe&subgroups=true&offset=1&limit=1").await.expect(200);
    assert_eq!((&page["total"], &page["size"]), (&json!(2), &json!(1)));
    for missing in ["/targetgroups/assigned", "/targetgroups/assigned?group="] {
        world.get(missing).await.refused(400, "repo.constraintViolation");
    }
}

#[tokio::test]
async fn listed_targets_are_regrouped() {
    let world = grouped().await;
    world.clock.advance(10);
    world.put("/targetgroups/assigned?group=New%2FOne", json!(["a", "ghost"])).await.expect_empty(204);
    let target = world.get("/targets/a").await.expect(200);
    assert_eq!((&target["group"], &target["lastModifiedAt"]), (&json!("New/One"), &json!(START)));
    world.put("/targetgroups/Two/assigned", json!(["b"])).await.expect_empty(204);
    assert_eq!(world.get("/targets/b").await.expect(200)["group"], "Two");
    for path in ["/targetgroups/assigned?group=x", "/targetgroups/x/assigned"] {
        world.put(path, json!([])).await.refused(400, "repo.constraintViolation");
    }
    world.put("/targetgroups/assigned", json!(["a"])).await.refused(400, "repo.constraintViolation");
    let remove = |body: &'static str| {
        let request = request("admin", Method::DELETE, "/targetgroups/assigned");
        world.send(request.header(CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap())
    };
    remove("[\"b\", \"ghost\"]").await.expect_empty(204);
    assert!(world.get("/targets/b").await.expect(200).get("group").is_none());
    remove("[]").await.refused(400, "repo.constraintViolation");
    remove("").await.refused(400, "repo.constraintViolation");
}

#[tokio::test]
async fn matching_targets_are_regrouped() {
    let world = grouped().await;
    world.call("admin", Method::PUT, "/targetgroups?group=New&q=group==Europe*", None).await.expect_empty(204);
    assert_eq!(ids(&world, "/targetgroups/new/assigned").await, ["a", "b", "c"]);
    world.call("admin", Method::PUT, "/targetgroups/Other?q=controllerid==e", None).await.expect_empty(204);
    world.call("admin", Method::PUT, "/targetgroups/Other?q=controllerid==nobody", None).await.expect_empty(204);
    world.delete("/targetgroups?q=group==New").await.expect_empty(204);
    assert_eq!(world.get("/targetgroups").await.expect(200), json!(["Asia", "Other"]));
    world
        .call("admin", Method::PUT, "/targetgroups?group=x&q=foo==1", None)
        .await
        .refused(400, "rest.param.rsqlInvalidField");
    for (method, path) in [
        (Method::PUT, "/targetgroups?group=x"),
        (Method::PUT, "/targetgroups?q=name==x"),
        (Method::DELETE, "/targetgroups"),
    ] {
        world.call("admin", method, path, None).await.refused(400, "repo.constraintViolation");
    }
}
