//! The revisions of a report, and what one says differently from another.

use super::body::{ReportBody, Shown};
use super::shown;
use crate::domain::id::ReportId;
use crate::domain::report::Revision;
use crate::domain::report::Suppression;
use crate::http::kernel::format::time;
use crate::http::kernel::names::{Figure, ReportStatus};
use crate::http::kernel::{
    Call, Code, Page, Paging, Problem, Reply, RevisionNumber, View, ViewQuery, answer, query,
};
use crate::operations::reports::{self, Difference};
use actix_web::get;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

answer! {
    /// 报告的一版。
    #[schema(as = Revision)]
    pub struct RevisionBody of(revision: &Revision, suppressed: &[Suppression]) {
        /// 第几版，从 1 起。
        revision: i32 = revision.number,
        #[schema(value_type = ReportStatus)]
        status: &'static str = revision.state.as_str(),
        /// 为什么更正前一版；第一版为空。
        reason: Option<String> = revision.reason.clone(),
        /// 内容的摘要。
        content_digest: String = revision.digest.clone(),
        #[schema(format = DateTime)]
        created_at: String = time(revision.created_at),
        #[schema(format = DateTime)]
        published_at: Option<String> = revision.published_at.map(time),
        /// 文字何时被抹去；空 = 没有。
        #[schema(format = DateTime)]
        suppressed_at: Option<String> =
            suppressed.iter().find(|gone| gone.revision == revision.number).map(|gone| time(gone.at)),
    }
}

pub type RevisionList = Page<RevisionBody>;

query!(RevisionsQuery {
    /// `published`：有授权时也只看已发布的一版。
    view: Option<View>,
    page: Paging,
});

/// 各版
///
/// 授权覆盖该机关的看到全部，其他人看到发布过的。
#[utoipa::path(
    tag = "revisions",
    params(RevisionsQuery),
    responses((status = 200, description = "各版", body = RevisionList)),
    extensions(("x-cost" = json!("point")), ("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/reports/{id}/revisions")]
pub async fn list_revisions(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: RevisionsQuery = call
        .query_after(move |connection, asking| reports::list_revisions(connection, asking, &named, false))
        .await?;
    let published = query.view.is_some();
    let (found, suppressed) = call
        .look(move |connection, asking| {
            let (_, found) = reports::list_revisions(connection, asking, &id, published)?;
            Ok((found, reports::list_suppressed(connection, &id)?))
        })
        .await?;
    let items = found.iter().map(|revision| RevisionBody::of(revision, &suppressed));
    query.page.whole(&call, "revisions", items.collect())
}

/// 读取一版
///
/// 报告当时的样子。
#[utoipa::path(
    tag = "revisions",
    params(ViewQuery),
    responses((status = 200, description = "报告", body = ReportBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::RevisionSuppressed]))),
)]
#[get("/reports/{id}/revisions/{revision}")]
pub async fn read_revision(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let number: RevisionNumber = call.part("revision")?;
    let named = id.clone();
    let query: ViewQuery = call
        .query_after(move |connection, asking| {
            reports::find_revision(connection, asking, &named, number.0, false)
        })
        .await?;
    let published = query.view.is_some();
    let report = call
        .look(move |connection, asking| {
            let view = reports::find_revision(connection, asking, &id, number.0, published)?;
            let present = view.report.working_revision == number.0;
            let shown = Shown::of(connection, asking, view)?;
            Ok(if present { shown } else { shown.without_actions() })
        })
        .await?;
    Ok(shown(&report, call.language()))
}

query!(DiffQuery {
    /// 从哪一版，默认是 `to` 的前一版。
    from: Option<RevisionNumber>,
    /// 到哪一版，默认是看得到的最新一版。
    to: Option<RevisionNumber>,
    /// `published`：有授权时也只比较发布过的。
    view: Option<View>,
});

/// 一个单元格的变化。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CellDifference)]
pub struct CellDifference {
    pointer: String,
    #[schema(value_type = Figure)]
    from: Value,
    #[schema(value_type = Figure)]
    to: Value,
}

/// 一段文字的变化。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TextDifference)]
pub struct TextDifference {
    pointer: String,
    from: Option<String>,
    to: Option<String>,
}

/// 两版的不同。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceBody {
    from: i32,
    to: i32,
    /// 后一版更正的原因。
    reason: Option<String>,
    cells: Vec<CellDifference>,
    texts: Vec<TextDifference>,
}

impl From<Difference> for DifferenceBody {
    fn from(difference: Difference) -> DifferenceBody {
        let cells = difference.cells.into_iter();
        let texts = difference.texts.into_iter();
        DifferenceBody {
            from: difference.from.number,
            to: difference.to.number,
            reason: difference.to.reason,
            cells: cells.map(|(pointer, from, to)| CellDifference { pointer, from, to }).collect(),
            texts: texts.map(|(pointer, from, to)| TextDifference { pointer, from, to }).collect(),
        }
    }
}

/// 两版的不同
///
/// 改了哪些单元格、哪些文字。公众只能比较发布过的两版。
#[utoipa::path(
    tag = "revisions",
    params(DiffQuery),
    responses((status = 200, description = "不同之处", body = DifferenceBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::RevisionSuppressed]))),
)]
#[get("/reports/{id}/diff")]
pub async fn read_diff(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: DiffQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    let between = (query.from.map(|number| number.0), query.to.map(|number| number.0));
    let published = query.view.is_some();
    let difference = call
        .look(move |connection, asking| reports::diff(connection, asking, &id, between, published))
        .await?;
    Ok(Reply::ok(&DifferenceBody::from(difference)))
}
