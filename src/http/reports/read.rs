//! Reading one report, by id or by agency and year.

use super::body::{ReportBody, Shown};
use super::{RENDERER, rendered, shown};
use crate::domain::id::ReportId;
use crate::domain::language::Language;
use crate::domain::report::Scope;
use crate::http::kernel::query::Query;
use crate::http::kernel::shelf::{Missed, Shelf};
use crate::http::kernel::{BASE, Call, Code, Problem, Reply, View, ViewQuery, YearNumber, query};
use crate::operations::reports::renditions::{self, Wanted};
use crate::operations::store::{AnyConnection, StorageError};
use crate::operations::{AgencyRef, reports};
use actix_web::{HttpMessage, get};

/// Published reports as they were rendered before, by their ids and by agency and year.
pub struct Published;

impl Shelf for Published {
    type Wanted = Wanted;

    fn wanted(path: &str, query: &str) -> Option<(Wanted, &'static str)> {
        let mut parts = path.strip_prefix(BASE)?.strip_prefix('/')?.split('/');
        let wanted = match (parts.next()?, parts.next()?, parts.next(), parts.next()) {
            ("reports", id, None, _) => {
                let _valid = ViewQuery::read(query).ok()?;
                (Wanted::Report(id.parse().ok()?), "/api/v1/reports/{id}")
            }
            ("agencies", agency, Some("reports"), Some(year)) => {
                let scope = KeyQuery::read(query).ok()?.scope();
                let year = year.parse().ok()?;
                (by_key(agency.parse().ok()?, year, scope)?, "/api/v1/agencies/{agency}/reports/{year}")
            }
            _ => return None,
        };
        parts.next().is_none().then_some(wanted)
    }

    fn find(
        connection: &mut AnyConnection,
        wanted: &Wanted,
        language: Language,
    ) -> Result<Option<(i64, Reply)>, StorageError> {
        let found = renditions::find(connection, wanted, RENDERER.program)?;
        Ok(found.map(|found| (found.seq, rendered(found, language))))
    }
}

/// `None`: the agency can be none.
fn by_key(agency: AgencyRef, year: YearNumber, scope: Scope) -> Option<Wanted> {
    match agency {
        AgencyRef::Id(id) => Some(Wanted::Agency(id, year.0, scope)),
        AgencyRef::Uscc(code) => Some(Wanted::Uscc(code, year.0, scope)),
        AgencyRef::Nowhere => None,
    }
}

/// The same by its route, for whom it was not looked for before: browsers that ask from another origin. `None` where it
/// must be made.
async fn peek(call: &Call, wanted: Wanted) -> Result<Option<Reply>, Problem> {
    if call.caller.who.is_some() || call.request.extensions().contains::<Missed>() {
        return Ok(None);
    }
    let language = call.language();
    call.peek(move |connection| Published::find(connection, &wanted, language)).await
}

/// 读取报告
///
/// 授权覆盖该机关的，看到正在办理的一版；其他人和 `view=published` 看到已发布的一版。
#[utoipa::path(
    tag = "reports",
    params(ViewQuery),
    responses((status = 200, description = "报告", body = ReportBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/reports/{id}")]
pub async fn read_report(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: ViewQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    // A draft that somebody may see is in no rendition; what everybody sees mostly is.
    if let Some(reply) = peek(&call, Wanted::Report(id.clone())).await? {
        return Ok(reply);
    }
    let published = query.view.is_some();
    let report = call
        .glance(move |connection, asking| {
            let view = reports::find(connection, asking, &id, published)?;
            Shown::of(connection, asking, view)
        })
        .await?;
    Ok(shown(&report, call.language()))
}

query!(KeyQuery {
    /// 范围，默认 own。
    scope: Option<Scope>,
    /// `published`：有授权时也只看已发布的一版。
    view: Option<View>,
});

impl KeyQuery {
    fn scope(&self) -> Scope {
        self.scope.unwrap_or(Scope::Own)
    }
}

/// 按机关和年度读取报告
///
/// 与按编号读取相同。
#[utoipa::path(
    tag = "reports",
    params(KeyQuery),
    responses((status = 200, description = "报告", body = ReportBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/agencies/{agency}/reports/{year}")]
pub async fn read_report_by_key(call: Call) -> Result<Reply, Problem> {
    let agency: AgencyRef = call.part("agency")?;
    let year: YearNumber = call.part("year")?;
    let named = agency.clone();
    let query: KeyQuery =
        call.query_after(move |connection, _| crate::operations::agencies::find(connection, &named)).await?;
    let (scope, published) = (query.scope(), query.view.is_some());
    if let Some(wanted) = by_key(agency.clone(), year, scope)
        && let Some(reply) = peek(&call, wanted).await?
    {
        return Ok(reply);
    }
    let report = call
        .glance(move |connection, asking| {
            let view = reports::find_by_key(connection, asking, &agency, year.0, scope, published)?;
            Shown::of(connection, asking, view)
        })
        .await?;
    Ok(shown(&report, call.language()))
}
