//! The store as those above the operations know it: opened, asked, written to and passed on; what is in it they
//! leave to the operations.

pub use crate::storage::{
    Act, Actor, AnyConnection, IdempotencyKey, KeyHeld, Meters, News, Notes, Queue, RestsOn, StandbyTold,
    StorageError, Store, StoredAnswer, WriteError, Written,
};
