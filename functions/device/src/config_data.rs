//! `configData`: attributes the device reports about itself (DDI §12).

use harrier_domain::attributes::{self, Reported, UpdateMode};
use harrier_domain::target::Target;
use harrier_rest::{ApiError, ApiResult, Json};
use harrier_store::{Loaded, Result, TargetDetails, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::access::{Device, Session};

/// Members that devices send besides (`id`, `time`, `status`) are ignored.
#[derive(Deserialize, JsonSchema)]
pub struct ConfigData {
    mode: Option<Mode>,
    #[schemars(with = "BTreeMap<String, String>")]
    data: Reported,
}

#[derive(Deserialize, Clone, Copy, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "UpdateMode")]
enum Mode {
    Merge,
    Replace,
    Remove,
}

impl From<Mode> for UpdateMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Merge => Self::Merge,
            Mode::Replace => Self::Replace,
            Mode::Remove => Self::Remove,
        }
    }
}

pub async fn put(device: Device, Json(body): Json<ConfigData>) -> ApiResult<StatusCode> {
    if body.data.is_empty() {
        return Err(ApiError::not_readable("there is no data"));
    }
    let mode = body.mode.map(UpdateMode::from).unwrap_or_default();
    let Device { session, target } = device;
    let mut at_hand = Some(target);
    until_settled(|| {
        let at_hand = at_hand.take();
        async {
            let target = match at_hand {
                Some(target) => target,
                None => session.target_now().await?.ok_or_else(|| session.unknown())?,
            };
            report(&session, target, mode, body.data.clone()).await
        }
    })
    .await?;
    Ok(StatusCode::OK)
}

/// Takes the report in. Nothing is written when nothing changes (`domain-behaviour.md` §4.4).
async fn report(session: &Session, mut target: Loaded<Target>, mode: UpdateMode, reported: Reported) -> Result<()> {
    let id = &session.controller_id;
    let known = session.store().details(session.tenant(), id).await?;
    let current = known.as_ref().map(|details| details.attributes.clone()).unwrap_or_default();
    let change = attributes::update(id, &current, mode, reported, &session.app.settings.quotas)?;
    target.request_attributes = false;
    let mut transaction = session.store().transaction(session.tenant());
    transaction.save(&target);
    match known {
        Some(mut details) => {
            details.attributes = change.attributes;
            transaction.save(&details);
        }
        None if change.is_empty() => {}
        None => {
            let controller_id = id.clone();
            transaction.create(&TargetDetails { controller_id, attributes: change.attributes, ..Default::default() });
        }
    }
    transaction.commit().await
}
