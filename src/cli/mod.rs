//! The command line: one verb, one file.

mod audit;
mod backup;
mod check_config;
mod demo;
mod export;
mod failure;
mod files;
mod grant;
mod health;
mod import;
mod lexicons;
mod load;
mod memory;
mod migrate;
mod openapi;
mod operator;
mod options;
mod parse;
mod person;
mod program;
mod reading;
mod search;
mod seed;
mod serve;
mod stats;
mod token;

use clap::{Parser, Subcommand};
use failure::Failure;
use options::ConfigOptions;
use std::process::ExitCode;

pub use token::issue_one;

/// 年报：政府信息公开工作年度报告的填报、校验、审查、发布与汇总服务。
///
/// 第一次使用，请运行 `nianbao demo`：它建立一个演示数据库，启动服务，并告诉您打开哪些网址。
#[derive(Debug, Parser)]
#[command(name = "nianbao", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "设置：config/default.toml 列出全部键及含义；环境变量写作 NIANBAO__节__键，\n\
    如 NIANBAO__SERVER__LISTEN=0.0.0.0:8080、NIANBAO__DATABASE__URL=postgres://…。\n\
    接口文档：服务启动后打开 /docs，或运行 nianbao openapi。")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// 启动服务。SQLite 自动升级表结构；PostgreSQL 须先运行 migrate，或设 database.migrate=true
    Serve(ConfigOptions),
    /// 把数据库升级到当前的表结构；可以反复运行
    Migrate(ConfigOptions),
    /// 打印 OpenAPI 3.1 接口文档
    Openapi(openapi::Options),
    /// 建立演示数据库并启动服务：真实报告已导入、三审、发布
    Demo(demo::Options),
    /// 发给令牌
    #[command(subcommand)]
    Token(token::Verb),
    /// 建立人员，授给和收回其自己的授权（用身份提供方登录时有效）
    #[command(subcommand)]
    Person(person::Verb),
    /// 试读或存入文件：逐份列出读到的单元格、问题和结论
    Import(import::Options),
    /// 把一份报告写成 docx、html、pdf、xlsx、csv、md 或 json
    Export(export::Options),
    /// 装载往年的文件：按原发布日期记为已发布，问题记录在案而不阻止
    Load(load::Options),
    /// 写入一个省（或全国）的机关和报告，按真实规模试用：区划真实，数字和文字为生成
    Seed(seed::Options),
    /// 核对、导出审计
    #[command(subcommand)]
    Audit(audit::Verb),
    /// 核对统计的合计
    #[command(subcommand)]
    Stats(stats::Verb),
    /// 重建检索的索引
    #[command(subcommand)]
    Search(search::Verb),
    /// 备份正在使用的 SQLite 数据库（PostgreSQL 用 pg_dump）
    Backup(backup::Backup),
    /// 从备份恢复，核对审计，启用新的变更代号
    Restore(backup::Restore),
    /// 检查设置：打印生效的值，或列出全部错误
    CheckConfig(ConfigOptions),
    /// 读一份文件（服务内部使用：读取进程，限内存、限时、不碰数据库）
    #[command(hide = true)]
    Parse(parse::Options),
    /// 查看服务是否就绪：就绪则退出码为 0（供容器健康检查）
    Health(health::Options),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Serve(options) => serve::run(&options),
        Verb::Migrate(options) => migrate::run(&options),
        Verb::Openapi(options) => openapi::run(&options),
        Verb::Demo(options) => demo::run(&options),
        Verb::Token(verb) => token::run(&verb),
        Verb::Person(verb) => person::run(&verb),
        Verb::Import(options) => import::run(&options),
        Verb::Export(options) => export::run(&options),
        Verb::Load(options) => load::run(&options),
        Verb::Seed(options) => seed::run(&options),
        Verb::Audit(verb) => audit::run(&verb),
        Verb::Stats(verb) => stats::run(&verb),
        Verb::Search(verb) => search::run(&verb),
        Verb::Backup(options) => backup::backup(&options),
        Verb::Restore(options) => backup::restore(&options),
        Verb::CheckConfig(options) => check_config::run(&options),
        Verb::Parse(options) => parse::run(&options),
        Verb::Health(options) => health::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nianbao：{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Writes to standard output; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Io(error)),
        _ => Ok(()),
    }
}
