//! A simulation of everything that can happen to steps, records and ticks between their making and their end.
//!
//! The real units of work run on the embedded store in one thread. What is between them — queue, stream, clock, the death of
//! a worker — is drawn by a seed: messages are shuffled, delivered twice, late, or lost with the worker that had them; records
//! of the stream come again; the clock stands still and jumps; any call of the database may fail, before or after it took
//! effect, and ends the unit of work that made it. [`Simulation::calm_down`] then ends all mischief and lets the clock run:
//! whatever happened, the campaign must end as its model says.

mod queue;

use std::sync::Arc;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use harrier::embedded::dynamodb::{EmbeddedDynamoDb, EmbeddedRecord, StreamPosition};
use harrier::embedded::faults::{Fault, FaultPlan, FaultyHttpClient};
use harrier::embedded::s3::EmbeddedS3;
use harrier_campaigns::due::{self, WATCHDOG};
use harrier_campaigns::worker::perform_message;
use harrier_domain::Tenant;
use harrier_domain::audit::Actor;
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule, SoftwareModuleType};
use harrier_domain::target::Target;
use harrier_identity::{NewTenant, create_tenant};
use harrier_runtime::{App, ManualClock, Settings, StreamEvent};
use harrier_store::schema::create_tables;
use harrier_store::{Loaded, Sequence};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use queue::CapturedQueue;

/// When it all begins, epoch milliseconds.
pub const BEGIN: i64 = 1_700_000_000_000;

/// Rounds of the clock after which a campaign that does not end is given up.
const MOST_ROUNDS: usize = 500;

/// Records delivered at once.
const BATCH: usize = 20;

/// As it is stored, so that fields with a default need no mention.
fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).expect("an entity")
}

/// Nothing here has files.
fn objects() -> aws_sdk_s3::Client {
    static STORE: std::sync::OnceLock<EmbeddedS3> = std::sync::OnceLock::new();
    STORE.get_or_init(|| EmbeddedS3::open(None).expect("an object store")).client()
}

/// A world that can be disturbed.
pub struct Simulation {
    pub app: App,
    pub tenant: Tenant,
    pub random: StdRng,
    clock: Arc<ManualClock>,
    faults: FaultyHttpClient,
    queue: CapturedQueue,
    database: EmbeddedDynamoDb,
    stream: StreamPosition,
    /// Messages on their way, in no order.
    waiting: Vec<String>,
    /// Records that were delivered and may come again.
    delivered: Vec<EmbeddedRecord>,
    seed: u64,
    disturbed: bool,
}

impl Simulation {
    /// An empty tenant. Nothing goes wrong before [`Simulation::disturb`].
    ///
    /// # Panics
    /// When the store cannot be made.
    pub async fn start(seed: u64) -> Self {
        let database = EmbeddedDynamoDb::open_inline().expect("a database");
        let faults = FaultyHttpClient::new(database.http_client(), FaultPlan::new());
        let config = database.config_builder().http_client(faults.clone()).retry_config(RetryConfig::disabled());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let objects = objects();
        let settings = Settings::default();
        create_tables(&client, &settings.table_prefix).await.expect("tables");
        let stream = StreamPosition::oldest(format!("{}fleet", settings.table_prefix));
        let (clock, queue) = (Arc::new(ManualClock::at(BEGIN)), CapturedQueue::default());
        let app = App::new(client, objects.clone(), objects, settings).expect("an app");
        let app = app.with_clock(clock.clone()).with_steps(queue.sender());
        let tenant = Tenant::parse(Tenant::DEFAULT).expect("a name");
        create_tenant(&app.store, &NewTenant { tenant: tenant.clone(), now: BEGIN }).await.expect("a tenant");
        let (waiting, delivered, random) = (Vec::new(), Vec::new(), StdRng::seed_from_u64(seed));
        Self { app, tenant, random, clock, faults, queue, database, stream, waiting, delivered, seed, disturbed: false }
    }

    /// From here on anything may go wrong.
    pub fn disturb(&mut self) {
        self.resume_mischief(true);
    }

    /// From here on nothing goes wrong any more.
    pub fn end_mischief(&mut self) {
        let _was_disturbed = self.pause_mischief();
    }

    /// Nothing goes wrong for a while, to look at the state; says whether something might before.
    pub fn pause_mischief(&mut self) -> bool {
        self.faults.follow(FaultPlan::new());
        std::mem::replace(&mut self.disturbed, false)
    }

    /// Goes on as it was before [`Simulation::pause_mischief`].
    pub fn resume_mischief(&mut self, disturbed: bool) {
        if !disturbed {
            return;
        }
        self.disturbed = true;
        let seed = self.random.random();
        let chance = |plan: FaultPlan, fault, probability| plan.with_chance_anywhere(fault, probability);
        let plan = chance(FaultPlan::new().seeded(seed), Fault::TimedOutBeforeCommit, 0.01);
        let plan = chance(plan, Fault::TimedOutAfterCommit, 0.01);
        let plan = chance(plan, Fault::Throttled, 0.005);
        self.faults.follow(plan.with_chance("TransactWriteItems", Fault::TransactionConflict, 0.02));
    }

    /// One event of those that may happen, drawn by the seed.
    pub async fn turn(&mut self) {
        self.waiting.extend(self.queue.take());
        match self.random.random_range(0..10) {
            0 => self.tick().await,
            1 => self.deliver_records().await,
            2 => self.deliver_records_again().await,
            _ => self.deliver_a_message().await,
        }
    }

