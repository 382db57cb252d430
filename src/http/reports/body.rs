//! A report and its sections as JSON, as GET gives them.

use crate::domain::figures::Figures;
use crate::domain::form::{Row, Section, Table};
use crate::domain::number::Precision;
use crate::domain::report::{Content, ReportHead, SectionMark, Timeliness};
use crate::domain::rules::{Counts, Moment};
use crate::domain::workflow::Action;
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::{
    ActionName, FormatName, ReportScope, ReportStatus, Sections, TimelinessName,
};
use crate::http::kernel::{Page, answer};
use crate::operations::reports::{MOST_JUDGED, ReportView, allowed_actions, judge_one, verdicts_of};
use crate::operations::store::AnyConnection;
use crate::operations::{Asking, Refusal};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A report with all that one of its readers is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    pub view: ReportView,
    /// Only under a grant.
    counts: Option<Counts>,
    /// Only under a grant.
    allowed: Option<Vec<Action>>,
}

impl Shown {
    pub fn of(connection: &mut AnyConnection, asking: &Asking, view: ReportView) -> Result<Shown, Refusal> {
        if !view.working {
            return Ok(Shown::published(view));
        }
        let judged = judge_one(connection, asking, &view, asking.today, Moment::Draft)?;
        let mut allowed = allowed_actions(connection, asking, std::slice::from_ref(&view))?;
        Ok(Shown { counts: Some(Counts::of(&judged.findings)), allowed: allowed.pop(), view })
    }

    /// What everybody is shown needs nothing more.
    pub fn published(view: ReportView) -> Shown {
        Shown { view, counts: None, allowed: None }
    }

    /// A revision that is no longer worked on takes no action.
    pub fn without_actions(mut self) -> Shown {
        self.allowed = self.allowed.map(|_| Vec::new());
        self
    }

    /// Several at once, in few statements, by the verdicts that are kept of them.
    pub fn of_all(
        connection: &mut AnyConnection,
        asking: &Asking,
        views: Vec<ReportView>,
    ) -> Result<Vec<Shown>, Refusal> {
        let (allowed, judged) = if views.iter().any(|view| view.working) {
            let judged = verdicts_of(connection, asking, &views, MOST_JUDGED)?;
            (allowed_actions(connection, asking, &views)?, judged)
        } else {
            (Vec::new(), Vec::new())
        };
        let (mut allowed, mut judged) = (allowed.into_iter(), judged.into_iter());
        let shown = views.into_iter().map(|view| {
            let (allowed, judged) = (allowed.next(), judged.next().flatten());
            Shown {
                counts: judged.filter(|_| view.working).map(|judged| judged.counts),
                allowed: allowed.filter(|_| view.working),
                view,
            }
        });
        Ok(shown.collect())
    }
}

/// 机关的编号、名称和统一社会信用代码。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyReference)]
pub struct AgencyReference {
    #[schema(format = "uuid")]
    id: String,
    /// 填报时的名称。
    name: String,
    uscc: Option<String>,
}

/// 更正的原因和时间。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Correction)]
pub struct CorrectionBody {
    reason: Option<String>,
    #[schema(format = DateTime)]
    at: String,
}

answer! {
    /// 各类问题的条数。
    #[schema(as = FindingCounts)]
    pub struct CountsBody of(counts: Counts) {
        error: usize = counts.error,
        warning: usize = counts.warning,
        info: usize = counts.info,
        /// 已作说明的，不再计入前三项。
        explained: usize = counts.explained,
    }
}

/// 年度报告。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
pub struct ReportBody {
    #[schema(format = "uuid")]
    id: String,
    agency: AgencyReference,
    /// 报告年度。
    year: i32,
    #[schema(value_type = ReportScope)]
    scope: &'static str,
    /// 所用格式，见 `GET /formats`。
    #[schema(value_type = FormatName)]
    format: String,
    title: Option<String>,
    #[schema(value_type = ReportStatus)]
    status: &'static str,
    /// 第几版；每次更正加一。
    revision: i32,
    /// 落款。
    signed_by: Option<String>,
    /// 落款日期。
    #[schema(format = Date)]
    signed_on: Option<String>,
    /// 索引号。
    index_number: Option<String>,
    /// 在本机关网站上的地址。
    source_url: Option<String>,
    /// 在本机关网站上发布的日期。
    #[schema(format = Date)]
    source_published_on: Option<String>,
    /// 应报日期。
    #[schema(format = Date)]
    due_on: String,
    /// 提交时间；公众看不到。
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
    #[schema(format = DateTime)]
    published_at: Option<String>,
    #[schema(value_type = Option<TimelinessName>)]
    timeliness: Option<&'static str>,
    correction: Option<CorrectionBody>,
    /// 各部分，按键名；列表中仅在 `fields` 要求时给出。
    #[schema(value_type = Sections)]
    #[serde(skip_serializing_if = "Option::is_none")]
    sections: Option<SectionsBody>,
    /// 仅在有授权时给出。列表中是最近一次校验所得；还没有校验的，一次至多当场校验 50 份，其余暂不给出。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<CountsBody>,
    /// 现在可以对报告进行的操作；仅在有授权时给出。
    #[schema(value_type = Vec<ActionName>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<Vec<&'static str>>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl ReportBody {
    pub fn of(shown: &Shown) -> ReportBody {
        let revision = &shown.view.revision;
        let sections = Some(sections_of(&revision.content, &revision.marks));
        ReportBody { sections, ..ReportBody::in_list(shown) }
    }

