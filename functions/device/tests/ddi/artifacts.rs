use harrier_runtime::DeliveryMode;
use serde_json::json;

use crate::bench::{Bench, GATEWAY};

const CONTENT: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// One action that holds one module with one file.
async fn assigned() -> (Bench, i64, String) {
    let bench = Bench::new().await;
    let (action, base) = assign(&bench).await;
    (bench, action, base)
}

async fn assign(bench: &Bench) -> (i64, String) {
    let software = bench.software_of("one", &[("os", &[("fw 1.bin", CONTENT)])]).await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    (action, format!("dev/softwaremodules/{}/artifacts", software.modules[0]))
}

#[tokio::test]
async fn item_26_who_may_have_what() {
    let bench = Bench::new().await;
    let (one, two) = (bench.software("one").await, bench.software("two").await);
    bench.register("dev").await;
    let statuses = |module: i64| {
        let (bench, base) = (&bench, format!("dev/softwaremodules/{module}/artifacts"));
        async move {
            let file = format!("{base}/image.bin");
            let list = bench.get(&base).await.status;
            let whole = bench.get(&file).await.status;
            let part = bench.get_with(&file, ("range", "bytes=0-0")).await.status;
            let head = bench.call("HEAD", &file, &[GATEWAY], "").await.status;
            [list, whole, part, head, bench.get(&format!("{file}.MD5SUM")).await.status]
        }
    };
    let module = one.modules[0];
    assert_eq!(statuses(module).await, [404; 5], "unassigned");
    let reply = bench.get(&format!("dev/softwaremodules/{module}/artifacts/image.bin")).await;
    let class = "org.eclipse.hawkbit.repository.exception.SoftwareModuleNotAssignedToTargetException";
    assert_eq!(reply.json()["exceptionClass"], class);
    let action = bench.assign("dev", one.set).await;
    assert_eq!(statuses(module).await, [200, 200, 206, 200, 200], "assigned");
    assert_eq!(statuses(two.modules[0]).await, [404; 5]);
    bench.report("dev", action, "closed", "success").await;
    assert_eq!(statuses(module).await, [200, 404, 404, 404, 404], "installed: the list only");
    let second = bench.assign("dev", two.set).await;
    assert_eq!(statuses(two.modules[0]).await, [200, 200, 206, 200, 200]);
    bench.cancel("dev", second).await;
    assert_eq!(statuses(two.modules[0]).await, [404; 5], "cancelling");
    assert_eq!(bench.get("dev/softwaremodules/9999/artifacts").await.status, 404);
    assert_eq!(bench.get("dev/softwaremodules/x/artifacts").await.status, 400);
    assert_eq!(bench.get(&format!("unknown/softwaremodules/{module}/artifacts")).await.status, 404);
}

