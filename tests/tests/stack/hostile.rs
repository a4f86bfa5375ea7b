//! Hostile input: whatever bytes arrive, the answer is never a server error, and the server goes on answering.

use harrier_tests::{Client, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;
use std::sync::Arc;

/// Requests sent in all; the property must hold for each.
const CASES: usize = 10_000;
const AT_ONCE: usize = 16;

#[derive(Debug, Clone)]
struct Attack {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    as_device: bool,
}

/// Path segments: real ones, almost real ones, and noise. Percent-encoded where a URL needs it.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("dev".to_owned()),
        3 => Just("1".to_owned()),
        2 => any::<i64>().prop_map(|number| number.to_string()),
        1 => Just("99999999999999999999999".to_owned()),
        1 => Just("%00".to_owned()),
        1 => Just("%ff%fe".to_owned()),
        1 => Just("..%2f..%2fetc".to_owned()),
        1 => "[a-z%#;:@!$&'()*+,=]{1,20}".prop_map(|text| text.replace('%', "%25").replace('#', "%23")),
        1 => "\\PC{1,300}".prop_map(|text| encode(&text)),
    ]
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn device_path() -> impl Strategy<Value = String> {
    let rest = prop_oneof![
        Just(String::new()),
        Just("/configData".to_owned()),
        Just("/confirmationBase".to_owned()),
        Just("/confirmationBase/activateAutoConfirm".to_owned()),
        segment().prop_map(|id| format!("/deploymentBase/{id}?c={id}&actionHistory={id}")),
        segment().prop_map(|id| format!("/deploymentBase/{id}/feedback")),
        segment().prop_map(|id| format!("/cancelAction/{id}/feedback")),
        segment().prop_map(|id| format!("/confirmationBase/{id}/feedback")),
        segment().prop_map(|id| format!("/installedBase/{id}")),
        (segment(), segment()).prop_map(|(id, file)| format!("/softwaremodules/{id}/artifacts/{file}")),
    ];
    (prop_oneof![3 => Just("dev".to_owned()), 1 => segment()], rest)
        .prop_map(|(id, rest)| format!("/DEFAULT/controller/v1/{id}{rest}"))
}

fn management_path() -> impl Strategy<Value = String> {
    let resource = prop::sample::select(vec![
        "targets",
        "targettypes",
        "targettags",
        "targetgroups",
        "targetfilters",
        "softwaremodules",
        "softwaremoduletypes",
        "distributionsets",
        "distributionsettypes",
        "distributionsettags",
        "actions",
        "system/configs",
        "userinfo",
    ]);
    let tail = prop::collection::vec(
        prop_oneof![
            2 => segment(),
            1 => prop::sample::select(vec![
                "actions", "assignedDS", "attributes", "metadata", "status", "artifacts", "download", "assigned", "tags",
                "assignedSM", "assignedTargets", "invalidate", "autoConfirm", "confirmation", "mandatorymoduletypes",
            ]).prop_map(ToOwned::to_owned),
        ],
        0..4,
    );
    let query = prop_oneof![
        2 => Just(String::new()),
        1 => "\\PC{0,40}".prop_map(|text| format!("?q={}", encode(&text))),
        1 => (any::<i64>(), any::<i64>()).prop_map(|(offset, limit)| format!("?offset={offset}&limit={limit}")),
        1 => "[a-z:,]{0,12}".prop_map(|text| format!("?sort={}", encode(&text))),
        1 => segment().prop_map(|text| format!("?offline={text}&force={text}&keepLast={text}&group={text}")),
    ];
    (resource, tail, query).prop_map(|(resource, tail, query)| {
        let tail: String = tail.iter().map(|part| format!("/{part}")).collect();
        format!("/rest/v1/{resource}{tail}{query}")
    })
}

