//! `POST /rest/v1/targets`
//!
//! All or nothing. What fits one transaction is one. More is checked first and then written in several transactions; when
//! one of them fails, those that were written are taken back. A crash in between leaves a part of the list.

use axum::extract::State;
use futures::stream::{self, StreamExt};
use harrier_deployments::remove_target;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_domain::target::Target;
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error};
use harrier_identity::secret;
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded, MAX_TRANSACTION, Result, Sequence, StoreError, target_shard, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Transactions under way at the same time.
const CONCURRENCY: usize = 8;

/// A target to be made; `requestAttributes` is ignored (management §5.1).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetCreate {
    controller_id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    address: Option<String>,
    security_token: Option<String>,
    target_type: Option<i64>,
    group: Option<String>,
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(body): Json<Vec<TargetCreate>>,
) -> ApiResult<Hal<Vec<TargetResource>>> {
    caller.require_all(&[Authority::CreateTarget, Authority::ReadTarget])?;
    let mut targets = checked(&app, &caller, body)?;
    refuse_known(&app, &caller, &targets).await?;
    number(&app, &caller, &mut targets).await?;
    write(&app, &caller, &targets).await?;
    let context = caller.target_context(&app, &targets).await?;
    Ok(Hal::created(targets.iter().map(|target| context.item(target, &origin)).collect()))
}

/// The targets as they will be stored, in the order of the request.
fn checked(app: &App, caller: &Caller, requests: Vec<TargetCreate>) -> ApiResult<Vec<Target>> {
    let mut violations = Violations::default();
    let mut targets = Vec::with_capacity(requests.len());
    for request in requests {
        let token = match &request.security_token {
            Some(given) => violations.check(text::security_token("securityToken", given)).unwrap_or_default(),
            None => secret::random_token().map_err(ApiError::internal)?,
        };
        targets.extend(request.target(token, app, caller, &mut violations));
    }
    violations.finish()?;
    Ok(targets)
}

impl TargetCreate {
    fn target(self, token: String, app: &App, caller: &Caller, violations: &mut Violations) -> Option<Target> {
        let id = violations.check(text::required("controllerId", self.controller_id))?;
        let id = violations.check(text::controller_id("controllerId", id.trim()));
        let name = violations.optional(text::name, "name", self.name);
        let description = violations.optional(text::description, "description", self.description);
        let address = violations.optional(text::address, "address", self.address);
        let group = violations.optional(text::group, "group", self.group);
        let mut target = Target::new(&id?, token, &caller.actor(), app.now());
        target.name = name.unwrap_or(target.name);
        target.description = description;
        target.address = address;
        target.group = group.filter(|group| !group.is_empty());
        target.target_type = self.target_type;
        Some(target)
    }
}

/// Refuses a list that names a target twice, one that exists, or a type that does not: before anything is written.
async fn refuse_known(app: &App, caller: &Caller, targets: &[Target]) -> Result<()> {
    let distinct: BTreeSet<&str> = targets.iter().map(|target| target.controller_id.as_str()).collect();
    if distinct.len() < targets.len() {
        return Err(Error::AlreadyExists.into());
    }
    types_of(app, caller, targets).await?;
    // A single transaction finds out by itself.
    let ids: Vec<String> = distinct.into_iter().map(ToOwned::to_owned).collect();
    if ids.len() > 1 && !app.store.targets(caller.tenant(), &ids).await?.is_empty() {
        return Err(Error::AlreadyExists.into());
    }
    Ok(())
}

/// The types the targets shall have.
async fn types_of(app: &App, caller: &Caller, targets: &[Target]) -> Result<Vec<Loaded<TargetType>>> {
    let ids: BTreeSet<i64> = targets.iter().filter_map(|target| target.target_type).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let types = app.store.find_many::<TargetType>(caller.tenant(), &ids, Consistency::Strong).await?;
    match ids.iter().find(|id| types.iter().all(|found| found.id != **id)) {
        Some(missing) => Err(Error::not_found(Entity::TargetType, *missing).into()),
        None => Ok(types),
    }
}

