//! `nianbao import`: files tried out, or stored as drafts; one line for each, and a verdict for all.

mod journal;
mod rows;

use super::failure::Failure;
use super::options::{ConfigOptions, rule_set, store_options};
use super::print;
use super::program::{named, write_as};
use super::reading::{ReadFile, files, read};
use crate::domain::agency::Level;
use crate::domain::id::ReportId;
use crate::domain::report::{Scope, SourceFile};
use crate::domain::rules::{Around, Finding, Judged, RuleSet, judge};
use crate::domain::year::YearPlan;
use crate::operations::AgencyRef;
use crate::operations::reports::{self, NewReport};
use crate::storage::Store;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use journal::Journal;
use rows::{Row, Verdict};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "退出码：0 全部可以填报；1 有须改正的；3 有读不了的；4 读得了而没有存入。")]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 文件或文件夹：docx、doc、wps、odt、xlsx、xls、et、ods、csv、pdf、ofd、html、mht、txt、md、json
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 存入哪个机关（编号或统一社会信用代码）；不给则只试读，不碰数据库
    #[arg(long, value_name = "机关", requires = "year", value_parser = super::grant::read_agency)]
    agency: Option<AgencyRef>,
    /// 存入哪个年度
    #[arg(long, value_name = "年度")]
    year: Option<i32>,
    /// 文件里有几份报告时读第几份，从 1 起
    #[arg(long, value_name = "份", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=100))]
    part: Option<usize>,
    /// 只试读，不保存
    #[arg(long)]
    dry_run: bool,
    /// 把结果写成表格（.csv 或 .json），每个文件一行，写明原因；中途停下的，再运行一次就接着做
    #[arg(long, value_name = "文件")]
    table: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut paths = Vec::new();
    for path in &options.files {
        if path.is_dir() {
            paths.extend(files(path)?);
        } else {
            paths.push(path.clone());
        }
    }
    let target = options.agency.as_ref().zip(options.year).filter(|_| !options.dry_run);
    if target.is_some() && paths.len() != 1 {
        return Err(Failure::Usage(
            "一次只能把一个文件存为一份报告；许多文件请去掉 --agency 试读，或用 nianbao load".to_owned(),
        ));
    }
    if let Some(table) = options.table.as_ref().filter(|table| !rows::is_known(table)) {
        return Err(Failure::Usage(format!("--table 应以 .csv 或 .json 结尾，现在是 {}", table.display())));
    }
    let settings = options.config.load()?;
    let rules = rule_set(&settings)?;
    let store = match target {
        Some(_) => Some(Store::open(store_options(&settings)?)?),
        None => None,
    };
    let rows = try_all(options, &paths, &rules, |read| match (&store, target) {
        (Some(store), Some((agency, year))) => {
            keep(store, read, agency, year).map(Some).map_err(|failure| failure.to_string())
        }
        _ => Ok(None),
    })?;
    if let Some(store) = &store {
        store.close();
    }
    print(&rows::shown(&rows))?;
    let count = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    if count(Verdict::Refused) > 0 {
        return Err(Failure::Verdict(4, "没有存入".to_owned()));
    }
    match (count(Verdict::Unread), count(Verdict::Faulty)) {
        (0, 0) => Ok(()),
        (0, faulty) => Err(Failure::Verdict(1, format!("{faulty} 份须改正，共 {} 份", rows.len()))),
        (unread, faulty) => {
            let told = format!("{unread} 份读不了，{faulty} 份须改正，共 {} 份", rows.len());
            Err(Failure::Verdict(3, told))
        }
    }
}

/// Tries every file; with a table to write, what an earlier run had done is not done again.
fn try_all(
    options: &Options,
    paths: &[PathBuf],
    rules: &RuleSet,
    keep: impl Fn(&ReadFile) -> Result<Option<String>, String>,
) -> Result<Vec<Row>, Failure> {
    let judged_by = format!("{} {:?}", rules.name(), options.year);
    // What is stored is never taken for done.
    let journaled = options.table.as_ref().filter(|_| options.agency.is_none() || options.dry_run);
    let mut journal = journaled.map(|table| Journal::open(table, judged_by)).transpose()?;
    if let Some(done) = journal.as_ref().map(Journal::done).filter(|done| *done > 0) {
        eprintln!("接着上次：已有 {done} 个文件的结果");
    }
    let bar = progress(paths.len());
    let mut rows = Vec::with_capacity(paths.len());
    for path in paths {
        let row = match journal.as_ref().and_then(|journal| journal.known(path)) {
            Some(known) => known,
            None => {
                let row = match read(path, options.year, options.part) {
                    Ok(read) => {
                        let findings = judged(&read, options.year, rules);
                        match keep(&read) {
                            Ok(report) => Row::read(path, &read, &findings, report),
                            Err(why) => Row::read(path, &read, &findings, None).refused(why),
                        }
                    }
                    Err(why) => Row::unread(path, why),
                };
                if let Some(journal) = &mut journal {
                    journal.note(path, &row)?;
                }
                row
            }
        };
        rows.push(row);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let Some(table) = &options.table {
        rows::write(&rows, table)?;
    }
    if let Some(journal) = journal {
        journal.finish();
    }
    Ok(rows)
}

/// A bar on standard error, where somebody watches.
pub fn progress(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}（剩余 {eta}）") {
        bar.set_style(style);
    }
    bar
}

/// The findings of a document about whose agency nothing is known.
fn judged(read: &ReadFile, year: Option<i32>, rules: &RuleSet) -> Vec<Finding> {
    let document = &read.document;
    let year = year.or(document.year).unwrap_or_else(|| document.content.form().from);
    let plan = YearPlan::default_for(year);
    let verdict = judge(&Judged {
        around: Around {
            title: document.title.as_deref(),
            agency_name: document.agency_name.as_deref(),
            signed_by: document.signed_by.as_deref(),
            index_number: document.index_number.as_deref(),
            source_url: document.source_url.as_deref(),
            reason: None,
        },
        scope: document.scope,
        faults: &document.faults,
        blanks: &read.notes.blanks,
        year,
        period_end: plan.period_end,
        due_on: Some(plan.due_on(Level::County, document.scope.unwrap_or(Scope::Own))),
        day: document.signed_on,
        ..Judged::alone(&document.content, rules)
    });
    verdict.findings
}

/// The kept file of a report that is to be.
pub fn source_of(read: &ReadFile, report: &ReportId) -> SourceFile {
    SourceFile {
        report_id: report.to_string(),
        revision: 1,
        sha256: read.sha256.clone(),
        media_type: read.kind.media().to_owned(),
        charset: read.charset.clone(),
        bytes: read.bytes.clone(),
    }
}

fn keep(store: &Store, read: &ReadFile, agency: &AgencyRef, year: i32) -> Result<String, Failure> {
    let (asking, act) = named(store)?;
    let id = ReportId::from_uuid(uuid::Uuid::now_v7());
    let source = Some(source_of(read, &id));
    let new = NewReport::of_document(id.clone(), agency.clone(), year, read.document.clone());
    let new = NewReport { source, ..new };
    write_as(store, (asking, act), move |desk| reports::create(desk, &new))?;
    Ok(id.to_string())
}
