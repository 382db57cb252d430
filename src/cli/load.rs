//! `nianbao load`: documents of past years enter as published on their true days.
//!
//! Whose they are stands in `manifest.csv` (file, agency, year, scope, published_on), or in the path (a folder
//! or a file's name that is an agency's id or credit code), or in the document itself. A report that is
//! there already is passed over, so that a broken run is simply begun again. Only closed years take them, and only
//! long after their last due day.

use super::failure::{Failure, io_told, refused};
use super::import::{progress, source_of};
use super::options::{ConfigOptions, policy, store_options};
use super::print;
use super::program::{named, settle_estimates, write_as};
use super::reading::{ReadFile, files, read};
use crate::domain::agency::{Agency, AgencyStatus};
use crate::domain::id::ReportId;
use crate::domain::report::Scope;
use crate::operations::agencies::resolve;
use crate::operations::reports::{self, NewReport};
use crate::operations::{AgencyRef, Answer, Asking, Refusal};
use crate::storage::{Act, AnyConnection, Store, agencies, history};
use chrono::NaiveDate;
use clap::Args;
use comfy_table::{Table, presets};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 文件夹，其中的每个文件都装载为已发布：是谁的、哪一年、何时发布，依次看 manifest.csv
    /// （file,agency,year,scope,published_on）、文件夹和文件的名称、文件里写的（标题、落款）；先用 nianbao import 试读
    folder: PathBuf,
}

/// What the manifest says of a file; what it leaves out is asked of the path and of the document.
#[derive(Debug, Default, Clone)]
struct Said {
    agency: Option<String>,
    year: Option<i32>,
    scope: Option<Scope>,
    published_on: Option<NaiveDate>,
}

enum Outcome {
    Loaded { errors: i32 },
    There,
    Refused(String),
}

const MANIFEST: &str = "manifest.csv";

pub fn run(options: &Options) -> Result<(), Failure> {
    let settings = options.config.load()?;
    let manifest = manifest(&options.folder)?;
    let mut paths = files(&options.folder)?;
    paths.retain(|path| path.file_name().is_none_or(|name| name != MANIFEST));
    let store = Store::open(store_options(&settings)?)?;
    let (asking, act) = named(&store)?;
    let asking = Asking { policy: policy(&settings), ..asking };
    let bar = progress(paths.len());
    let mut outcomes = Vec::with_capacity(paths.len());
    for path in paths {
        let name = path.strip_prefix(&options.folder).unwrap_or(&path).display().to_string();
        let said = manifest.get(&name).cloned().unwrap_or_default();
        let outcome = load(&store, &asking, &act, &path, said).unwrap_or_else(Outcome::Refused);
        outcomes.push((name, outcome));
        bar.inc(1);
    }
    bar.finish_and_clear();
    settle_estimates(&store)?;
    store.close();
    tell(&outcomes)
}

fn manifest(folder: &Path) -> Result<HashMap<String, Said>, Failure> {
    let path = folder.join(MANIFEST);
    let mut said = HashMap::new();
    if !path.exists() {
        return Ok(said);
    }
    let broken = |line: u64, what: &str| Failure::Usage(format!("{MANIFEST} 第 {line} 行：{what}"));
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(&path)
        .map_err(|error| unreadable(&error))?;
    let columns = reader.headers().map_err(|error| unreadable(&error))?.clone();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let value = |name: &str| {
            let at = columns.iter().position(|column| column.trim_start_matches('\u{feff}') == name)?;
            record.get(at).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let file = value("file").ok_or_else(|| broken(line, "没有 file"))?;
        let year =
            value("year").map(|year| year.parse()).transpose().map_err(|_| broken(line, "year 不是年度"))?;
        let scope = value("scope").map(|scope| scope.parse()).transpose();
        let day = value("published_on").map(|day| day.parse()).transpose();
        said.insert(
            file,
            Said {
                agency: value("agency"),
                year,
                scope: scope.map_err(|()| broken(line, "scope 应为 own 或 consolidated"))?,
                published_on: day.map_err(|_| broken(line, "published_on 应为 YYYY-MM-DD"))?,
            },
        );
    }
    Ok(said)
}

/// What is wrong with the manifest as a table, at its line.
fn unreadable(error: &csv::Error) -> Failure {
    let line = error.position().map_or(0, csv::Position::line);
    Failure::Usage(match error.kind() {
        csv::ErrorKind::Io(error) => format!("{MANIFEST} 读不了：{}", io_told(error)),
        csv::ErrorKind::Utf8 { .. } => format!("{MANIFEST} 第 {line} 行：不是 UTF-8 文字"),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{MANIFEST} 第 {line} 行：有 {len} 列，而表头有 {expected_len} 列")
        }
        _ => format!("{MANIFEST} 读不了：{error}"),
    })
}

/// An id or credit code among the folders and in the name of a file.
fn agency_in(path: &Path) -> Option<AgencyRef> {
    let parts = path.iter().rev().map(|part| part.to_string_lossy().into_owned());
    parts
        .flat_map(|part| {
            let stem = part.split('.').next().unwrap_or_default().to_owned();
            stem.split(['_', ' ']).map(str::to_owned).collect::<Vec<String>>()
        })
        .find_map(|part| part.parse().ok())
}

/// A four-digit year in the name of a file.
fn year_in(path: &Path) -> Option<i32> {
    let name = path.file_stem()?.to_string_lossy().into_owned();
    let digits = name.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 4)?;
    crate::domain::year::parse_year(digits)
}

