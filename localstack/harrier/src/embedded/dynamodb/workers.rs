//! The engine's own threads. Its work is synchronous behind one mutex, so it must not run on the runtime's workers.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{Builder, JoinHandle};

use dynoxide::Database;
use tokio::sync::oneshot;

use super::EmbeddedError;

/// Two: while one holds the database, the other reads or writes the JSON of the next request.
const THREADS: usize = 2;

type Job = Box<dyn FnOnce(&Database) + Send>;

/// Threads that run jobs against one database until the value is dropped.
pub(super) struct Workers {
    /// In place of threads: jobs run where they are asked for, one after the other.
    inline: Option<Database>,
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    /// Shared by the jobs under way, exclusive for work beside them.
    gate: Arc<RwLock<()>>,
}

impl Workers {
    /// Starts the threads; the database closes when they end.
    pub(super) fn start(database: Database) -> Result<Self, EmbeddedError> {
        let (sender, receiver) = channel::<Job>();
        let receiver = Arc::new(Mutex::new(receiver));
        let mut workers =
            Self { inline: None, jobs: Some(sender), threads: Vec::with_capacity(THREADS), gate: Arc::default() };
        for _ in 0..THREADS {
            let (jobs, database, gate) = (Arc::clone(&receiver), database.clone(), Arc::clone(&workers.gate));
            let thread = Builder::new().name("dynamodb".to_owned()).spawn(move || work(&jobs, &database, &gate))?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// Runs jobs on the threads that ask for them, so that the same requests are always answered in the same order.
    pub(super) fn inline(database: Database) -> Self {
        Self { inline: Some(database), jobs: None, threads: Vec::new(), gate: Arc::default() }
    }

    /// Runs `job` on one of the threads. The job runs to its end even if the caller stops waiting, as a request
    /// that has reached the service would.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Result<T, EmbeddedError> {
        if let Some(database) = &self.inline {
            return Ok(job(database));
        }
        let (reply, answer) = oneshot::channel();
        let boxed: Job = Box::new(move |database| {
            // The receiver is gone when the caller has stopped waiting; its work is done all the same.
            let _ = reply.send(job(database));
        });
        let jobs = self.jobs.as_ref().ok_or(EmbeddedError::Stopped)?;
        jobs.send(boxed).map_err(|_| EmbeddedError::Stopped)?;
        answer.await.map_err(|_| EmbeddedError::Stopped)
    }

    /// Does something on the calling thread while no job runs.
    pub(super) fn alone<T>(&self, act: impl FnOnce() -> T) -> T {
        let _exclusive = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        act()
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, database: &Database, gate: &RwLock<()>) {
    while let Some(job) = next(jobs) {
        let _shared = gate.read().unwrap_or_else(PoisonError::into_inner);
        job(database);
    }
}

fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl Drop for Workers {
    /// Waits for the threads, so that the file is closed when the last owner is gone and can be opened again.
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
