use harrier_domain::action::{ActionType, EntryDraft};
use harrier_domain::audit::Actor;
use harrier_domain::forcing;
use harrier_domain::target::UpdateStatus;
use serde_json::json;

use crate::bench::{Bench, MINUTE, feedback};

#[tokio::test]
async fn item_11_what_each_type_is_told() {
    use ActionType::{DownloadOnly, Forced, Soft, TimeForced};
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    let rows = [
        (Forced, "forced", "forced"),
        (Soft, "attempt", "attempt"),
        (TimeForced, "attempt", "attempt"),
        (DownloadOnly, "forced", "skip"),
    ];
    for (action_type, download, update) in rows {
        let id = action_type.name();
        bench.register(id).await;
        let action = bench
            .assign_as(id, software.set, |order| {
                order.action_type = action_type;
                order.forced_time = Some(bench.app.now() + MINUTE);
            })
            .await;
        let document = bench.get(&bench.get(id).await.href("deploymentBase")).await.json();
        assert_eq!(document["id"], action.to_string());
        let deployment = &document["deployment"];
        assert_eq!((&deployment["download"], &deployment["update"]), (&download.into(), &update.into()), "{id}");
        assert_eq!(deployment.get("maintenanceWindow"), None);
        assert_eq!(document.get("actionHistory"), None);
    }
    let before = bench.get("timeforced").await;
    bench.clock.advance(MINUTE);
    let after = bench.get("timeforced").await;
    assert_ne!(before.header("etag"), after.header("etag"));
    let document = bench.get(&after.href("deploymentBase")).await.json();
    assert_eq!(document["deployment"]["update"], "forced");
}

#[tokio::test]
async fn item_11_chunks_with_their_parts_files_and_visible_metadata() {
    let bench = Bench::new().await;
    let files: &[(&str, &[u8])] = &[("a b.bin", b"abc"), ("test123!\u{a7}$%&", b"")];
    let modules = [("os", files), ("runtime", &[]), ("application", &[])];
    let software = bench.software_of("one", &modules).await;
    bench.add_metadata(software.modules[0], &[("slot", "B", true), ("secret", "x", false)]).await;
    bench.add_metadata(software.modules[1], &[("secret", "x", false)]).await;
    bench.change_module(software.modules[2], |module| module.encrypted = true).await;
    bench.register("dev").await;
    bench.assign("dev", software.set).await;
    let document = bench.get("dev/deploymentBase/1").await.json();
    let chunks = document["deployment"]["chunks"].as_array().unwrap();
    let parts: Vec<_> = chunks.iter().map(|chunk| chunk["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["os", "jvm", "bApp"]);
    assert_eq!(chunks[0]["metadata"], json!([{"key": "slot", "value": "B"}]));
    assert_eq!(chunks[1].get("metadata"), None);
    assert_eq!(chunks[1]["artifacts"], json!([]));
    assert_eq!((chunks[0].get("encrypted"), &chunks[2]["encrypted"]), (None, &json!(true)));
    assert_eq!((&chunks[0]["name"], &chunks[0]["version"]), (&json!("one-os"), &json!("1.0")));
    let artifact = &chunks[0]["artifacts"][0];
    assert_eq!(artifact["size"], 3);
    assert_eq!(artifact["hashes"]["md5"], "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(artifact["hashes"]["sha1"], "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(artifact["hashes"]["sha256"].as_str().unwrap().len(), 64);
    let names: Vec<_> = (0..2)
        .map(|index| chunks[0]["artifacts"][index]["_links"]["download-http"]["href"].as_str().unwrap())
        .map(|href| href.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["a%20b.bin", "test123%21%C2%A7%24%25%26"]);
}

#[tokio::test]
async fn item_12_forcing_shows_in_the_poll() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign_as("dev", software.set, |order| order.action_type = ActionType::Soft).await;
    let soft = bench.get("dev").await;
    let user = Actor::User("ops".to_owned());
    bench
        .decide("dev", action, |target, action, now| {
            forcing::force(target, action, &user, now);
            Vec::new()
        })
        .await;
    let forced = bench.get_with("dev", ("if-none-match", soft.header("etag"))).await;
    assert_eq!(forced.status, 200);
    assert_ne!(forced.href("deploymentBase"), soft.href("deploymentBase"));
}

#[tokio::test]
async fn item_13_verbs_and_strangers() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    bench.register("other").await;
    let action = bench.assign("dev", software.set).await;
    let resource = format!("dev/deploymentBase/{action}");
    for verb in ["POST", "PUT", "DELETE"] {
        let reply = bench.send(verb, &resource, &json!({})).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET,HEAD"), "{verb}");
    }
    for verb in ["GET", "PUT", "DELETE"] {
        assert_eq!(bench.send(verb, &format!("{resource}/feedback"), &json!({})).await.status, 405, "{verb}");
    }
    for path in [
        "unknown/deploymentBase/1".to_owned(),
        "dev/deploymentBase/99".to_owned(),
        format!("other/deploymentBase/{action}"),
    ] {
        let reply = bench.get(&path).await;
        assert_eq!(
            (reply.status, &reply.json()["errorCode"]),
            (404, &json!("hawkbit.server.error.repo.entityNotFound"))
        );
        let reply = bench.post(&format!("{path}/feedback"), &feedback("closed", "success")).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    assert_eq!(
        bench.get("unknown/deploymentBase/1").await.json()["info"],
        json!({"type": "Target", "entityId": "unknown"})
    );
    assert_eq!(bench.get("dev/deploymentBase/abc").await.status, 400);
    assert_eq!(bench.target("unknown").await, None, "only polls register");
}

#[tokio::test]
async fn item_9_the_history_the_device_sees() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    let resource = format!("dev/deploymentBase/{action}");
    bench.get(&resource).await;
    for text in ["one", "two"] {
        let mut body = feedback("proceeding", "none");
        body["status"]["details"] = json!([text]);
        bench.post(&format!("{resource}/feedback"), &body).await;
    }
    bench.report("dev", action, "closed", "success").await;
    let initial = "Assignment initiated by user 'ops'";
    let rows: [(&str, &[&str]); 6] = [
        ("2", &["two", "one"]),
        ("1", &["two"]),
        ("-1", &["two", "one", initial]),
        ("1000", &["two", "one", initial]),
        ("0", &[]),
        ("", &[]),
    ];
    for (asked, expected) in rows {
        let reply = bench.get(&format!("{resource}?c=-1&actionHistory={asked}")).await;
        assert_eq!(reply.status, 200);
        let history = reply.json().get("actionHistory").cloned();
        let wanted = (!expected.is_empty()).then(|| json!({"status": "FINISHED", "messages": expected}));
        assert_eq!(history, wanted, "{asked}");
    }
    assert_eq!(bench.get(&format!("{resource}?c=x")).await.status, 400);
    assert_eq!(bench.get(&format!("{resource}?c=")).await.status, 200);
    assert_eq!(bench.get(&format!("{resource}?actionHistory=x")).await.status, 400);
}

#[tokio::test]
async fn item_9_messages_behind_many_entries_of_the_server() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    bench
        .decide("dev", action, |_, action, now| {
            let draft = || EntryDraft::server(harrier_domain::action::ActionStatus::Running, "nothing to see");
            (0..20).map(|_| action.record(draft(), now)).collect()
        })
        .await;
    let history = bench.get(&format!("dev/deploymentBase/{action}?actionHistory=1")).await.json();
    assert_eq!(history["actionHistory"]["messages"], json!(["Assignment initiated by user 'ops'"]));
}

