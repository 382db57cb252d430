//! `nianbao export`: one report as a document.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::program::{asking_as_program, read_here, write as write_in_lane};
use super::token::act_of_program;
use crate::documents::write::{Format, write};
use crate::domain::audit::Access;
use crate::domain::id::ReportId;
use crate::http::document_json;
use crate::operations::audit::enter_reads;
use crate::operations::reports::{self, ReportView};
use crate::storage::Store;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 报告编号
    #[arg(value_parser = read_report)]
    report: ReportId,
    /// 格式：docx、html、pdf、xlsx、csv、md、json
    #[arg(long, value_parser = read_format)]
    format: Format,
    /// 写到哪个文件；不给则写到标准输出
    #[arg(long, value_name = "文件")]
    output: Option<PathBuf>,
    /// 只看已发布的一版；默认是正在编辑的一版
    #[arg(long)]
    published: bool,
}

fn read_report(text: &str) -> Result<ReportId, String> {
    text.parse().map_err(|()| "应为报告编号".to_owned())
}

fn read_format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|()| "应为 docx、html、pdf、xlsx、csv、md 或 json".to_owned())
}

/// What is not published leaves a trace when it is read here, too.
fn access(view: &ReportView, format: Format) -> Access {
    let target = format!("{} --format {}", view.report.id, format.as_str());
    Access {
        agency_id: Some(view.agency.id.to_string()),
        report_id: Some(view.report.id.to_string()),
        ..read_here("export", target)
    }
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let store = Store::open(store_options(&options.config.load()?)?)?;
    let asking = asking_as_program();
    let found = store.read_blocking(|c| reports::find(c, &asking, &options.report, options.published));
    let view = found.map_err(|_| Failure::Usage("没有这份报告".to_owned()))?;
    if !options.published {
        let read = access(&view, options.format);
        write_in_lane(&store, act_of_program("export"), move |desk| {
            enter_reads(desk.connection, std::slice::from_ref(&read))
        })?;
    }
    store.close();
    let document = view.document();
    let bytes = match write(&document, options.format) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => document_json(&document),
        Err(fault) => return Err(Failure::Usage(format!("写不成 {}：{fault}", options.format.as_str()))),
    };
    match &options.output {
        Some(file) => std::fs::write(file, bytes)?,
        None => std::io::stdout().lock().write_all(&bytes)?,
    }
    Ok(())
}
