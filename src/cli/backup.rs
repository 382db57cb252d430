//! `nianbao backup` and `nianbao restore`.

use super::audit::require_whole;
use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use super::stats::wrong_sums;
use super::token::act_of_program;
use crate::operations::audit::adopt_restored;
use crate::storage::backup::BackupError;
use crate::storage::{Store, StoreOptions};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    config: ConfigOptions,
    /// 备份写到哪个文件；不覆盖已有的文件
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    config: ConfigOptions,
    /// 备份文件（SQLite）；PostgreSQL 先用 pg_restore 恢复，再用 --adopt
    #[arg(required_unless_present = "adopt", conflicts_with = "adopt")]
    file: Option<PathBuf>,
    /// 数据库已经恢复好（PostgreSQL）：只核对审计，并启用新的变更代号
    #[arg(long)]
    adopt: bool,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Failure {
        Failure::Usage(match error {
            BackupError::Exists(file) => format!("{file} 已经存在，不覆盖：请先移走，或换一个文件名"),
            BackupError::NotEmbedded => {
                "PostgreSQL 请用它自己的工具备份：pg_dump -Fc -f 文件 数据库地址；恢复用 pg_restore，再运行 nianbao restore --adopt"
                    .to_owned()
            }
            BackupError::Damaged(fault) => format!("文件已损坏，没有采用：{fault}"),
            BackupError::Foreign => "这不是 nianbao 的数据库文件（或是空的），没有采用".to_owned(),
            other => format!("没有完成：{other}"),
        })
    }
}

/// Copies a running database; what is not whole is not kept.
pub fn backup(options: &Backup) -> Result<(), Failure> {
    let settings = options.config.load()?;
    let store_options = store_options(&settings)?;
    let staged = Store::backup(&store_options, &options.file)?;
    let whole = looked_through(&StoreOptions { url: staged.url(), ..store_options }, require_sound)?;
    staged.settle()?;
    print(&format!("{whole}已备份到 {}\n", options.file.display()))
}

/// Puts a copy in the place of a database that is gone, checks all of it, and names its log anew.
pub fn restore(options: &Restore) -> Result<(), Failure> {
    let settings = options.config.load()?;
    let store_options = store_options(&settings)?;
    let store_options = StoreOptions { adopts: true, ..store_options };
    let Some(file) = &options.file else {
        return print(&looked_through(&store_options, adopt)?);
    };
    let staged = Store::restore(&store_options, file)?;
    let part = StoreOptions { url: staged.url(), ..store_options };
    Store::migrate(&part)?;
    let told = looked_through(&part, adopt)?;
    staged.settle()?;
    print(&told)
}

/// Opens a database for one look, and leaves nothing of it open.
fn looked_through(
    options: &StoreOptions,
    look: fn(&Store) -> Result<String, Failure>,
) -> Result<String, Failure> {
    let store = Store::open(options.clone())?;
    let done = look(&store);
    store.close();
    done
}

/// The audit is one chain, and the kept sums are those of the published reports.
fn require_sound(store: &Store) -> Result<String, Failure> {
    let whole = require_whole(store, None)?;
    match wrong_sums(store)? {
        0 => Ok(whole),
        wrong => {
            Err(Failure::Usage(format!("合计有 {wrong} 处与已发布的报告不符，没有完成：这个文件不完整")))
        }
    }
}

fn adopt(store: &Store) -> Result<String, Failure> {
    let whole = require_sound(store)?;
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|error| Failure::Usage(format!("系统没有给出随机数：{error}")))?;
    let epoch = hex::encode(random);
    let named = epoch.clone();
    write(store, act_of_program("restore"), move |desk| adopt_restored(desk, &named))?;
    Ok(format!("{whole}已恢复，变更代号为 {epoch}：订阅者会得到 410 并重新取全部\n"))
}
