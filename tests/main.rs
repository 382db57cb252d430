//! All integration tests, in one binary: each further one would cost a link and 19 MB.

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
mod rules;
mod storage;
mod workflow;
