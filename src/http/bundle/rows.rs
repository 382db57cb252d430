//! The lines of a bundle: a report as JSON, or as a record of all its indicators.

use super::BundleFormat;
use crate::documents::write::csv::guarded;
use crate::domain::figures::exact_number;
use crate::domain::form::Form;
use crate::domain::report::Scope;
use crate::http::kernel::format::{day, time};
use crate::http::reports::{ReportBody, Shown};
use crate::operations::statistics::AsOf;
use serde_json::json;

const COLUMNS: [(&str, &str); 17] = [
    ("id", "报告编号"),
    ("agency_id", "机关编号"),
    ("agency_name", "机关名称"),
    ("uscc", "统一社会信用代码"),
    ("level", "层级"),
    ("kind", "类别"),
    ("parent_id", "上级机关编号"),
    ("path", "自顶级到本机关的编号"),
    ("year", "年度"),
    ("scope", "范围"),
    ("format", "格式"),
    ("title", "标题"),
    ("revision", "版次"),
    ("signed_by", "落款"),
    ("signed_on", "落款日期"),
    ("published_at", "发布时间"),
    ("timeliness", "是否按期"),
];

/// Reports as the lines of a bundle.
pub fn lines(shown: &[Shown], format: BundleFormat, form: &Form) -> String {
    match format {
        BundleFormat::Ndjson => shown.iter().map(|one| format!("{}\n", json!(ReportBody::of(one)))).collect(),
        BundleFormat::Csv => csv(shown.iter().map(|one| record(one, form))),
    }
}

fn csv(records: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        // Writing into memory does not fail.
        let _written = writer.write_record(&record);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A text, never a formula.
fn said(text: &str) -> String {
    guarded(text).into_owned()
}

fn record(shown: &Shown, form: &Form) -> Vec<String> {
    let (report, revision, agency) = (&shown.view.report, &shown.view.revision, &shown.view.agency);
    let mut record = vec![
        report.id.to_string(),
        agency.id.to_string(),
        said(&revision.agency_name),
        agency.uscc.as_ref().map(ToString::to_string).unwrap_or_default(),
        agency.level.as_str().to_owned(),
        agency.kind.as_str().to_owned(),
        agency.parent_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        agency.path.ids().collect::<Vec<&str>>().join("/"),
        report.year.to_string(),
        report.scope.as_str().to_owned(),
        revision.content.form().id.clone(),
        revision.heading.title.as_deref().map(said).unwrap_or_default(),
        revision.number.to_string(),
        revision.heading.signed_by.as_deref().map(said).unwrap_or_default(),
        revision.heading.signed_on.map(day).unwrap_or_default(),
        revision.published_at.map(time).unwrap_or_default(),
        shown.view.timeliness().map(|timeliness| timeliness.as_str().to_owned()).unwrap_or_default(),
    ];
    let own = revision.content.form();
    record.extend(form.cells.iter().map(|cell| {
        // A report in another form has only the cells of that name.
        let found = own.by_indicator(&cell.indicator()).and_then(|at| Some((at, own.cells.get(at)?)));
        let value =
            found.and_then(|(at, cell)| Some(cell.precision.format(revision.content.figures.get(at)?)));
        value.map(|text| exact_number(&text).to_string()).unwrap_or_default()
    }));
    record
}

/// What a bundle begins with.
pub fn head(
    (format, labelled): (BundleFormat, bool),
    form: &Form,
    (year, within, scope): (i32, Option<&str>, Scope),
    as_of: &AsOf,
) -> String {
    if format == BundleFormat::Ndjson {
        let head = json!({"year": year, "within": within, "scope": scope.as_str(), "seq": as_of.seq, "epoch": as_of.epoch});
        return format!("{head}\n");
    }
    let keys = COLUMNS.iter().map(|(key, _)| (*key).to_owned());
    let keys = keys.chain(form.cells.iter().map(|cell| cell.indicator())).collect();
    let labels = COLUMNS.iter().map(|(_, label)| (*label).to_owned());
    let labels = labels.chain(
        form.cells.iter().map(|cell| format!("{} · {}（{}）", cell.row_label, cell.column_label, cell.unit)),
    );
    let records = std::iter::once(keys).chain(labelled.then(|| labels.collect()));
    // Spreadsheets take the file for UTF-8 only when it begins so.
    format!("\u{feff}{}", csv(records))
}
