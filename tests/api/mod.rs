//! The service as its callers see it: the real program, over real HTTP, on both databases.

#[macro_use]
pub mod harness;

mod across_years;
mod agencies;
mod audit;
mod catalogue;
mod comments;
mod conventions;
mod corrections;
mod document;
mod documents;
mod durability;
mod endurance;
mod examples;
mod idempotency;
mod imports;
mod jobs;
mod loading;
mod matrix;
mod onward;
mod people;
mod program;
mod proxies;
mod registry;
mod renditions;
mod reports;
mod review;
mod routes;
#[cfg(target_os = "linux")]
mod sandbox;
mod sections;
mod statements;
mod statistics;
mod tables;
mod tokens;
mod unchanged;
mod upkeep;
mod validation;
mod welcome;
mod years;
