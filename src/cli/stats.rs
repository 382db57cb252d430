//! `nianbao stats`: the sums added up anew and compared.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use super::token::act_of_program;
use crate::operations::statistics::{Discrepancy, verify_year};
use crate::operations::years;
use crate::storage::Store;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 把各年度的合计从已发布的报告重新加一遍，与保存的逐格比较；有不符则退出码不为 0
    Verify(Options),
}

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 不符的年度重新计算
    #[arg(long)]
    repair: bool,
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Verify(options) = verb;
    let store = Store::open(store_options(&options.config.load()?)?)?;
    let done = verify(&store, options.repair);
    store.close();
    done
}

/// How many of the kept sums, over all years, are not those of the published reports.
pub fn wrong_sums(store: &Store) -> Result<usize, Failure> {
    let known = store.read_blocking(|connection| years::list(connection, 0, 200, false))?.0;
    known.iter().try_fold(0, |wrong, year| {
        let found = store.read_blocking(|connection| verify_year(connection, year.plan.year, false))?;
        Ok(wrong + found.len())
    })
}

fn verify(store: &Store, repair: bool) -> Result<(), Failure> {
    let known = store.read_blocking(|connection| years::list(connection, 0, 200, false))?.0;
    let mut wrong = 0;
    for year in known.iter().map(|year| year.plan.year) {
        let found = store.read_blocking(|connection| verify_year(connection, year, false))?;
        if found.is_empty() {
            print(&format!("{year}：相符\n"))?;
            continue;
        }
        wrong += found.len();
        for one in found.iter().take(20) {
            let what = match one {
                Discrepancy::Report(report) => format!("报告 {report} 的计入与已发布的不同"),
                Discrepancy::Node { node, form, level, kind } => {
                    let node = if node.is_empty() { "全部" } else { node.as_str() };
                    format!("{node} 的合计（格式 {form}，{level}，{kind}）不同")
                }
            };
            print(&format!("{year}：{what}\n"))?;
        }
        if repair {
            write(store, act_of_program("stats"), move |desk| verify_year(desk.connection, year, true))?;
            print(&format!("{year}：{} 处不符，已重新计算\n", found.len()))?;
        }
    }
    if wrong == 0 || repair {
        Ok(())
    } else {
        Err(Failure::Usage(format!("{wrong} 处不符；用 --repair 重新计算")))
    }
}
