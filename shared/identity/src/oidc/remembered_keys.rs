//! The provider's keys, remembered: asked for once however many requests want them, again when they are old or a token
//! names another, and not more often than the provider can bear.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::ProviderError;
use super::keys::KeySet;
use super::provider::Provider;
use super::settings::KeyTiming;

/// Keys as remembered, and when they were asked for (epoch milliseconds).
#[derive(Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    read_at: i64,
    asked_at: Option<i64>,
}

/// Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub(super) struct RememberedKeys {
    provider: Arc<Provider>,
    timing: KeyTiming,
    state: Arc<Mutex<State>>,
    /// Held by whoever asks the provider.
    asking: Arc<tokio::sync::Mutex<()>>,
}

impl RememberedKeys {
    pub(super) fn new(provider: Provider, timing: KeyTiming) -> Self {
        Self { provider: Arc::new(provider), timing, state: Arc::default(), asking: Arc::default() }
    }

    /// Keys that may be believed now.
    pub(super) async fn current(&self, now: i64) -> Result<Arc<KeySet>, ProviderError> {
        if let Some(keys) = self.younger_than(self.timing.fresh_for, now) {
            return Ok(keys);
        }
        // One request asks; the others go on with what they have.
        let usable = self.younger_than(self.timing.usable_for, now);
        if let Some(keys) = usable.filter(|_| self.asking.try_lock().is_err()) {
            return Ok(keys);
        }
        self.ask(now).await;
        self.younger_than(self.timing.usable_for, now).ok_or(ProviderError::NoKeys)
    }

    /// Other keys than `seen`, in which a token's key was missing, if the provider has any.
    pub(super) async fn instead_of(&self, seen: &Arc<KeySet>, now: i64) -> Option<Arc<KeySet>> {
        let other = |keys: &Arc<KeySet>| !Arc::ptr_eq(keys, seen);
        if let Some(keys) = self.younger_than(self.timing.usable_for, now).filter(other) {
            return Some(keys);
        }
        self.ask(now).await;
        self.younger_than(self.timing.usable_for, now).filter(other)
    }

    /// Asks the provider, unless that was done a moment ago. The asking survives the request that began it, so that
    /// callers who hang up neither prevent nor multiply it.
    async fn ask(&self, now: i64) {
        let turn = Arc::clone(&self.asking).lock_owned().await;
        if !self.may_ask(now) {
            return;
        }
        let this = self.clone();
        let asked = tokio::spawn(async move {
            let answer = this.provider.keys().await;
            this.take(answer, now);
            drop(turn);
        });
        if asked.await.is_err() {
            tracing::error!("asking the identity provider for its keys was cut short");
        }
    }

    fn may_ask(&self, now: i64) -> bool {
        let mut state = self.state();
        let asked = state.asked_at.is_some_and(|then| is_within(self.timing.ask_again_after, then, now));
        if !asked {
            state.asked_at = Some(now);
        }
        !asked
    }

    fn take(&self, answer: Result<KeySet, ProviderError>, now: i64) {
        match answer {
            Ok(keys) => {
                let mut state = self.state();
                state.keys = Some(Arc::new(keys));
                state.read_at = now;
            }
            Err(error) => {
                tracing::warn!(%error, issuer = self.provider.issuer(), "the identity provider's keys were not read");
            }
        }
    }

    fn younger_than(&self, age: i64, now: i64) -> Option<Arc<KeySet>> {
        let state = self.state();
        state.keys.clone().filter(|_| is_within(age, state.read_at, now))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the two moments are less than `span` apart: a clock that was set back makes nothing younger.
fn is_within(span: i64, then: i64, now: i64) -> bool {
    now.abs_diff(then) < span.unsigned_abs()
}
