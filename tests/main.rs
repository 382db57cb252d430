//! All integration tests, in one binary: each further one would cost a link and 19 MB.
#![expect(
    clippy::allow_attributes,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    reason = "a test stops where it stands, and sentences are made by a macro"
)]

#[macro_use]
mod api;
mod architecture;
#[cfg(target_os = "linux")]
mod attacks;
mod clients;
mod cluster;
mod corpus;
mod deploy;
mod documents;
mod forms;
mod roles;
mod rules;
mod storage;
mod workflow;