    /// Time passes: seldom much.
    async fn tick(&mut self) {
        let most = if self.random.random_ratio(1, 10) { 10 * WATCHDOG } else { WATCHDOG / 4 };
        self.clock.advance(self.random.random_range(0..most));
        let _the_next_tick_goes_on = due::tick(&self.app.engine()).await;
    }

    async fn deliver_a_message(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let chosen = self.random.random_range(0..self.waiting.len());
        let message = self.waiting.swap_remove(chosen);
        // Delivered twice, now or later.
        if self.random.random_ratio(1, 8) {
            self.waiting.push(message.clone());
        }
        let outcome = perform_message(&self.app.engine(), &message).await;
        // Whoever fails has it again, unless it is lost: five failures in a row are a dead letter.
        if outcome.is_err() && !self.random.random_ratio(1, 5) {
            self.waiting.push(message);
        }
    }

    async fn deliver_records(&mut self) {
        let Ok(records) = self.database.stream_records(&self.stream, BATCH).await else {
            return;
        };
        if let Some(last) = records.last()
            && self.handle(&records).await
        {
            self.stream = last.after.clone();
            self.delivered.extend(records);
        }
    }

    async fn deliver_records_again(&mut self) {
        if self.delivered.is_empty() {
            return;
        }
        let first = self.random.random_range(0..self.delivered.len());
        let again: Vec<_> = self.delivered.iter().skip(first).take(BATCH).cloned().collect();
        let _as_it_may_be = self.handle(&again).await;
    }

    async fn handle(&self, records: &[EmbeddedRecord]) -> bool {
        let records = records.iter().map(|record| serde_json::from_value(record.json.clone()).expect("a record"));
        let event = StreamEvent { records: records.collect() };
        fleet_events::handle(event, &self.app).await.is_empty()
    }

    /// Ends all mischief, and lets everything run until nothing is left to do.
    ///
    /// # Panics
    /// When there is no end to it, or a step fails though nothing goes wrong.
    pub async fn calm_down(&mut self) {
        self.end_mischief();
        for _ in 0..MOST_ROUNDS {
            if !self.minute().await {
                return;
            }
        }
        panic!("seed {}: the work does not end; waiting: {:?}", self.seed, self.waiting.first());
    }

    /// Delivers all there is, and lets the clock look at what stands still; says whether there was anything.
    ///
    /// # Panics
    /// When a step fails though nothing goes wrong.
    pub async fn minute(&mut self) -> bool {
        let mut busy = self.settle().await;
        self.clock.advance(WATCHDOG);
        busy |= due::tick(&self.app.engine()).await.expect("a tick") > 0;
        busy | self.settle().await
    }

    /// Delivers all there is, a second for each round: who waits for a lease that a dead worker left comes again and again until it
    /// is over. Says whether there was anything.
    ///
    /// # Panics
    /// When a step fails though nothing goes wrong.
    pub async fn settle(&mut self) -> bool {
        let mut busy = false;
        loop {
            let records = self.database.stream_records(&self.stream, BATCH).await.expect("records");
            self.waiting.extend(self.queue.take());
            if records.is_empty() && self.waiting.is_empty() {
                return busy;
            }
            busy = true;
            if let Some(last) = records.last() {
                assert!(self.handle(&records).await, "seed {}: records are not handled", self.seed);
                self.stream = last.after.clone();
            }
            self.clock.advance(1_000);
            for message in std::mem::take(&mut self.waiting) {
                let outcome = perform_message(&self.app.engine(), &message).await;
                outcome.unwrap_or_else(|error| panic!("seed {}: {message}: {error}", self.seed));
            }
        }
    }

    /// Epoch milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.app.now()
    }

    /// Whether something may go wrong at present.
    #[must_use]
    pub fn is_disturbed(&self) -> bool {
        self.disturbed
    }

    /// Makes targets `t000` and so on.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn targets(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::with_capacity(count);
        for number in 0..count {
            let mut target = Target::new(&format!("t{number:03}"), "token".to_owned(), &self.actor(), self.now());
            target.number = self.app.store.next_id(&self.tenant, Sequence::Target).await.expect("a number");
            let mut transaction = self.app.store.transaction(&self.tenant);
            transaction.create(&target).count_target(&self.tenant, &target.controller_id, 1);
            transaction.commit().await.expect("a target");
            ids.push(target.controller_id);
        }
        ids
    }

    /// Makes a set that can be deployed.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn set(&self, name: &str) -> i64 {
        let store = &self.app.store;
        let types: Vec<Loaded<DistributionSetType>> = store.all(&self.tenant).await.expect("types");
        let module_types: Vec<Loaded<SoftwareModuleType>> = store.all(&self.tenant).await.expect("types");
        let set_type = types.iter().find(|one| one.key == "os").expect("a type");
        let module_type = module_types.iter().find(|one| one.key == "os").expect("a type");
        let ids = store.next_ids(&self.tenant, Sequence::Catalogue, 2).await.expect("ids");
        let common = |id: i64, type_id: i64| {
            let (by, at) = (self.actor().name().to_owned(), self.now());
            json!({ "id": id, "ty": type_id, "name": name, "ver": "1", "val": true,
                    "cb": by, "ca": at, "mb": by, "ma": at })
        };
        let module: SoftwareModule = read(common(ids.start, module_type.id));
        let mut set: DistributionSet = read(common(ids.start + 1, set_type.id));
        set.modules.insert(module.id);
        let mut transaction = store.transaction(&self.tenant);
        transaction.create(&module).create(&set);
        transaction.commit().await.expect("a set");
        set.id
    }

    /// Who does everything here.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User("admin".to_owned())
    }
}
