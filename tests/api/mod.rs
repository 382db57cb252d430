//! The service as its callers see it: the real program, over real HTTP, on both databases.

#[macro_use]
pub mod harness;

mod across_years;
mod agencies;
mod archive;
mod audit;
mod browser;
mod catalogue;
mod codings;
mod comments;
mod conventions;
mod corrections;
mod document;
mod documents;
mod durability;
mod endurance;
mod enrolment;
mod examples;
mod farewell;
#[cfg(target_os = "linux")]
pub mod full_disk;
mod grants;
mod idempotency;
mod imports;
mod jobs;
mod loading;
mod matrix;
mod observability;
pub mod oidc;
mod onward;
mod own_line;
pub mod pending;
mod people;
pub mod person_grants;
mod persons_here;
mod program;
mod provider;
mod proxies;
mod receivers;
mod registry;
mod renditions;
mod reports;
mod review;
mod rights;
mod routes;
#[cfg(target_os = "linux")]
mod sandbox;
mod sealed;
mod sections;
mod settings;
mod statements;
mod statistics;
mod tables;
mod tokens;
mod unchanged;
mod upkeep;
mod validation;
mod verdicts;
mod webhooks;
mod welcome;
mod wire;
mod years;
