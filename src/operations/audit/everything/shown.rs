//! What readers are shown: renditions, the narratives that are searched, sums and counts, made anew and compared.

use super::{Findings, is_malformed};
use crate::domain::page::Page;
use crate::domain::report::ReportFilter;
use crate::domain::rights::Rights;
use crate::operations::Answer;
use crate::operations::reports::ReportView;
use crate::operations::reports::renditions::{self, Renderer};
use crate::operations::search;
use crate::operations::statistics::{Discrepancy, unreadable, verify_year};
use crate::storage::{AnyConnection, form_cells, reports, years};
use std::collections::HashMap;

/// Reports read at once.
const PAGE: i64 = 200;

pub fn check(connection: &mut AnyConnection, renderer: Renderer, findings: &mut Findings) -> Answer<()> {
    for (form, position) in form_cells::differing(connection)? {
        findings.made_otherwise("form_cells", format!("{form}/{position}"), "*", None);
    }
    match check_readings(connection, renderer, findings) {
        Err(refusal) if is_malformed(&refusal) && !findings.is_clean() => return Ok(()),
        other => other?,
    }
    match check_sums(connection, findings) {
        Err(refusal) if is_malformed(&refusal) && !findings.is_clean() => Ok(()),
        other => other,
    }
}

/// What is rendered and indexed of each published report.
fn check_readings(connection: &mut AnyConnection, renderer: Renderer, findings: &mut Findings) -> Answer<()> {
    let filter = ReportFilter { published_only: true, ..ReportFilter::default() };
    let mut page = Page { keys: Vec::new(), after_id: None, limit: PAGE };
    let indexed_all = search::progress(connection)?;
    let indexed_all = indexed_all.0 == indexed_all.1;
    loop {
        let wholes = reports::list(connection, &Rights::default(), &filter, &page)?;
        let Some(last) = wholes.last() else { return Ok(()) };
        page.after_id = Some(last.report.id.to_string());
        let views: Vec<ReportView> =
            wholes.into_iter().map(|whole| ReportView { working: false, ..whole.into() }).collect();
        let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
        let otherwise = renditions::rendered_otherwise(connection, &views, renderer)?;
        findings.looked("renditions", views.len());
        for (report, column) in otherwise {
            findings.made_otherwise("renditions", report, column, None);
        }
        let mut indexed: HashMap<String, Vec<(String, i32, String)>> = search::indexed(connection, &ids)?;
        for view in &views {
            let found = indexed.remove(view.report.id.as_str()).unwrap_or_default();
            for (section, text) in search::indexed_otherwise(view, found, indexed_all) {
                let key = format!("{}/{section}", view.report.id);
                findings.made_otherwise("search_documents", key, "text", text);
            }
        }
    }
}

fn check_sums(connection: &mut AnyConnection, findings: &mut Findings) -> Answer<()> {
    for year in years::list(connection, 0, 1_000)? {
        let year = year.plan.year;
        let found = match verify_year(connection, year, false) {
            Err(refusal) if is_malformed(&refusal) => {
                for table in unreadable(connection, year)? {
                    findings.made_otherwise(table, year.to_string(), "*", None);
                }
                continue;
            }
            found => found?,
        };
        for discrepancy in found {
            match discrepancy {
                Discrepancy::Report(report) => {
                    findings.made_otherwise("contributions", report, "*", None);
                }
                Discrepancy::Node { node, form, level, kind } => {
                    let key = format!("{year}/{node}/{form}/{level}/{kind}");
                    findings.made_otherwise("sums", key, "*", None);
                }
            }
        }
    }
    Ok(())
}
