//! diesel and nothing but: rows, queries, both engines, and the lane through which everything is written.
//!
//! Architecture invariant: no other folder names diesel or writes SQL. Queries take a connection;
//! they never begin, commit or check out.

#[macro_use]
mod connection;
pub mod access;
pub mod agencies;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod cluster;
pub mod comments;
pub mod consolidated;
mod deadline;
mod dsl;
mod error;
pub mod explanations;
pub mod form_cells;
mod grants;
pub mod history;
pub mod instances;
pub mod jobs;
mod lane;
pub mod meters;
pub mod migrate;
mod options;
pub mod outbox;
pub mod pending;
pub mod people;
pub mod person_grants;
pub mod positions;
mod prepared;
mod private;
pub mod progress;
mod pulse;
mod query;
mod quick;
mod readers;
pub mod receipts;
pub mod recounts;
pub mod renditions;
pub mod reports;
pub mod review_settings;
pub mod revisions;
pub mod roster;
mod said;
mod schema;
mod seals;
pub mod set_aside;
pub mod shared_keys;
pub mod sources;
mod sql;
mod standbys;
mod statements;
mod store;
pub mod subjects;
pub mod sums;
pub mod suppressions;
mod tally;
pub mod together;
pub mod tokens;
pub mod transitions;
mod types;
pub mod upkeep;
pub mod upstream;
pub mod verdicts;
mod watch;
pub mod webhooks;
pub mod whole;
pub mod years;

pub use connection::{AnyConnection, DatabaseUrl, DatabaseUrlFault, analyze, take_time};
pub use diesel::result::Error as DatabaseError;
pub use error::{OpenError, StorageError, Stored, is_unique_violation};
pub use lane::{
    Act, Actor, Basis, Change, IdempotencyKey, IntoStorage, KeyHeld, Later, Note, Notes, Queue, StoredAnswer,
    WriteError, Written,
};
pub use meters::Meters;
pub use migrate::SchemaState;
pub use options::StoreOptions;
pub use sql::fills::Filled;
pub use sql::{guarded, search};
pub use standbys::StandbyTold;
pub use store::Store;
pub use watch::{News, RestsOn};
