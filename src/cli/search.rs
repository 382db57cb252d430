//! `nianbao search`: the index made anew from what is published.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use super::token::act_of_program;
use crate::operations::Refusal;
use crate::operations::search::{enter_step, next_step, start_over};
use crate::storage::{Store, WriteError};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 从已发布的报告重建索引；服务可以照常运行
    Rebuild(ConfigOptions),
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Rebuild(config) = verb;
    let store = Store::open(store_options(&config.load()?)?)?;
    write(&store, act_of_program("search"), |desk| start_over(desk.connection))?;
    catch_up(&store)?;
    store.close();
    print("索引已重建。\n")
}

/// Takes all changes that are not indexed yet.
pub fn catch_up(store: &Store) -> Result<(), Failure> {
    loop {
        let next: Result<_, Refusal> = store.read_blocking(next_step);
        let Some(step) = next.map_err(WriteError::Refused)? else { return Ok(()) };
        write(store, act_of_program("search"), move |desk| enter_step(desk.connection, &step))?;
    }
}
