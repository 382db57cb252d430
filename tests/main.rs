//! All integration tests, in one binary: each further one would cost a link and 19 MB.

mod api;
mod architecture;
mod clients;
mod cluster;
mod corpus;
mod documents;
mod forms;
mod rules;
mod storage;
mod workflow;
