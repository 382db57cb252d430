//! `nianbao search`: the index made anew from what is published, and how far it is.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use super::token::act_of_program;
use crate::operations::Answer;
use crate::operations::following::{Stride, set_next_aside, status};
use crate::operations::search::{FOLLOWING, enter_step, next_step, start_over};
use crate::storage::Store;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 从已发布的报告重建索引；服务可以照常运行
    Rebuild(ConfigOptions),
    /// 索引到了哪一条变更，哪些报告没有能编入、为什么
    Status(ConfigOptions),
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Rebuild(config) => rebuild(config),
        Verb::Status(config) => tell(config),
    }
}

fn rebuild(config: &ConfigOptions) -> Result<(), Failure> {
    let store = Store::open(store_options(&config.load()?)?)?;
    write(&store, act_of_program("search"), |desk| start_over(desk.connection))?;
    catch_up(&store)?;
    store.close();
    print("索引已重建。\n")
}

fn tell(config: &ConfigOptions) -> Result<(), Failure> {
    let store = Store::open(store_options(&config.load()?)?)?;
    let found: Answer<_> = store.read_blocking(|connection| status(connection, FOLLOWING.consumer));
    store.close();
    let (taken, last, aside) = found.map_err(crate::storage::WriteError::Refused)?;
    print(&format!("索引到第 {taken} 条变更，共 {last} 条；没有编入的报告 {} 份。\n", aside.len()))?;
    for one in aside {
        print(&format!("{}  第 {} 条变更，{} UTC：{}\n", one.report_id, one.seq, one.at, one.reason))?;
    }
    Ok(())
}

/// Takes all changes that are not indexed yet; what cannot be taken is set aside, as the service does.
pub fn catch_up(store: &Store) -> Result<(), Failure> {
    let mut stride = Stride::new(FOLLOWING);
    loop {
        let most = stride.length();
        let next: Answer<_> = store.read_blocking(|connection| next_step(connection, most));
        let entered = match next {
            Ok(None) => return Ok(()),
            Ok(Some(step)) => {
                let act = act_of_program("search");
                write(store, act, move |desk| enter_step(desk.connection, &step)).map(|_| ())
            }
            Err(refusal) => Err(crate::storage::WriteError::Refused(refusal).into()),
        };
        match entered {
            Ok(()) => stride.went(),
            Err(failure) if stride.failed() => {
                let reason = failure.to_string();
                write(store, act_of_program("search"), move |desk| {
                    set_next_aside(desk.connection, FOLLOWING.consumer, &reason, desk.act.at)
                })?;
                stride.went();
            }
            Err(_) => {}
        }
    }
}
