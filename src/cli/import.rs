//! `nianbao import`: files tried out, or stored as drafts; one line for each, and a verdict for all.

use super::failure::Failure;
use super::options::{ConfigOptions, rule_set, store_options};
use super::print;
use super::program::{named, write_as};
use super::reading::{ReadFile, files, read};
use crate::domain::agency::Level;
use crate::domain::id::ReportId;
use crate::domain::report::Scope;
use crate::domain::rules::{Counts, Judged, RuleSet, judge};
use crate::domain::year::YearPlan;
use crate::operations::AgencyRef;
use crate::operations::reports::{self, NewReport};
use crate::storage::Store;
use crate::storage::sources::SourceFile;
use clap::Args;
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(after_help = "退出码：0 全部可以填报；1 有须改正的；3 有读不了的。")]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 文件或文件夹：docx、doc、wps、odt、xlsx、xls、et、ods、csv、pdf、ofd、html、mht、txt、md、json
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 存入哪个机关（编号或统一社会信用代码）；不给则只试读，不碰数据库
    #[arg(long, value_name = "机关", requires = "year", value_parser = super::token::read_agency)]
    agency: Option<AgencyRef>,
    /// 存入哪个年度
    #[arg(long, value_name = "年度")]
    year: Option<i32>,
    /// 只试读，不保存
    #[arg(long)]
    dry_run: bool,
}

/// What became of one file.
struct Line {
    file: String,
    told: Result<(ReadFile, Counts, Option<String>), String>,
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
    let settings = options.config.load()?;
    let rules = rule_set(&settings)?;
    let store = match target {
        Some(_) => Some(Store::open(store_options(&settings)?)?),
        None => None,
    };
    let bar = progress(paths.len());
    let lines: Vec<Line> = paths
        .iter()
        .map(|path| {
            let told = read(path, options.year).and_then(|read| {
                let counts = judged(&read, options.year, &rules);
                let stored = match (&store, target) {
                    (Some(store), Some((agency, year))) => {
                        Some(keep(store, &read, agency, year).map_err(|failure| failure.to_string())?)
                    }
                    _ => None,
                };
                Ok((read, counts, stored))
            });
            bar.inc(1);
            Line { file: path.display().to_string(), told }
        })
        .collect();
    bar.finish_and_clear();
    if let Some(store) = &store {
        store.close();
    }
    print(&table(&lines))?;
    let unread = lines.iter().filter(|line| line.told.is_err()).count();
    let faulty =
        lines.iter().filter(|line| matches!(&line.told, Ok((_, counts, _)) if counts.error > 0)).count();
    match (unread, faulty) {
        (0, 0) => Ok(()),
        (0, faulty) => Err(Failure::Verdict(1, format!("{faulty} 份须改正，共 {} 份", lines.len()))),
        (unread, faulty) => {
            let told = format!("{unread} 份读不了，{faulty} 份须改正，共 {} 份", lines.len());
            Err(Failure::Verdict(3, told))
        }
    }
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
fn judged(read: &ReadFile, year: Option<i32>, rules: &RuleSet) -> Counts {
    let document = &read.document;
    let year = year.or(document.year).unwrap_or_else(|| document.content.form().from);
    let plan = YearPlan::default_for(year);
    let verdict = judge(&Judged {
        faults: &document.faults,
        blanks: &read.notes.blanks,
        year,
        period_end: plan.period_end,
        due_on: Some(plan.due_on(Level::County, document.scope.unwrap_or(Scope::Own))),
        day: document.signed_on,
        ..Judged::alone(&document.content, rules)
    });
    Counts::of(&verdict.findings)
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

fn table(lines: &[Line]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["文件", "种类", "年度", "机关", "单元格", "未读", "错误", "警告", "结论"]);
    for line in lines {
        let name = Path::new(&line.file)
            .file_name()
            .map_or_else(|| line.file.clone(), |name| name.to_string_lossy().into_owned());
        table.add_row(match &line.told {
            Ok((read, counts, stored)) => {
                let expected = read.notes.cells_expected;
                let unread = expected.saturating_sub(read.notes.cells_read + read.notes.cells_blank);
                let verdict = match (stored, counts.error) {
                    (Some(id), _) => format!("已存为草稿 {id}"),
                    (None, 0) => "可以填报".to_owned(),
                    (None, _) => "须改正".to_owned(),
                };
                vec![
                    name,
                    read.kind.as_str().to_owned(),
                    read.document.year.map(|year| year.to_string()).unwrap_or_default(),
                    read.document.agency_name.clone().unwrap_or_default(),
                    format!("{}/{expected}", read.notes.cells_read),
                    unread.to_string(),
                    counts.error.to_string(),
                    counts.warning.to_string(),
                    verdict,
                ]
            }
            Err(why) => {
                let mut row = vec![name];
                row.extend(std::iter::repeat_n(String::new(), 7));
                row.push(format!("读不了：{why}"));
                row
            }
        });
    }
    format!("{table}\n")
}
