//! Intake: a file from outside becomes a report, or is refused with what is wrong and the way out.
//!
//! [`Sandbox::read`] hands the bytes to a process of its own, which calls [`read()`] under the bounds of
//! [`confine()`] and answers in one line ([`Answer`]). What a file is its bytes say before its media type and
//! its name. HTTP and the command line both come this way.

mod confine;
mod json;
mod kind;
mod look;
mod read;
mod sandbox;
mod strict;
mod wire;

pub use confine::confine;
pub use json::{MemberFault, read_document};
pub use kind::Kind;
pub use read::{IntakeFault, LARGEST_FILE, Read, Said, read, read_grid, settle};
pub use sandbox::{Sandbox, SandboxFault};
pub use strict::JsonFault;
pub use wire::Answer;
