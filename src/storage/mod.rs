//! diesel and nothing but: rows, queries, both engines, and the lane through which everything is written.
//!
//! Architecture invariant: no other folder names diesel or writes SQL. Queries take a connection;
//! they never begin, commit or check out.

#[macro_use]
mod connection;
pub mod agencies;
pub mod audit;
pub mod backup;
pub mod cluster;
pub mod comments;
pub mod consolidated;
mod deadline;
mod dsl;
mod error;
pub mod explanations;
mod form_cells;
pub mod history;
pub mod jobs;
mod lane;
mod listing;
pub mod meters;
pub mod migrate;
pub mod outbox;
pub mod people;
pub mod positions;
mod prepared;
pub mod progress;
mod readers;
pub mod receipts;
pub mod renditions;
pub mod reports;
pub mod revisions;
pub mod roster;
mod schema;
pub mod search;
pub mod set_aside;
pub mod sources;
mod store;
pub mod sums;
pub mod suppressions;
pub mod transitions;
mod types;
pub mod upstream;
mod watch;
pub mod webhooks;
pub mod whole;
pub mod years;

pub use connection::{AnyConnection, DatabaseUrl, DatabaseUrlFault, analyze, take_time};
pub use deadline::still_wanted;
pub use diesel::result::Error as DatabaseError;
pub use error::{OpenError, StorageError, is_unique_violation};
pub use lane::{
    Act, Actor, Basis, Change, IdempotencyKey, IntoStorage, KeyHeld, Later, Note, Notes, Queue, StoredAnswer,
    WriteError, Written,
};
pub use meters::Meters;
pub use migrate::{MigrateError, SchemaState};
pub use store::{Store, StoreOptions};
pub use watch::{News, RestsOn, Watch};
