//! The service as its callers see it: the real program, over real HTTP, on both databases.

#[macro_use]
pub mod harness;

mod agencies;
mod audit;
mod catalogue;
mod conventions;
mod corrections;
mod durability;
mod idempotency;
mod imports;
mod matrix;
mod program;
mod reports;
mod review;
mod sections;
mod tokens;
mod validation;
mod years;
