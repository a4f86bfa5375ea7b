//! Lists of rollouts, groups and their targets (management §5.10, §7 no. 100–103).

use serde_json::{Value, json};

use super::{Fleet, ROLLOUTS, groups_of, id};

fn names(page: &Value) -> Vec<&str> {
    let content = page["content"].as_array().expect("a page");
    content.iter().map(|one| one["name"].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn rollouts_are_searched_sorted_and_paged() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 2).await;
    let (set, other) = (fleet.set("release").await, fleet.set("other").await);
    fleet.ready("one", "name==*", set, json!({})).await;
    fleet.running("two", "name==*", other, json!({})).await;
    fleet.ready("three", "name==*", set, json!({})).await;
    let table = [
        ("", vec!["one", "two", "three"]),
        ("?sort=name:DESC", vec!["two", "three", "one"]),
        ("?q=status==ready", vec!["one", "three"]),
        ("?q=distributionset.name==other", vec!["two"]),
        ("?q=distributionset.type.key==os;name==t*", vec!["two", "three"]),
        ("?offset=1&limit=1", vec!["two"]),
    ];
    for (query, expected) in table {
        let page = fleet.admin().get(&format!("{ROLLOUTS}{query}")).await.expect(200).json();
        assert_eq!(names(&page), expected, "{query}");
    }
    let compact = fleet.admin().get(ROLLOUTS).await.expect(200).json();
    assert!(compact["content"][0]["totalTargetsPerStatus"].is_null());
    let full = fleet.admin().get(&format!("{ROLLOUTS}?representation=full")).await.expect(200).json();
    assert_eq!(full["content"][1]["totalTargetsPerStatus"]["running"], json!(2));
    Fleet::refused(fleet.admin().get(&format!("{ROLLOUTS}?q=totaltargets==1")).await, 400, "rsqlInvalidField");
    Fleet::refused(fleet.admin().get(&format!("{ROLLOUTS}?soft_deleted_mode=x")).await, 400, "notReadable");
}

#[tokio::test]
async fn groups_belong_to_their_rollout() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 4).await;
    let set = fleet.set("release").await;
    let one = fleet.ready("one", "name==*", set, json!({ "amountGroups": 3 })).await;
    let two = fleet.ready("two", "name==*", set, json!({})).await;
    let groups = format!("{ROLLOUTS}/{one}/deploygroups");
    let page = fleet.admin().get(&format!("{groups}?q=name==group-2")).await.expect(200).json();
    assert_eq!((names(&page), &page["total"]), (vec!["group-2"], &json!(1)));
    let page = fleet.admin().get(&format!("{groups}?sort=name:DESC&limit=2")).await.expect(200).json();
    assert_eq!((names(&page), &page["total"]), (vec!["group-3", "group-2"], &json!(3)));
    // An empty full page claims that there is nothing (no. 102).
    let beyond = |form: &str| format!("{groups}?offset=9&representation={form}");
    assert_eq!(fleet.admin().get(&beyond("full")).await.expect(200).json()["total"], json!(0));
    assert_eq!(fleet.admin().get(&beyond("compact")).await.expect(200).json()["total"], json!(3));
    let foreign = id(&fleet.groups(two).await[0]);
    let refused = fleet.admin().get(&format!("{groups}/{foreign}")).await.expect(404).json();
    assert_eq!(refused["info"], json!({ "type": "RolloutGroup", "entityId": foreign }));
    let _ = fleet.admin().get(&format!("{ROLLOUTS}/4711/deploygroups")).await.expect(404);
    let own = id(&fleet.groups(one).await[0]);
    let shown = fleet.admin().get(&format!("{groups}/{own}")).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["confirmationRequired"]), (&json!("group-1"), &Value::Null));
}

#[tokio::test]
async fn targets_of_a_group_are_planned_before_the_start_and_those_with_actions_after_it() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 6).await;
    let set = fleet.set("release").await;
    let made = id(&fleet.ask("first", "name==*", set, groups_of(2, 100, "NEXTGROUP", 50)).await.expect(201).json());
    assert_eq!(fleet.members(made, 0).await, Vec::<String>::new(), "while it is made");
    fleet.settle().await;
    assert_eq!(fleet.members(made, 1).await, targets[3..]);
    fleet.command(made, "start").await;
    fleet.remove(&targets[4..5]).await;
    let group = id(&fleet.groups(made).await[1]);
    let path = format!("{ROLLOUTS}/{made}/deploygroups/{group}/targets");
    let ids = |page: &Value| {
        let content = page["content"].as_array().expect("a page").iter();
        content.map(|one| one["controllerId"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let page = fleet.admin().get(&path).await.expect(200).json();
    assert_eq!((ids(&page), &page["total"]), (vec!["a-03".into(), "a-05".into()], &json!(2)));
    let page = fleet.admin().get(&format!("{path}?sort=name:DESC&limit=1")).await.expect(200).json();
    assert_eq!((ids(&page), &page["total"]), (vec!["a-05".into()], &json!(2)));
    let page = fleet.admin().get(&format!("{path}?sort=id:DESC&limit=1&offset=1")).await.expect(200).json();
    assert_eq!(ids(&page), ["a-03"]);
    let page = fleet.admin().get(&format!("{path}?q=controllerid==a-05,controllerid==a-00")).await.expect(200).json();
    assert_eq!((ids(&page), &page["total"]), (vec!["a-05".into()], &json!(1)));
    Fleet::refused(fleet.admin().get(&format!("{path}?sort=controllerid:ASC")).await, 400, "invalidField");
}

#[tokio::test]
async fn a_rollout_is_renamed() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    let one = fleet.ready("one", "name==*", set, json!({})).await;
    fleet.ready("two", "name==*", set, json!({})).await;
    let path = format!("{ROLLOUTS}/{one}");
    fleet.clock.advance(5);
    let changed = fleet.admin().put(&path, json!({ "name": "first", "description": "d" })).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("first"), &json!("d")));
    fleet.clock.advance(5);
    let same = fleet.admin().put(&path, json!({ "name": "first" })).await.expect(200).json();
    assert_eq!(same["lastModifiedAt"], changed["lastModifiedAt"]);
    Fleet::refused(fleet.admin().put(&path, json!({ "name": "two" })).await, 409, "entityAlreadyExists");
    fleet.ready("one", "name==*", set, json!({})).await;
}

#[tokio::test]
async fn actions_name_their_rollout() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, json!({})).await;
    let action = id(&fleet.actions("a-00").await[0]);
    for path in [format!("/rest/v1/actions/{action}"), format!("/rest/v1/targets/a-00/actions/{action}")] {
        let shown = fleet.admin().get(&path).await.expect(200).json();
        assert_eq!((&shown["rollout"], &shown["rolloutName"]), (&json!(rollout), &json!("first")), "{path}");
        assert_eq!(shown["_links"]["rollout"]["name"], json!("first"));
    }
    for query in ["rollout.name==first", "rolloutgroup.name==group-1", "rollout.id==1"] {
        let found = fleet.admin().get(&format!("/rest/v1/actions?q={query}")).await.expect(200).json();
        assert_eq!(found["total"], json!(1), "{query}");
    }
}
