//! The command line: one verb, one file.

mod audit;
mod check_config;
mod demo;
mod failure;
mod health;
mod migrate;
mod openapi;
mod options;
mod serve;
mod token;

use clap::{Parser, Subcommand};
use failure::Failure;
use options::ConfigOptions;
use std::process::ExitCode;

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
    /// 核对、导出审计
    #[command(subcommand)]
    Audit(audit::Verb),
    /// 检查设置：打印生效的值，或列出全部错误
    CheckConfig(ConfigOptions),
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
        Verb::Audit(verb) => audit::run(&verb),
        Verb::CheckConfig(options) => check_config::run(&options),
        Verb::Health(options) => health::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nianbao：{failure}");
            ExitCode::FAILURE
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
