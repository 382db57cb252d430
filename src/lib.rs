//! nianbao: 政府信息公开工作年度报告的填报、校验、审查、发布与汇总。
//!
//! A report's numbers are one vector and the statute is data; see `domain`. Imports only point down:
//!
//! ```text
//! main, cli      the program
//! http           actix + utoipa: translate in, call one operation, translate out
//! work           what goes on behind the requests: index, renditions, webhooks, jobs
//! operations     use cases, sync, one function per verb: load – decide – save
//! storage        diesel and nothing but: rows, queries, both engines, the lane
//! documents      readers: bytes → report document
//! domain         pure
//! settings, telemetry   leaves, used by cli and http's server only
//! inside         what tests, benches and fuzz targets take hold of: with `run` the library's whole face
//! ```
#![cfg_attr(
    test,
    expect(
        clippy::cast_possible_wrap,
        clippy::string_slice,
        clippy::unwrap_in_result,
        reason = "a test stops where it stands"
    )
)]

mod cli;
mod documents;
mod domain;
mod http;
pub mod inside;
mod operations;
mod settings;
mod storage;
mod telemetry;
#[cfg(test)]
mod tests;
mod work;

pub use cli::run;