/// JSON that is almost what the endpoints take.
fn json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "id",
        "name",
        "version",
        "type",
        "controllerId",
        "status",
        "execution",
        "result",
        "finished",
        "details",
        "code",
        "data",
        "mode",
        "value",
        "key",
        "modules",
        "weight",
        "forcetime",
        "maintenanceWindow",
        "schedule",
        "duration",
        "timezone",
        "description",
        "group",
        "targetType",
        "securityToken",
        "query",
        "confirmation",
        "timestamp",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "closed",
            "proceeding",
            "success",
            "none",
            "merge",
            "os",
            "forced",
            "dev",
            "* * * * * ?"
        ])
        .prop_map(Value::from),
        Just(Value::from("x".repeat(5_000))),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone().prop_map(ToOwned::to_owned), inner, 0..6)
                .prop_map(|members| Value::from(serde_json::Map::from_iter(members))),
        ]
    })
}

fn body() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![
        1 => Just(None),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Some),
        5 => json().prop_map(|value| Some(value.to_string().into_bytes())),
        1 => json().prop_map(|value| {
            let mut text = value.to_string().into_bytes();
            text.truncate(text.len() / 2);
            Some(text)
        }),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let content_type = prop::sample::select(vec![
        "application/json",
        "application/json;charset=UTF-8",
        "application/cbor",
        "application/hal+json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "",
        ";;;",
    ]);
    let noise = prop_oneof![
        Just(("accept", "application/cbor".to_owned())),
        Just(("accept", "*/*;q=zzz,,".to_owned())),
        "bytes=[0-9,-]{0,12}".prop_map(|range| ("range", range)),
        "[ -~]{0,20}".prop_map(|text| ("range", text)),
        "[ -~]{0,20}".prop_map(|text| ("if-match", text)),
        "[ -~]{0,20}".prop_map(|text| ("if-none-match", text)),
        "[ -~]{0,20}".prop_map(|text| ("if-range", text)),
        "[ -~]{0,20}".prop_map(|text| ("x-forwarded-for", text)),
        "[ -~]{0,20}".prop_map(|text| ("accept", text)),
    ];
    (content_type, prop::collection::vec(noise, 0..3)).prop_map(|(content_type, mut headers)| {
        headers.push(("content-type", content_type.to_owned()));
        headers
    })
}

fn attack() -> impl Strategy<Value = Attack> {
    let method = prop::sample::select(vec!["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);
    let device = device_path().prop_map(|path| (path, true));
    let management = management_path().prop_map(|path| (path, false));
    (method, prop_oneof![device, management], headers(), body())
        .prop_map(|(method, (path, as_device), headers, body)| Attack { method, path, headers, body, as_device })
}

async fn survives(device: &Client, admin: &Client, attack: &Attack) -> Result<(), String> {
    let api = if attack.as_device { device } else { admin };
    let headers: Vec<(&str, &str)> = attack.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = api.raw(attack.method, &attack.path, &headers, attack.body.clone()).await;
    if answer.status < 500 { Ok(()) } else { Err(format!("{} {attack:?}: {}", answer.status, answer.text())) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_never_are_server_errors() {
    let world = World::start().await;
    let device = world.gateway();
    let _ = device.get("/DEFAULT/controller/v1/dev").await.expect(200);
    let deployment = world.deployment(&world.admin, "fw", b"content").await;
    world.assign(&world.admin, deployment.set, "dev").await;

    let seed = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(rand::random::<u64>);
    println!("repeat with PROPTEST_RNG_SEED={seed}");
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() });
    let strategy = attack();
    let mut left = CASES;
    while left > 0 {
        let batch = left.min(AT_ONCE);
        left -= batch;
        let attacks: Vec<Attack> =
            (0..batch).map(|_| strategy.new_tree(&mut runner).expect("a case").current()).collect();
        let (device, admin) = (Arc::new(device.clone()), Arc::new(world.admin.clone()));
        let sent = attacks.into_iter().map(|attack| {
            let (device, admin) = (Arc::clone(&device), Arc::clone(&admin));
            tokio::spawn(async move { survives(&device, &admin, &attack).await })
        });
        for outcome in futures::future::join_all(sent).await {
            outcome.expect("the client does not panic").unwrap_or_else(|failure| panic!("{failure}"));
        }
    }
    let _ = world.admin.get("/rest/v1/userinfo").await.expect(200);
}
