//! `nianbao migrate`.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use crate::storage::Store;

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let settings = options.load()?;
    let ran = Store::migrate(&store_options(&settings)?)?;
    if ran.is_empty() {
        return print("已是当前的表结构。\n");
    }
    print(&format!("已升级：{}\n", ran.join("、")))
}