    /// As it stands in a list: without its sections.
    pub fn in_list(shown: &Shown) -> ReportBody {
        ReportBody {
            findings: shown.counts.map(CountsBody::of),
            allowed_actions: shown
                .allowed
                .as_ref()
                .map(|actions| actions.iter().map(|action| action.as_str()).collect()),
            ..ReportBody::of_head(shown.view.head())
        }
    }

    /// As everybody sees it in a list.
    pub fn of_head(head: ReportHead) -> ReportBody {
        let report = head.report;
        ReportBody {
            id: report.id.to_string(),
            agency: AgencyReference {
                id: report.agency_id.to_string(),
                name: head.agency_name,
                uscc: head.uscc.as_ref().map(ToString::to_string),
            },
            year: report.year,
            scope: report.scope.as_str(),
            format: head.form,
            title: head.heading.title,
            status: head.state.as_str(),
            revision: head.number,
            signed_by: head.heading.signed_by,
            signed_on: head.heading.signed_on.map(day),
            index_number: head.heading.index_number,
            source_url: report.source_url,
            source_published_on: report.source_published_on.map(day),
            due_on: day(head.due_on),
            submitted_at: head.submitted_at.filter(|_| head.working).map(time),
            published_at: head.published_at.map(time),
            timeliness: report.timeliness.map(Timeliness::as_str),
            correction: (head.number > 1).then(|| CorrectionBody {
                reason: head.reason,
                at: time(head.published_at.unwrap_or(head.created_at)),
            }),
            sections: None,
            findings: None,
            allowed_actions: None,
            created_at: time(report.created_at),
            // The revision's own: what is done to a correction is not yet the readers' business.
            updated_at: time(head.updated_at),
        }
    }
}

/// 报告的一个部分。
#[derive(Debug, Serialize)]
pub struct SectionBody {
    kind: String,
    ordinal: u8,
    title: String,
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<TableBody>,
    updated_at: String,
}

/// Sections by their keys, in the form's order.
#[derive(Debug)]
pub struct SectionsBody(Vec<SectionBody>);

impl Serialize for SectionsBody {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().map(|section| (&section.kind, section)))
    }
}

/// The cells of a table by row and column, written straight out: nothing is built up in between.
#[derive(Debug)]
pub struct TableBody {
    table: &'static Table,
    figures: Figures,
}

struct RowBody<'t>(&'static Row, &'t Figures);

struct CellBody(Option<i64>, Precision);

impl Serialize for TableBody {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.table.rows.iter().map(|row| (&row.key, RowBody(row, &self.figures))))
    }
}

impl Serialize for RowBody<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let cells = &self.1.form().cells;
        out.collect_map(self.0.columns.iter().filter_map(|column| {
            let precision = cells.get(column.cell)?.precision;
            Some((&column.key, CellBody(self.1.get(column.cell), precision)))
        }))
    }
}

impl Serialize for CellBody {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => out.serialize_none(),
            Some(value) if self.1.decimals() == 0 => out.serialize_i64(value),
            Some(value) => self.1.json(value).serialize(out),
        }
    }
}

impl SectionBody {
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// `None`: the section was taken out.
    pub fn of(content: &Content, section: &Section, mark: Option<&SectionMark>) -> Option<SectionBody> {
        let state = content.section(&section.key).filter(|state| state.present)?;
        Some(SectionBody {
            kind: section.key.clone(),
            ordinal: section.ordinal,
            title: state.found_title.clone().unwrap_or_else(|| section.title.clone()),
            text: state.text.clone(),
            table: content
                .form()
                .section(&section.key)
                .and_then(|section| section.table.as_ref())
                .map(|table| TableBody { table, figures: content.figures.clone() }),
            updated_at: mark.map(|mark| time(mark.updated_at)).unwrap_or_default(),
        })
    }
}

fn sections_of(content: &Content, marks: &[SectionMark]) -> SectionsBody {
    let sections = content.form().sections.iter().enumerate();
    SectionsBody(
        sections.filter_map(|(at, section)| SectionBody::of(content, section, marks.get(at))).collect(),
    )
}

pub type ReportList = Page<ReportBody>;
