use harrier_domain::audit::{Actor, Audit};
use harrier_domain::classification::{Tag, TargetTag, TargetType};
use harrier_domain::configuration::{Key, Value};
use harrier_domain::target::Target;
use harrier_store::Consistency;
use serde_json::json;
use std::collections::BTreeSet;

use crate::bench::Bench;

async fn polling(expression: &str) -> Bench {
    let bench = Bench::new().await;
    for id in ["4711", "euro", "dev"] {
        bench.register(id).await;
    }
    bench.configure(Key::PollingTime, Value::Text(expression.to_owned())).await;
    bench
}

async fn change(bench: &Bench, id: &str, change: impl FnOnce(&mut Target)) {
    let target = bench.app.store.target(&bench.tenant, id, Consistency::Strong).await.unwrap();
    let mut target = target.unwrap();
    change(&mut target);
    let mut transaction = bench.app.store.transaction(&bench.tenant);
    transaction.save(&target);
    transaction.commit().await.unwrap();
}

async fn sleeps(bench: &Bench) -> [String; 3] {
    [bench.get("4711").await.sleep(), bench.get("euro").await.sleep(), bench.get("dev").await.sleep()]
}

#[tokio::test]
async fn item_5_the_vector_of_section_4_2() {
    let bench = polling("00:02:00, controllerid == 4711 -> 00:01:00, group == 'Europe' -> 00:05:05").await;
    change(&bench, "euro", |target| target.group = Some("Europe".to_owned())).await;
    assert_eq!(sleeps(&bench).await, ["00:01:00", "00:05:05", "00:02:00"]);
    assert_eq!(bench.get("dev").await.units(), (0.5, 0.0), "nothing but the target is read");
}

#[tokio::test]
async fn item_5_attributes_and_sets_are_joined_when_a_filter_reads_them() {
    let bench = polling("00:02:00, attribute.hw == rev2 -> 00:01:00, assignedds.name == one -> 00:03:00").await;
    bench.put("4711/configData", &json!({"data": {"hw": "rev2"}})).await;
    let software = bench.software("one").await;
    bench.assign("euro", software.set).await;
    assert_eq!(sleeps(&bench).await, ["00:01:00", "00:03:00", "00:02:00"]);
}

#[tokio::test]
async fn item_5_tags_and_types_are_looked_up_when_a_filter_reads_them() {
    let bench = polling("00:02:00, tag == blue -> 00:01:00, type.key == cam -> 00:03:00").await;
    let audit = Audit::created(&Actor::System, 0);
    let (colour, description) = (None, None);
    let tag = Tag { id: 900, name: "Blue".to_owned(), description, colour, audit: audit.clone(), revision: 1 };
    let (colour, description) = (None, None);
    let kind = TargetType {
        id: 901,
        key: "cam".to_owned(),
        name: "Camera".to_owned(),
        description,
        colour,
        compatible_set_types: BTreeSet::default(),
        audit,
        revision: 1,
    };
    let mut transaction = bench.app.store.transaction(&bench.tenant);
    transaction.create(&TargetTag(tag)).create(&kind);
    transaction.commit().await.unwrap();
    change(&bench, "4711", |target| target.tags = [900].into()).await;
    change(&bench, "euro", |target| target.target_type = Some(901)).await;
    assert_eq!(sleeps(&bench).await, ["00:01:00", "00:03:00", "00:02:00"]);
}

#[tokio::test]
async fn item_5_a_filter_that_cannot_be_used_is_passed_over() {
    let bench = polling("00:02:00, nosuchfield == 1 -> 00:01:00, controllerid == dev -> 00:03:00").await;
    assert_eq!(sleeps(&bench).await, ["00:02:00", "00:02:00", "00:03:00"]);
}

#[tokio::test]
async fn item_5_a_deviation_stays_within_its_bounds() {
    let bench = polling("00:10:00~50%").await;
    for _ in 0..20 {
        let sleep = bench.get("dev").await.sleep();
        assert!(("00:05:00".."00:15:01").contains(&sleep.as_str()), "{sleep}");
    }
}