#[tokio::test]
async fn item_26_tenants_that_are_not_checked() {
    for listed in ["*", "default"] {
        let bench = Bench::with(|settings| settings.unchecked_download_tenants = vec![listed.to_owned()]).await;
        let software = bench.software("one").await;
        bench.register("dev").await;
        let base = format!("dev/softwaremodules/{}/artifacts", software.modules[0]);
        for path in [base.clone(), format!("{base}/image.bin"), format!("{base}/image.bin.MD5SUM")] {
            assert_eq!(bench.get(&path).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn the_list_is_an_array_without_a_tag() {
    let (bench, _, base) = assigned().await;
    let reply = bench.get(&base).await;
    assert_eq!((reply.header("etag"), reply.header("content-type")), ("", "application/hal+json"));
    let list = reply.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["filename"], "fw 1.bin");
    assert!(list[0]["_links"]["download-http"]["href"].as_str().unwrap().ends_with("/fw%201.bin"));
}

#[tokio::test]
async fn item_27_preconditions_come_before_the_permission() {
    let (bench, action, base) = assigned().await;
    let file = format!("{base}/fw%201.bin");
    let sha1 = bench.get(&file).await.header("etag").trim_matches('"').to_owned();
    for (value, expected) in
        [(sha1.clone(), 200), (format!("\"{sha1}\""), 200), ("*".to_owned(), 200), ("zz".to_owned(), 412)]
    {
        assert_eq!(bench.get_with(&file, ("if-match", &value)).await.status, expected, "{value}");
    }
    bench.cancel("dev", action).await;
    assert_eq!(bench.get_with(&file, ("if-match", "zz")).await.status, 412);
    assert_eq!(bench.get_with(&file, ("if-match", &sha1)).await.status, 404);
    let reply = bench.get(&format!("{base}/nothing.bin")).await;
    assert_eq!((reply.status, reply.body.len()), (404, 0), "the file comes first");
}

#[tokio::test]
async fn item_27_ranges() {
    let (bench, action, base) = assigned().await;
    let file = format!("{base}/fw%201.bin");
    let range = |value: &'static str| {
        let (bench, file) = (&bench, &file);
        async move { bench.get_with(file, ("range", value)).await }
    };
    for bad in ["bytes=1-10,zz", "bytes=100-10"] {
        let reply = range(bad).await;
        assert_eq!((reply.status, reply.header("content-range"), reply.body.len()), (416, "bytes */36", 0), "{bad}");
    }
    let rows: [(&str, &str, &[u8]); 3] = [
        ("bytes=0-3", "bytes 0-3/36", b"0123"),
        ("bytes=34-", "bytes 34-35/36", b"yz"),
        ("bytes=-2", "bytes 34-35/36", b"yz"),
    ];
    for (value, content_range, bytes) in rows {
        let reply = range(value).await;
        assert_eq!((reply.status, reply.header("content-range"), &reply.body[..]), (206, content_range, bytes));
    }
    let mut whole = Vec::new();
    for first in (0..36).step_by(10) {
        let reply = bench.get_with(&file, ("range", &format!("bytes={first}-{}", first + 9))).await;
        whole.extend_from_slice(&reply.body);
    }
    assert_eq!(whole, CONTENT);
    let several = range("bytes=0-1,34-35").await;
    assert_eq!(several.header("content-type"), "multipart/byteranges; boundary=THIS_STRING_SEPARATES_MULTIPART");
    assert_eq!(several.header("content-length"), "");
    let part = |range: &str, bytes: &str| {
        format!(
            "--THIS_STRING_SEPARATES_MULTIPART\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes \
             {range}/36\r\n\r\n{bytes}\r\n"
        )
    };
    let expected = part("0-1", "01") + &part("34-35", "yz") + "--THIS_STRING_SEPARATES_MULTIPART--";
    assert_eq!(String::from_utf8(several.body.to_vec()).unwrap(), expected);
    assert_eq!(bench.history("dev", action).await, ["RUNNING"], "ranges leave no entry");

    let tag = range("bytes=0-3").await.header("etag").to_owned();
    let resumed = bench.call("GET", &file, &[GATEWAY, ("range", "bytes=30-"), ("if-range", &tag)], "").await;
    assert_eq!((resumed.status, resumed.body.len()), (206, 6));
    let changed = bench.call("GET", &file, &[GATEWAY, ("range", "bytes=30-"), ("if-range", "\"x\"")], "").await;
    assert_eq!((changed.status, changed.body.len()), (200, 36));
}

#[tokio::test]
async fn item_28_a_full_download() {
    let (bench, action, base) = assigned().await;
    let file = format!("{base}/fw%201.bin");
    let head = bench.call("HEAD", &file, &[GATEWAY], "").await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "36", 0));
    assert_eq!(bench.history("dev", action).await, ["RUNNING"], "asking for the headers leaves no entry");
    let reply = bench.get(&file).await;
    assert_eq!((reply.status, &reply.body[..]), (200, CONTENT));
    let sha1 = bench.get(&base).await.json()[0]["hashes"]["sha1"].as_str().unwrap().to_owned();
    let expected = [
        ("content-type", "application/octet-stream"),
        ("content-length", "36"),
        ("accept-ranges", "bytes"),
        ("etag", &format!("\"{sha1}\"")),
        ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("content-disposition", "attachment;filename=fw 1.bin"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in expected {
        assert_eq!(reply.header(name), value, "{name}");
        assert_eq!(head.header(name), value, "{name}");
    }
    let entry = bench.entries("dev", action).await.pop().unwrap();
    assert_eq!(entry.status.name(), "DOWNLOAD");
    assert_eq!(entry.messages, [format!("Update Server: Target downloads /DEFAULT/controller/v1/{file}")]);
    assert_eq!(bench.action("dev", action).await.status.name(), "RUNNING");
    for name in ["fw+1.bin", "FW%201.BIN"] {
        assert_eq!(bench.get(&format!("{base}/{name}")).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn item_28_checksums() {
    let (bench, action, base) = assigned().await;
    let reply = bench.get(&format!("{base}/fw%201.bin.MD5SUM")).await;
    let md5 = bench.get(&base).await.json()[0]["hashes"]["md5"].as_str().unwrap().to_owned();
    assert_eq!(reply.body, format!("{md5}  fw 1.bin"));
    assert_eq!(reply.header("content-type"), "text/plain");
    assert_eq!(reply.header("content-disposition"), "attachment;filename=fw 1.bin.MD5SUM");
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "DOWNLOAD"]);
}

#[tokio::test]
async fn item_28_downloads_count_against_the_quota() {
    let bench = Bench::with(|settings| settings.quotas.status_entries_per_action = 2).await;
    let (action, base) = assign(&bench).await;
    let file = format!("{base}/fw%201.bin");
    assert_eq!(bench.get(&file).await.status, 200);
    let refused = bench.get(&file).await;
    assert_eq!(
        (refused.status, &refused.json()["errorCode"]),
        (429, &json!("hawkbit.server.error.quota.tooManyEntries"))
    );
    assert_eq!(bench.get_with(&file, ("range", "bytes=0-")).await.status, 206, "resuming is free");
    assert_eq!(bench.report("dev", action, "closed", "success").await, 200);
}

#[tokio::test]
async fn item_29_other_verbs() {
    let (bench, _, base) = assigned().await;
    for path in [format!("{base}/fw%201.bin"), format!("{base}/fw%201.bin.MD5SUM")] {
        for verb in ["PUT", "POST", "DELETE"] {
            assert_eq!(bench.send(verb, &path, &json!({})).await.status, 405, "{verb} {path}");
        }
    }
}

#[tokio::test]
async fn an_action_that_waits_for_confirmation_allows_downloads() {
    use harrier_domain::configuration::{Key, Value};
    let bench = Bench::new().await;
    bench.configure(Key::ConfirmationFlow, Value::Bool(true)).await;
    let (action, base) = assign(&bench).await;
    assert_eq!(bench.action("dev", action).await.status.name(), "WAIT_FOR_CONFIRMATION");
    assert_eq!(bench.get(&format!("{base}/fw%201.bin")).await.status, 200);
}

#[tokio::test]
async fn bytes_that_are_gone() {
    use harrier_domain::software::Binary;
    let (bench, _, base) = assigned().await;
    let file = format!("{base}/fw%201.bin");
    let sha256 = bench.get(&base).await.json()[0]["hashes"]["sha256"].as_str().unwrap().to_owned();
    bench.app.artifacts.delete("DEFAULT", &Binary::Shared(sha256)).await.unwrap();
    let reply = bench.get(&file).await;
    assert_eq!((reply.status, &reply.json()["errorCode"]), (500, &json!("hawkbit.server.error.artifact.loadFailed")));
    let module = base.split('/').nth(2).unwrap().parse().unwrap();
    bench.change_module(module, |module| module.deleted = true).await;
    let reply = bench.cold().get(&file).await;
    assert_eq!(
        (reply.status, &reply.json()["errorCode"]),
        (410, &json!("hawkbit.server.error.artifact.binaryDeleted"))
    );
}

#[tokio::test]
async fn large_files_are_redirected_where_answers_are_limited() {
    let bench = Bench::with(|settings| settings.delivery = DeliveryMode::RedirectAbove(35)).await;
    let (action, base) = assign(&bench).await;
    let file = format!("{base}/fw%201.bin");
    let reply = bench.get(&file).await;
    assert_eq!((reply.status, reply.body.len()), (302, 0));
    assert!(reply.header("location").contains("X-Amz-Signature="));
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "DOWNLOAD"]);
    assert_eq!(bench.call("HEAD", &file, &[GATEWAY], "").await.status, 200);
    assert_eq!(bench.get_with(&file, ("range", "bytes=0-1,5-6")).await.status, 206);
}
