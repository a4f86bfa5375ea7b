//! Distribution sets, modules, artifacts: 47–60.

use super::{API, Scene, id};
use harrier_tests::Answer;
use serde_json::{Value, json};

async fn set_holding(scene: &Scene, name: &str, modules: &[i64]) -> i64 {
    let modules: Vec<Value> = modules.iter().map(|id| json!({ "id": id })).collect();
    scene.create("distributionsets", json!({ "name": name, "version": "1", "type": "os", "modules": modules })).await
}

async fn locked(scene: &Scene, path: &str) -> bool {
    scene.get(path).await["locked"].as_bool().unwrap()
}

async fn upload(scene: &Scene, module: i64, query: &str, file: &str, content: &[u8]) -> Answer {
    scene.world.admin.upload(&format!("{API}/softwaremodules/{module}/artifacts{query}"), file, content).await
}

async fn download(scene: &Scene, module: i64, artifact: i64) -> Answer {
    scene.world.admin.get(&format!("{API}/softwaremodules/{module}/artifacts/{artifact}/download")).await
}

#[tokio::test]
async fn surprise_47_48_what_makes_a_set_complete() {
    let scene = Scene::start().await;
    let kind = json!({ "key": "demanding", "name": "demanding", "maxAssignments": 1, "minArtifacts": 1 });
    let kind = scene.create("softwaremoduletypes", kind).await;
    let lenient = json!({ "key": "lenient", "name": "lenient", "optionalmodules": [{ "id": kind }] });
    scene.create("distributionsettypes", lenient).await;
    let empty = scene.create("distributionsets", json!({ "name": "e", "version": "1", "type": "lenient" })).await;
    assert_eq!(scene.get(&format!("distributionsets/{empty}")).await["complete"], false, "no module at all");

    let module = scene.create("softwaremodules", json!({ "name": "m", "version": "1", "type": "demanding" })).await;
    let set = json!({ "name": "s", "version": "1", "type": "lenient", "modules": [{ "id": module }] });
    let set = scene.create("distributionsets", set).await;
    assert_eq!(scene.get(&format!("distributionsets/{set}")).await["complete"], false, "its module lacks a file");
    let _ = upload(&scene, module, "", "file", b"content").await.expect(201);
    assert_eq!(scene.get(&format!("distributionsets/{set}")).await["complete"], true);
}

#[tokio::test]
async fn surprise_49_51_locks_of_sets_and_modules() {
    let scene = Scene::start().await;
    let module = scene.module("m").await;
    let set = set_holding(&scene, "s", &[module]).await;
    let (set_path, module_path) = (format!("distributionsets/{set}"), format!("softwaremodules/{module}"));
    let _ = scene.put(&set_path, json!({ "locked": true })).await.expect(200);
    assert!(locked(&scene, &module_path).await, "with its set");
    assert_eq!(scene.delete(&module_path).await.expect(423).error(), "locked");
    let _ = scene.put(&module_path, json!({ "locked": false })).await.expect(200);
    assert!(locked(&scene, &set_path).await, "a module by itself");
    let _ = scene.put(&module_path, json!({ "locked": true })).await.expect(200);
    let _ = scene.put(&set_path, json!({ "locked": false })).await.expect(200);
    assert!(locked(&scene, &module_path).await, "stays locked without its set");
    let _ = scene.delete(&module_path).await.expect(204);
}

#[tokio::test]
async fn surprise_50_52_deleting_sets() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let (unused, used) = (scene.set("unused").await, scene.set("used").await);
    let _ = scene.put(&format!("distributionsets/{unused}"), json!({ "locked": true })).await.expect(200);
    let _ = scene.delete(&format!("distributionsets/{unused}")).await.expect(204);
    let _ = scene.world.admin.get(&format!("{API}/distributionsets/{unused}")).await.expect(404);
    scene.assign("dev", used).await;
    for _ in 0..2 {
        let _ = scene.delete(&format!("distributionsets/{used}")).await.expect(204);
        assert_eq!(scene.get(&format!("distributionsets/{used}")).await["deleted"], true);
    }
}

