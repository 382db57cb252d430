//! `nianbao migrate`.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use crate::storage::{Filled, Store};
use std::time::{Duration, Instant};

/// How often it is told how far a fill is.
const EVERY: Duration = Duration::from_secs(2);

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let settings = options.load()?;
    let mut told = Instant::now();
    let mut tell = |fill: Filled| {
        if fill.rows >= fill.of || told.elapsed() >= EVERY {
            told = Instant::now();
            // A reader that has gone away stops nothing.
            let _shown = print(&format!("补填 {}：{} / {} 行\n", fill.name, fill.rows, fill.of));
        }
    };
    let ran = Store::migrate_telling(&store_options(&settings)?, &mut tell)?;
    if ran.is_empty() {
        return print("已是当前的表结构。\n");
    }
    print(&format!("已升级：{}\n", ran.join("、")))
}
