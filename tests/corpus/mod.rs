//! The evaluation set: documents with known truth, clean passages, seeded faults; see README.md beside.

mod documents;
mod passages;
mod permuted;

use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)
}
