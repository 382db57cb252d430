//! `nianbao backup` and `nianbao restore`.

use super::audit::require_whole;
use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use super::token::act_of_program;
use crate::operations::audit::adopt_restored;
use crate::storage::Store;
use crate::storage::backup::BackupError;
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
            other => format!("没有完成：{other}"),
        })
    }
}

/// Copies a running database.
pub fn backup(options: &Backup) -> Result<(), Failure> {
    let settings = options.config.load()?;
    Store::backup(&store_options(&settings)?, &options.file)?;
    print(&format!(
        "已备份到 {}；核对：nianbao restore 到另一处后运行 nianbao audit verify\n",
        options.file.display()
    ))
}

/// Puts a copy in the place of a database that is gone, checks its audit, and names its log anew.
pub fn restore(options: &Restore) -> Result<(), Failure> {
    let settings = options.config.load()?;
    let store_options = store_options(&settings)?;
    if let Some(file) = &options.file {
        Store::restore(&store_options, file)?;
        Store::migrate(&store_options)?;
    }
    let store_file = store_options.url.file().map(PathBuf::from);
    let store = Store::open(store_options)?;
    let done = adopt(&store);
    store.close();
    if let (Err(_), Some(_), Some(file)) = (&done, &options.file, store_file) {
        // A database whose audit is not whole is not left where a service would take it up.
        for suffix in ["", "-wal", "-shm"] {
            let _not_there = std::fs::remove_file(format!("{}{suffix}", file.display()));
        }
    }
    done
}

fn adopt(store: &Store) -> Result<(), Failure> {
    let whole = require_whole(store, None)?;
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|error| Failure::Usage(format!("系统没有给出随机数：{error}")))?;
    let epoch = hex::encode(random);
    let named = epoch.clone();
    write(store, act_of_program("restore"), move |desk| adopt_restored(desk, &named))?;
    print(&format!("{whole}已恢复，变更代号为 {epoch}：订阅者会得到 410 并重新取全部\n"))
}