#[tokio::test]
async fn surprise_53_a_module_of_a_deleted_set_is_deleted_softly() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let module = scene.module("m").await;
    let set = set_holding(&scene, "s", &[module]).await;
    scene.assign("dev", set).await;
    let _ = scene.delete(&format!("distributionsets/{set}")).await.expect(204);
    let _ = scene.delete(&format!("softwaremodules/{module}")).await.expect(204);
    assert_eq!(scene.get(&format!("softwaremodules/{module}")).await["deleted"], true);
}

#[tokio::test]
async fn surprise_54_a_shared_binary_lives_as_long_as_any_module() {
    let scene = Scene::start().await;
    let modules = [scene.module("m").await, scene.module("n").await];
    let mut artifacts = Vec::new();
    for module in modules {
        artifacts.push(id(&upload(&scene, module, "", "file", b"the same").await.expect(201).json()));
    }
    let _ = scene.delete(&format!("softwaremodules/{}", modules[0])).await.expect(204);
    assert_eq!(download(&scene, modules[1], artifacts[1]).await.expect(200).body, b"the same".as_slice());
}

#[tokio::test]
async fn surprise_56_a_set_takes_only_what_its_type_lists() {
    let scene = Scene::start().await;
    let set = set_holding(&scene, "s", &[]).await;
    let module = scene.create("softwaremodules", json!({ "name": "a", "version": "1", "type": "application" })).await;
    let refused =
        scene.post(&format!("distributionsets/{set}/assignedSM"), json!([{ "id": module }])).await.expect(400);
    assert_eq!(refused.error(), "unsupported");
}

#[tokio::test]
async fn surprise_57_an_invalid_set_takes_no_changes_but_goes() {
    let scene = Scene::start().await;
    let set = scene.set("s").await;
    let path = format!("distributionsets/{set}");
    let _ = scene.post(&format!("{path}/metadata"), json!([{ "key": "k", "value": "v" }])).await.expect(201);
    let none = json!({ "actionCancelationType": "none" });
    let _ = scene.post(&format!("{path}/invalidate"), none).await.expect(204);
    let module = scene.module("other").await;
    let refusals = [
        scene.post(&format!("{path}/assignedSM"), json!([{ "id": module }])).await,
        scene.post(&format!("{path}/metadata"), json!([{ "key": "l", "value": "v" }])).await,
        scene.put(&format!("{path}/metadata/k"), json!({ "value": "w" })).await,
        scene.put(&path, json!({ "name": "n" })).await,
    ];
    for refusal in refusals {
        assert_eq!((refusal.status, refusal.error().as_str()), (400, "invalid"));
    }
    let _ = scene.delete(&path).await.expect(204);
}

#[tokio::test]
async fn surprise_58_no_auto_assignment_is_no_number() {
    let scene = Scene::start().await;
    let set = scene.set("s").await;
    let statistics = scene.get(&format!("distributionsets/{set}/statistics/autoassignments")).await;
    assert_eq!(statistics, json!({}));
}

#[tokio::test]
async fn surprise_59_wrong_hashes_are_told_in_order() {
    let scene = Scene::start().await;
    let module = scene.module("m").await;
    let wrong = ["sha1sum=0", "md5sum=0", "sha256sum=0"];
    for first in 0..wrong.len() {
        let refused = upload(&scene, module, &format!("?{}", wrong[first..].join("&")), "file", b"content").await;
        let which = ["sha1", "md5", "sha256"][first];
        let code = refused.clone().expect(400).json()["errorCode"].as_str().unwrap().to_owned();
        assert!(code.contains(&format!(".{which}.")), "{code}");
    }
    assert_eq!(scene.get(&format!("softwaremodules/{module}/artifacts")).await, json!([]));
    let _ = upload(&scene, module, "", "file", b"content").await.expect(201);
}

#[tokio::test]
async fn surprise_60_the_same_content_counts_twice_for_the_quota() {
    let scene = Scene::with_quotas(|quotas| quotas.artifact_storage = 20).await;
    let modules = [scene.module("m").await, scene.module("n").await];
    let _ = upload(&scene, modules[0], "", "file", b"ten bytes.").await.expect(201);
    let _ = upload(&scene, modules[0], "", "file", b"ten bytes.").await.expect(409);
    let _ = upload(&scene, modules[1], "", "other", b"ten bytes.").await.expect(201);
    assert_eq!(upload(&scene, modules[1], "", "third", b"x").await.expect(429).error(), "storageExceeded");
}
