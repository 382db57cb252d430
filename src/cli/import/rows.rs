//! The table of an import: one row a file, shown, written as csv or json, and read again.

use crate::cli::failure::Failure;
use crate::cli::reading::ReadFile;
use crate::domain::language::Language;
use crate::domain::rules::{Counts, Finding, Severity};
use comfy_table::{Table, presets};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Reasons shown of a file; all of them stand in the table that is written.
const SHOWN: usize = 3;
/// Reasons kept of a file.
const MOST: usize = 100;

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub file: String,
    pub kind: Option<String>,
    pub year: Option<i32>,
    pub agency: Option<String>,
    pub cells_read: usize,
    pub cells_expected: usize,
    pub cells_unread: usize,
    pub error: usize,
    pub warning: usize,
    pub info: usize,
    pub verdict: Verdict,
    /// What is to be put right, the gravest first; of a file that cannot be read, why.
    pub why: Vec<String>,
    /// The draft it was stored as.
    pub report: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It can be filed.
    Fine,
    /// It is to be put right.
    Faulty,
    /// It was read, and not stored.
    Refused,
    Unread,
}

impl Verdict {
    fn say(self) -> &'static str {
        match self {
            Verdict::Fine => "可以填报",
            Verdict::Faulty => "须改正",
            Verdict::Refused => "没有存入",
            Verdict::Unread => "读不了",
        }
    }
}

impl Row {
    pub fn read(file: &Path, read: &ReadFile, findings: &[Finding], report: Option<String>) -> Row {
        let counts = Counts::of(findings);
        let of = |severity: Severity| findings.iter().filter(move |finding| finding.severity == severity);
        let graded = of(Severity::Error).chain(of(Severity::Warning));
        let expected = read.notes.cells_expected;
        Row {
            file: file.display().to_string(),
            kind: Some(read.kind.as_str().to_owned()),
            year: read.document.year,
            agency: read.document.agency_name.clone(),
            cells_read: read.notes.cells_read,
            cells_expected: expected,
            cells_unread: expected.saturating_sub(read.notes.cells_read + read.notes.cells_blank),
            error: counts.error,
            warning: counts.warning,
            info: counts.info,
            verdict: if counts.error == 0 { Verdict::Fine } else { Verdict::Faulty },
            why: graded.take(MOST).map(|finding| finding.say(Language::Chinese)).collect(),
            report,
        }
    }

    /// Why the service would not take what was read.
    pub fn refused(self, why: String) -> Row {
        Row { verdict: Verdict::Refused, why: vec![why], ..self }
    }

    pub fn unread(file: &Path, why: String) -> Row {
        Row {
            file: file.display().to_string(),
            kind: None,
            year: None,
            agency: None,
            cells_read: 0,
            cells_expected: 0,
            cells_unread: 0,
            error: 0,
            warning: 0,
            info: 0,
            verdict: Verdict::Unread,
            why: vec![why],
            report: None,
        }
    }

    /// What is said of it in the table on the screen.
    fn told(&self) -> String {
        if let Some(id) = &self.report {
            return format!("已存为草稿 {id}");
        }
        let reasons = match self.verdict {
            Verdict::Fine => return self.verdict.say().to_owned(),
            Verdict::Faulty => self.why.get(..self.error.min(SHOWN)).unwrap_or(&self.why),
            Verdict::Refused | Verdict::Unread => self.why.as_slice(),
        };
        let more = match self.error.checked_sub(reasons.len()) {
            Some(more) if more > 0 && self.verdict == Verdict::Faulty => format!("；还有 {more} 项"),
            _ => String::new(),
        };
        format!("{}：{}{more}", self.verdict.say(), reasons.join("；"))
    }
}

/// The table as it is shown.
pub fn shown(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["文件", "种类", "年度", "机关", "单元格", "未读", "错误", "警告", "结论"]);
    for row in rows {
        let name = Path::new(&row.file).file_name();
        let name = name.map_or_else(|| row.file.clone(), |name| name.to_string_lossy().into_owned());
        let count =
            |count: usize| if row.verdict == Verdict::Unread { String::new() } else { count.to_string() };
        let cells = match row.verdict {
            Verdict::Unread => String::new(),
            _ => format!("{}/{}", row.cells_read, row.cells_expected),
        };
        table.add_row([
            name,
            row.kind.clone().unwrap_or_default(),
            row.year.map(|year| year.to_string()).unwrap_or_default(),
            row.agency.clone().unwrap_or_default(),
            cells,
            count(row.cells_unread),
            count(row.error),
            count(row.warning),
            row.told(),
        ]);
    }
    format!("{table}\n")
}

/// The table as a file: csv for spreadsheets, or json, by its name.
pub fn write(rows: &[Row], path: &Path) -> Result<(), Failure> {
    let failed = |error: String| Failure::Usage(format!("{}：{error}", path.display()));
    let bytes = if is_json(path) {
        serde_json::to_vec_pretty(rows).map_err(|error| failed(error.to_string()))?
    } else {
        csv(rows).map_err(|error| failed(error.to_string()))?
    };
    std::fs::write(path, bytes).map_err(|error| failed(error.to_string()))
}

/// Whether a table may be written under a name.
pub fn is_known(path: &Path) -> bool {
    is_json(path) || has_ending(path, "csv")
}

fn is_json(path: &Path) -> bool {
    has_ending(path, "json")
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|known| known.eq_ignore_ascii_case(ending))
}

fn csv(rows: &[Row]) -> Result<Vec<u8>, ::csv::Error> {
    // Spreadsheets take the file for UTF-8 only when it begins so.
    let mut writer = ::csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record([
        "文件", "种类", "年度", "机关", "读出", "应有", "未读", "错误", "警告", "提示", "结论", "原因",
        "草稿",
    ])?;
    for row in rows {
        writer.write_record([
            plain(&row.file),
            row.kind.clone().unwrap_or_default(),
            row.year.map(|year| year.to_string()).unwrap_or_default(),
            plain(row.agency.as_deref().unwrap_or_default()),
            row.cells_read.to_string(),
            row.cells_expected.to_string(),
            row.cells_unread.to_string(),
            row.error.to_string(),
            row.warning.to_string(),
            row.info.to_string(),
            row.verdict.say().to_owned(),
            plain(&row.why.join("；")),
            row.report.clone().unwrap_or_default(),
        ])?;
    }
    writer.into_inner().map_err(|error| ::csv::Error::from(error.into_error()))
}

/// A text that no spreadsheet takes for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
