//! What neither title nor signature tells of a report: a line each below the title, as pages of governments carry
//! their 索引号. So whatever is written says it, and whoever reads it gets the same document back.

use super::frame::{agency_of, is_agency, read_head, scope_of};
use super::grid::Piece;
use super::label::Keys;
use super::printed::title;
use crate::domain::report::{ReportDocument, Scope};
use crate::domain::text::is_web_address;

/// Longest line looked at, in bytes.
const LONGEST: usize = 2_100;
const INDEX: &str = "索引号";
const ADDRESS: &str = "公开网址";
const AGENCY: &str = "机关名称";
const YEAR: &str = "报告年度";
const SCOPE: &str = "报告范围";
const SIGNER: &str = "署名";

/// What the lines say.
#[derive(Debug, Default)]
pub(super) struct Particulars {
    pub index_number: Option<String>,
    pub source_url: Option<String>,
    pub agency: Option<String>,
    pub year: Option<i32>,
    pub scope: Option<Scope>,
    pub signer: Option<String>,
}

/// How papers call what a report is on.
fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "本机关",
        Scope::Consolidated => "汇总",
    }
}

impl Particulars {
    /// Of a report: what a reader of its title and signature would not come to know.
    fn of(document: &ReportDocument) -> Particulars {
        let title = title(document);
        let head = read_head(&[Piece::loose(&title, 0)]);
        let told = agency_of(head.agency.clone(), document.signed_by.clone());
        let named = document.agency_name.clone();
        let agency = named.filter(|name| told.as_ref() != Some(name));
        let known = agency.as_ref().or(head.agency.as_ref());
        // Above a day whatever is an agency signs; otherwise only who is known by name.
        let signs = |name: &String| document.signed_on.is_some() && is_agency(name) || known == Some(name);
        Particulars {
            index_number: document.index_number.clone(),
            source_url: document.source_url.clone(),
            year: document.year.filter(|year| head.year != Some(*year)),
            scope: document
                .scope
                .filter(|scope| document.agency_name.as_deref().and_then(scope_of) != Some(*scope)),
            signer: document.signed_by.clone().filter(|name| !signs(name)),
            agency,
        }
    }

    /// Takes what a line says; `false`: it says nothing of this, or what was said before.
    pub(super) fn take(&mut self, line: &str) -> bool {
        let parts = line.split_once(['：', ':']).filter(|_| line.len() <= LONGEST);
        let Some((label, value)) = parts.map(|(label, value)| (Keys::of(label).full, value.trim())) else {
            return false;
        };
        // 索引号：… 发布机构：… on one line: where the first ends is not sure.
        let text = |most: usize| {
            let fits = !value.is_empty() && value.chars().count() <= most && !value.contains('：');
            fits.then(|| value.to_owned())
        };
        match label.as_str() {
            INDEX => put(&mut self.index_number, text(100)),
            ADDRESS => put(&mut self.source_url, text(2_000).filter(|text| is_web_address(text))),
            AGENCY => put(&mut self.agency, text(200)),
            YEAR => {
                put(&mut self.year, crate::domain::year::parse_year(value.trim_end_matches(['年', '度'])))
            }
            SCOPE => put(
                &mut self.scope,
                [Scope::Own, Scope::Consolidated].into_iter().find(|scope| scope_name(*scope) == value),
            ),
            SIGNER => put(&mut self.signer, text(200)),
            _ => false,
        }
    }
}

fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let takes = place.is_none() && value.is_some();
    if takes {
        *place = value;
    }
    takes
}

/// The lines of a report.
pub(super) fn lines(document: &ReportDocument) -> impl Iterator<Item = String> {
    let of = Particulars::of(document);
    let lines = [
        (INDEX, of.index_number),
        (AGENCY, of.agency),
        (YEAR, of.year.map(|year| year.to_string())),
        (SCOPE, of.scope.map(|scope| scope_name(scope).to_owned())),
        (SIGNER, of.signer),
        (ADDRESS, of.source_url),
    ];
    lines.into_iter().filter_map(|(label, value)| Some(format!("{label}：{}", value?)))
}
