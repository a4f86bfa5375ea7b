//! Actions and their history.

use harrier_domain::action::{ActionStatus, EntryDraft, StatusEntry};
use harrier_store::{Consistency, HistoryOrder, Result, StoreError, until_settled};

use crate::environment::{Environment, environments};
use crate::samples::{NOW, action};

const NO_LIMIT: i64 = 0;

async fn start(environment: &Environment, controller_id: &str, id: i64) {
    let mut transaction = environment.store.transaction(&environment.tenant);
    transaction.create(&action(controller_id, id));
    transaction.commit().await.unwrap();
}

fn draft(message: &str) -> EntryDraft {
    EntryDraft { status: ActionStatus::Running, occurred_at: None, code: None, messages: vec![message.to_owned()] }
}

async fn append(environment: &Environment, id: i64, message: &str, now: i64, limit: i64) -> Result<StatusEntry> {
    let Environment { store, tenant, .. } = environment;
    until_settled(|| async move {
        let mut action = store.action(tenant, "a", id, Consistency::Strong).await?.expect("an action");
        let entry = action.record(draft(message), now);
        let mut transaction = store.transaction(tenant);
        transaction.create(&entry).append_history(&action, limit);
        transaction.commit().await.map(|()| entry)
    })
    .await
}

#[tokio::test]
async fn competing_reports_lose_nothing() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        start(&environment, "a", 1).await;
        let reports = (0..64).map(|number| {
            let environment = environment.clone();
            tokio::spawn(async move { append(&environment, 1, &number.to_string(), NOW + number, NO_LIMIT).await })
        });
        for report in futures::future::join_all(reports).await {
            report.unwrap().unwrap();
        }
        let action = store.action(tenant, "a", 1, Consistency::Strong).await.unwrap().unwrap();
        assert_eq!(action.entries, 64, "{name}");
        let history = store.history(tenant, &action, HistoryOrder::OldestFirst, 0, 1000).await.unwrap();
        let mut messages: Vec<i64> = history.iter().map(|entry| entry.messages[0].parse().unwrap()).collect();
        messages.sort_unstable();
        assert_eq!(messages, (0..64).collect::<Vec<i64>>(), "{name}");
    }
}

#[tokio::test]
async fn a_history_is_paged_from_both_ends() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        start(&environment, "a", 1).await;
        start(&environment, "a", 12).await;
        append(&environment, 12, "other action", NOW, NO_LIMIT).await.unwrap();
        for number in 0..7 {
            append(&environment, 1, &number.to_string(), NOW, NO_LIMIT).await.unwrap();
        }
        let action = store.action(tenant, "a", 1, Consistency::Strong).await.unwrap().unwrap();
        let cases = [
            (HistoryOrder::OldestFirst, 0, 3, vec!["0", "1", "2"]),
            (HistoryOrder::OldestFirst, 5, 3, vec!["5", "6"]),
            (HistoryOrder::NewestFirst, 0, 2, vec!["6", "5"]),
            (HistoryOrder::NewestFirst, 6, 5, vec!["0"]),
            (HistoryOrder::NewestFirst, 7, 5, vec![]),
        ];
        for (order, offset, limit, expected) in cases {
            let page = store.history(tenant, &action, order, offset, limit).await.unwrap();
            let messages: Vec<&str> = page.iter().map(|entry| entry.messages[0].as_str()).collect();
            assert_eq!(messages, expected, "{name} {order:?} {offset} {limit}");
        }
    }
}

#[tokio::test]
async fn a_history_ends_at_its_limit_and_with_its_action() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        start(&environment, "a", 1).await;
        for _ in 0..2 {
            append(&environment, 1, "fits", NOW, 2).await.unwrap();
        }
        let mut full = store.action(tenant, "a", 1, Consistency::Strong).await.unwrap().unwrap();
        let before = full.clone();
        let entry = full.record(draft("too many"), NOW);
        let mut transaction = store.transaction(tenant);
        transaction.create(&entry).append_history(&full, 2);
        assert!(matches!(transaction.commit().await, Err(StoreError::Conflict)), "{name}");
        assert!(matches!(store.append_plainly(tenant, &full, &entry, 2).await, Err(StoreError::Conflict)), "{name}");
        store.append_plainly(tenant, &full, &entry, NO_LIMIT).await.unwrap();

        let mut closed = store.action(tenant, "a", 1, Consistency::Strong).await.unwrap().unwrap();
        assert_eq!(closed.entries, 3, "{name}");
        closed.active = false;
        let mut transaction = store.transaction(tenant);
        transaction.save(&closed);
        transaction.commit().await.unwrap();
        let mut late = before;
        let entry = late.record(draft("late"), NOW + 1000);
        let mut transaction = store.transaction(tenant);
        transaction.create(&entry).append_history(&late, NO_LIMIT);
        assert!(matches!(transaction.commit().await, Err(StoreError::Conflict)), "{name}: a closed action");
        let plainly = store.append_plainly(tenant, &late, &entry, NO_LIMIT).await;
        assert!(matches!(plainly, Err(StoreError::Conflict)), "{name}: a closed action");
    }
}

#[tokio::test]
async fn an_entry_for_an_action_that_was_not_read_needs_an_open_action_room_and_a_new_time() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        start(&environment, "a", 1).await;
        let unseen = |action, now| StatusEntry::unseen("a", action, draft("unseen"), now);
        store.append_unseen(tenant, &unseen(1, NOW), 1).await.unwrap();
        let stored = store.action(tenant, "a", 1, Consistency::Strong).await.unwrap().unwrap();
        assert_eq!((stored.entries, stored.last_entry), (1, unseen(1, NOW).id), "{name}");
        let history = store.history(tenant, &stored, HistoryOrder::OldestFirst, 0, 9).await.unwrap();
        assert_eq!(history, [unseen(1, NOW)], "{name}");
        let rows = [(1, NOW + 1, 1, "full"), (1, NOW, NO_LIMIT, "the same moment"), (2, NOW, NO_LIMIT, "no action")];
        for (action, now, limit, why) in rows {
            let refused = store.append_unseen(tenant, &unseen(action, now), limit).await;
            assert!(matches!(refused, Err(StoreError::Conflict)), "{name}: {why}");
        }
        let mut closed = stored;
        closed.active = false;
        let mut transaction = store.transaction(tenant);
        transaction.save(&closed);
        transaction.commit().await.unwrap();
        let refused = store.append_unseen(tenant, &unseen(1, NOW + 1), NO_LIMIT).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{name}: closed");
    }
}

#[tokio::test]
async fn actions_are_listed_without_their_history_and_found_by_id() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        for id in [2, 10, 1] {
            start(&environment, "a", id).await;
        }
        start(&environment, "b#action#0000000001", 3).await;
        append(&environment, 2, "noise", NOW, NO_LIMIT).await.unwrap();
        let actions = store.actions_of(tenant, "a").await.unwrap();
        assert_eq!(actions.iter().map(|action| action.id).collect::<Vec<_>>(), [1, 2, 10], "{name}");
        assert_eq!(store.owner_of_action(tenant, 10).await.unwrap().as_deref(), Some("a"), "{name}");
        assert_eq!(store.owner_of_action(tenant, 3).await.unwrap().as_deref(), Some("b#action#0000000001"), "{name}");
        assert_eq!(store.owner_of_action(tenant, 42).await.unwrap(), None, "{name}");
        assert_eq!(store.entry_keys(tenant, "a").await.unwrap().len(), 1, "{name}");
    }
}