/// Agencies of one name that are told.
const SAME_NAME: i64 = 10;
const SAY_WHOSE: &str = "请写在 manifest.csv 的 agency，或用编号、统一社会信用代码命名文件夹或文件";

/// The agency a document is of, or in words why nobody knows.
///
/// A name is looked up whatever has become of its bearer: who filed years ago may be merged or abolished by now.
/// One that has been renamed in place since is found by the name on its old document, unless another bears that
/// name now. Of several bearers none is guessed.
fn whose(
    connection: &mut AnyConnection,
    named: Option<&AgencyRef>,
    name: Option<&str>,
) -> Answer<Result<Agency, String>> {
    if let Some(named) = named {
        let found = resolve(connection, named)?;
        return Ok(found.ok_or_else(|| format!("没有编号或统一社会信用代码为 {named} 的机关")));
    }
    let Some(name) = name else {
        return Ok(Err(format!("不知道是哪个机关：{SAY_WHOSE}")));
    };
    let (mut found, mut called) = (agencies::find_by_name(connection, name, SAME_NAME)?, "叫");
    if found.is_empty() {
        let ids = history::ids_by_name(connection, name, SAME_NAME)?;
        (found, called) = (agencies::find_many(connection, &ids)?, "曾叫");
    }
    if found.len() > 1 {
        let all: Vec<String> = found.iter().map(|agency| bearer(agency, name)).collect();
        return Ok(Err(format!("不止一个机关{called}“{name}”（{}）：{SAY_WHOSE}", all.join("、"))));
    }
    Ok(found.pop().ok_or_else(|| format!("没有现在或曾经叫“{name}”的机关：{SAY_WHOSE}")))
}

/// One of several agencies of a name, so that it can be picked.
fn bearer(agency: &Agency, name: &str) -> String {
    let status = match agency.status {
        AgencyStatus::Active => "现有",
        AgencyStatus::Merged => "已合并",
        AgencyStatus::Abolished => "已撤销",
    };
    let now = if agency.name == name { String::new() } else { format!("，今名“{}”", agency.name) };
    format!("{} {status}{now}", agency.id)
}

fn load(store: &Store, asking: &Asking, act: &Act, path: &Path, said: Said) -> Result<Outcome, String> {
    let year = said.year.or_else(|| year_in(path));
    let read: ReadFile = read(path, year, None)?;
    let year = year.or(read.document.year).ok_or("不知道是哪个年度：请写在 manifest.csv、文件名或标题里")?;
    let day = said.published_on.or(read.document.signed_on);
    let published_on = day.ok_or("不知道何时发布：请写在 manifest.csv 的 published_on，或写明落款日期")?;
    let named = said.agency.as_deref().map(str::parse::<AgencyRef>);
    let named = match named {
        Some(Ok(agency)) => Some(agency),
        Some(Err(())) => return Err("manifest.csv 的 agency 不是编号或统一社会信用代码".to_owned()),
        None => agency_in(path),
    };
    let name = read.document.agency_name.clone();
    let scope = said.scope.or(read.document.scope);
    let found = store.read_blocking(|connection| {
        let agency = match whose(connection, named.as_ref(), name.as_deref())? {
            Ok(agency) => agency,
            Err(unknown) => return Ok(Err(unknown)),
        };
        let scope = scope.unwrap_or_else(|| Scope::expected_of(agency.kind));
        let there = crate::storage::reports::find_by_key(connection, &agency.id, year, scope)?;
        Ok::<_, Refusal>(Ok((agency.id, scope, there.is_some())))
    });
    let (agency, scope, there) = found.map_err(|refusal| refused(&refusal))??;
    if there {
        return Ok(Outcome::There);
    }
    let id = ReportId::from_uuid(uuid::Uuid::now_v7());
    let source = Some(source_of(&read, &id));
    let new = NewReport::of_document(id, AgencyRef::Id(agency), year, read.document);
    let new = NewReport { source, scope, ..new };
    let (asking, transition) = (asking.clone(), uuid::Uuid::now_v7().to_string());
    let act =
        Act { at: super::token::act_of_program("load").at, request_id: "load".to_owned(), ..act.clone() };
    let made =
        write_as(store, (asking, act), move |desk| reports::load(desk, &new, &transition, published_on));
    match made {
        Ok(made) => Ok(Outcome::Loaded { errors: made.receipt.map_or(0, |receipt| receipt.error) }),
        Err(failure) => Err(failure.to_string()),
    }
}

fn tell(outcomes: &[(String, Outcome)]) -> Result<(), Failure> {
    let (mut loaded, mut faulty, mut there) = (0, 0, 0);
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["没有装载的文件", "原因"]);
    for (name, outcome) in outcomes {
        match outcome {
            Outcome::Loaded { errors } => {
                loaded += 1;
                faulty += usize::from(*errors > 0);
            }
            Outcome::There => there += 1,
            Outcome::Refused(why) => {
                table.add_row([name, why]);
            }
        }
    }
    let refused = outcomes.len() - loaded - there;
    print(&format!(
        "装载 {loaded} 份（其中 {faulty} 份有校验错误，已记录），已有 {there} 份，没有装载 {refused} 份\n"
    ))?;
    if refused == 0 {
        return Ok(());
    }
    print(&format!("{table}\n"))?;
    Err(Failure::Usage(format!("{refused} 份没有装载；改正后再运行一次，已装载的不会重复")))
}