async fn number(app: &App, caller: &Caller, targets: &mut [Target]) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let count = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let numbers = app.store.next_ids(caller.tenant(), Sequence::Target, count).await?;
    for (target, number) in targets.iter_mut().zip(numbers) {
        target.number = number;
    }
    Ok(())
}

async fn write(app: &App, caller: &Caller, targets: &[Target]) -> Result<()> {
    let chunks = chunks(targets);
    let written = |chunk: Vec<Target>| async move {
        until_settled(|| write_chunk(app, caller, &chunk)).await.map_err(|error| (error, ()))
    };
    let outcomes: Vec<_> = stream::iter(chunks).map(written).buffer_unordered(CONCURRENCY).collect().await;
    let Some((error, ())) = outcomes.into_iter().find_map(std::result::Result::err) else {
        return Ok(());
    };
    take_back(app, caller, targets).await?;
    Err(error)
}

/// Cuts the list into transactions. Targets of the same shard go together, because they share a counter.
fn chunks(targets: &[Target]) -> Vec<Vec<Target>> {
    let mut sorted: Vec<Target> = targets.to_vec();
    sorted.sort_by_cached_key(|target| target_shard(&target.controller_id));
    let mut chunks = Vec::new();
    let mut chunk: Vec<Target> = Vec::new();
    for target in sorted {
        chunk.push(target);
        if operations(&chunk) > MAX_TRANSACTION
            && let Some(overflow) = chunk.pop()
        {
            chunks.push(std::mem::replace(&mut chunk, vec![overflow]));
        }
    }
    if !chunk.is_empty() {
        chunks.push(chunk);
    }
    chunks
}

/// How many items a transaction changes or checks that makes these targets.
fn operations(chunk: &[Target]) -> usize {
    let types: BTreeSet<i64> = chunk.iter().filter_map(|target| target.target_type).collect();
    let counters = Counts::of(chunk);
    chunk.len() + counters.by_shard.len() + counters.by_type.len() + types.len()
}

/// Targets per shard, and per type and shard.
#[derive(Debug, Default)]
struct Counts {
    by_shard: BTreeMap<u32, i64>,
    by_type: BTreeMap<(i64, u32), i64>,
}

impl Counts {
    fn of(targets: &[Target]) -> Self {
        let mut counts = Self::default();
        for target in targets {
            let shard = target_shard(&target.controller_id);
            *counts.by_shard.entry(shard).or_default() += 1;
            if let Some(id) = target.target_type {
                *counts.by_type.entry((id, shard)).or_default() += 1;
            }
        }
        counts
    }
}

async fn write_chunk(app: &App, caller: &Caller, chunk: &[Target]) -> Result<()> {
    let tenant = caller.tenant();
    let types = types_of(app, caller, chunk).await?;
    let counts = Counts::of(chunk);
    let mut transaction = app.store.transaction(tenant);
    for target in chunk {
        transaction.create_or_refuse(target, Error::AlreadyExists);
    }
    for target_type in &types {
        transaction.check_unchanged(target_type);
    }
    for (shard, amount) in counts.by_shard {
        transaction.count_targets_of_shard(tenant, shard, amount);
    }
    for ((id, shard), amount) in counts.by_type {
        transaction.count_targets_of_type(tenant, id, shard, amount);
    }
    transaction.commit().await
}

/// Removes what this request made: what carries the numbers it took.
async fn take_back(app: &App, caller: &Caller, targets: &[Target]) -> Result<()> {
    if operations(targets) <= MAX_TRANSACTION {
        return Ok(());
    }
    let ids: Vec<String> = targets.iter().map(|target| target.controller_id.clone()).collect();
    let numbers: BTreeSet<i64> = targets.iter().map(|target| target.number).collect();
    let found = app.store.targets(caller.tenant(), &ids).await?;
    for made in found.into_iter().filter(|target| numbers.contains(&target.number)) {
        match remove_target(&app.store, caller.tenant(), &made.controller_id).await {
            Err(StoreError::Refused(Error::NotFound { .. })) => {}
            done => done?,
        }
    }
    Ok(())
}
