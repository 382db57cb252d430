//! Two bounded queues before the writer: people who wait, and bulk work that gives way to them.

use super::Job;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which queue a job waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Somebody waits for the answer.
    Interactive,
    /// Imports of many, seeds: run in short slices when nobody waits.
    Bulk,
}

/// The jobs that wait.
pub(in crate::storage) struct Waiting {
    inner: Mutex<Inner>,
    arrived: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct Inner {
    interactive: VecDeque<Box<dyn Job>>,
    bulk: VecDeque<Box<dyn Job>>,
    closed: bool,
}

/// What the writer is to do next.
pub(in crate::storage) enum Next {
    Batch(Queue, Vec<Box<dyn Job>>),
    /// Nobody came for a while: a good moment for a checkpoint.
    Idle,
    /// Closed and empty.
    End,
}

impl Waiting {
    pub fn new(capacity: usize) -> Waiting {
        Waiting { inner: Mutex::default(), arrived: Condvar::new(), capacity }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job, or gives it back when the queue is full or closed.
    pub fn push(&self, queue: Queue, job: Box<dyn Job>) -> Result<(), Box<dyn Job>> {
        let mut inner = self.lock();
        let capacity = self.capacity;
        let closed = inner.closed;
        let line = match queue {
            Queue::Interactive => &mut inner.interactive,
            Queue::Bulk => &mut inner.bulk,
        };
        if closed || line.len() >= capacity {
            return Err(job);
        }
        line.push_back(job);
        drop(inner);
        self.arrived.notify_one();
        Ok(())
    }

    /// Puts bulk jobs back in front, in their order.
    pub fn put_back(&self, jobs: Vec<Box<dyn Job>>) {
        let mut inner = self.lock();
        for job in jobs.into_iter().rev() {
            inner.bulk.push_front(job);
        }
    }

    pub fn someone_waits(&self) -> bool {
        !self.lock().interactive.is_empty()
    }

    pub fn depth(&self) -> usize {
        let inner = self.lock();
        inner.interactive.len() + inner.bulk.len()
    }

    /// No more jobs are taken in; those that wait are still done.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// What people wait for by now, without waiting for more.
    pub fn take_more(&self, most: usize) -> Vec<Box<dyn Job>> {
        let mut inner = self.lock();
        let count = most.min(inner.interactive.len());
        inner.interactive.drain(..count).collect()
    }

    /// Waits for jobs, people first.
    pub fn take(&self, most: usize, patience: Duration) -> Next {
        let mut inner = self.lock();
        loop {
            if !inner.interactive.is_empty() {
                let count = most.min(inner.interactive.len());
                return Next::Batch(Queue::Interactive, inner.interactive.drain(..count).collect());
            }
            if !inner.bulk.is_empty() {
                let count = most.min(inner.bulk.len());
                return Next::Batch(Queue::Bulk, inner.bulk.drain(..count).collect());
            }
            if inner.closed {
                return Next::End;
            }
            let (guard, waited) =
                self.arrived.wait_timeout(inner, patience).unwrap_or_else(PoisonError::into_inner);
            inner = guard;
            if waited.timed_out() && inner.interactive.is_empty() && inner.bulk.is_empty() && !inner.closed {
                return Next::Idle;
            }
        }
    }
}
