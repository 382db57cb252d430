//! `nianbao search`: the index made anew from what is published.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use super::token::act_of_program;
use crate::operations::search::rebuild;
use crate::storage::Store;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 从已发布的报告重建索引；服务可以照常运行
    Rebuild(ConfigOptions),
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Rebuild(config) = verb;
    let store = Store::open(store_options(&config.load()?)?)?;
    let mut after = None;
    loop {
        let from = after.clone();
        let last = write(&store, act_of_program("search"), move |connection, _, _| {
            rebuild(connection, from.clone())
        })?;
        match last {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    store.close();
    print("索引已重建。\n")
}
