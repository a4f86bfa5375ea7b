use harrier_domain::maintenance::ScheduleText;

use crate::bench::{Bench, MINUTE};

/// One window of ten minutes that opens at this minute of the first hour.
fn window_at(minute: u32) -> Option<ScheduleText> {
    Some(ScheduleText {
        schedule: format!("0 {minute} 0 1 1 ? 2026"),
        duration: "00:10:00".to_owned(),
        timezone: "+00:00".to_owned(),
    })
}

async fn scheduled(minute: u32) -> (Bench, i64) {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign_as("dev", software.set, |order| order.window = window_at(minute)).await;
    (bench, action)
}

#[tokio::test]
async fn item_5_the_sleep_shrinks_before_a_window() {
    for (minute, expected) in [(16, "00:05:00"), (10, "00:03:20"), (5, "00:01:40"), (1, "00:00:30")] {
        let (bench, _) = scheduled(minute).await;
        assert_eq!(bench.get("dev").await.sleep(), expected, "window in {minute} minutes");
        bench.clock.advance(i64::from(minute) * MINUTE + 1);
        assert_eq!(bench.get("dev").await.sleep(), "00:05:00", "window running");
    }
}

#[tokio::test]
async fn item_10_installing_waits_for_the_window() {
    let (bench, _) = scheduled(10).await;
    let told = |bench: &Bench| {
        let bench = bench.cold();
        async move {
            let poll = bench.get("dev").await;
            let document = bench.get(&poll.href("deploymentBase")).await.json();
            let deployment = &document["deployment"];
            let texts =
                ["download", "update", "maintenanceWindow"].map(|name| deployment[name].as_str().unwrap().to_owned());
            (poll.href("deploymentBase"), texts)
        }
    };
    let (_, before) = told(&bench).await;
    assert_eq!(before, ["forced", "skip", "unavailable"]);
    let (closed_mark, _) = told(&bench).await;
    bench.clock.advance(11 * MINUTE);
    let (open_mark, within) = told(&bench).await;
    assert_eq!(within, ["forced", "forced", "available"]);
    assert_ne!(closed_mark, open_mark, "the opening of the window shows in the fingerprint");
}

#[tokio::test]
async fn a_lapsed_schedule_cancels_when_the_device_polls() {
    let (bench, action) = scheduled(10).await;
    bench.clock.advance(30 * MINUTE);
    let poll = bench.get("dev").await;
    assert_eq!((poll.rels(), poll.sleep()), (vec!["cancelAction".to_owned()], "00:05:00".to_owned()));
    assert_eq!(poll.href("cancelAction"), format!("http://localhost/DEFAULT/controller/v1/dev/cancelAction/{action}"));
    let entries = bench.entries("dev", action).await;
    assert_eq!(entries.last().unwrap().messages, ["manual cancelation requested"]);
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "CANCELING"]);
    bench.get("dev").await;
    assert_eq!(bench.history("dev", action).await.len(), 2, "once");
}

#[tokio::test]
async fn a_lapsed_schedule_cancels_when_the_device_fetches() {
    let (bench, action) = scheduled(10).await;
    bench.clock.advance(30 * MINUTE);
    let reply = bench.get(&format!("dev/deploymentBase/{action}")).await;
    assert_eq!((reply.status, reply.body.len()), (404, 0));
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "CANCELING"]);
    assert_eq!(bench.get("dev").await.rels(), ["cancelAction"]);
}