#[tokio::test]
async fn the_retrieval_is_recorded_once_in_a_row() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    let resource = format!("dev/deploymentBase/{action}");
    let first = bench.get(&resource).await;
    let second = bench.get_with(&resource, ("if-none-match", first.header("etag"))).await;
    assert_eq!(second.status, 304);
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "RETRIEVED"]);
    let entry = bench.entries("dev", action).await.pop().unwrap();
    let text = "Update Server: Target retrieved update action and should start now the download.";
    assert_eq!(entry.messages, [text]);
    assert_eq!(bench.target("dev").await.unwrap().open_actions[0].status.name(), "RETRIEVED");
    bench.report("dev", action, "proceeding", "none").await;
    bench.get(&resource).await;
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "RETRIEVED", "RUNNING", "RETRIEVED"]);
    bench.report("dev", action, "closed", "success").await;
    assert_eq!(bench.get(&resource).await.status, 200);
    assert_eq!(bench.action("dev", action).await.status.name(), "FINISHED", "closed actions stay as they are");
    assert_eq!(bench.get("dev").await.rels(), ["configData", "installedBase"]);
}

#[tokio::test]
async fn the_retrieval_bypasses_the_quota() {
    let bench = Bench::with(|settings| settings.quotas.status_entries_per_action = 1).await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    assert_eq!(bench.report("dev", action, "proceeding", "none").await, 429);
    assert_eq!(bench.get(&format!("dev/deploymentBase/{action}")).await.status, 200);
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "RETRIEVED"]);
    assert_eq!(bench.report("dev", action, "closed", "success").await, 200, "closing always fits");
    assert_eq!(bench.target("dev").await.unwrap().update_status, UpdateStatus::InSync);
}

#[tokio::test]
async fn what_was_changed_before_an_assignment_is_what_it_delivers() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("a").await;
    bench.register("b").await;
    let file = |reply: &crate::bench::Reply| {
        reply.json()["deployment"]["chunks"][0]["artifacts"][0]["filename"].as_str().unwrap().to_owned()
    };
    let first = bench.assign("a", software.set).await;
    bench.clock.advance(5_000);
    assert_eq!(file(&bench.get(&format!("a/deploymentBase/{first}")).await), "image.bin");
    bench.change_module(software.modules[0], |module| module.artifacts[0].filename = "new.bin".to_owned()).await;
    assert_eq!(file(&bench.get(&format!("a/deploymentBase/{first}")).await), "image.bin", "remembered for a minute");
    let second = bench.assign("b", software.set).await;
    assert_eq!(file(&bench.get(&format!("b/deploymentBase/{second}")).await), "new.bin");
    let path = format!("b/softwaremodules/{}/artifacts", software.modules[0]);
    assert_eq!(bench.get(&path).await.json()[0]["filename"], "new.bin");
}
