//! `/years/{year}/bundle`: every published report of a year, streamed page by page in constant memory.

use super::kernel::call::Call;
use super::kernel::problem::Problem;
use super::kernel::query::{Parameter, YearNumber, one_of, query};
use super::kernel::service::Service;
use super::kernel::shares::Client;
use super::reports::{ReportBody, Shown};
use crate::domain::agency::AgencyPath;
use crate::domain::figures::exact_number;
use crate::domain::form::{self, Form};
use crate::operations::agencies::path_of;
use crate::operations::reports::{ReportQuery, list};
use crate::operations::statistics::{AsOf, as_of};
use crate::operations::{AgencyRef, Asking, Refusal, years};
use crate::storage::Page;
use crate::storage::reports::ReportFilter;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream::{Stream, unfold};
use serde_json::json;
use std::time::Duration;
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_bundle);
}

/// Reports read at once: a page is all that is ever in memory.
const PAGE: i64 = 50;

/// How long a page waits for its turn behind the client's other scans.
const LONGEST_TURN: Duration = Duration::from_secs(600);

/// How a bundle is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleFormat {
    Ndjson,
    Csv,
}

impl Parameter for BundleFormat {
    fn read(text: &str) -> Result<BundleFormat, &'static str> {
        match text {
            "ndjson" => Ok(BundleFormat::Ndjson),
            "csv" => Ok(BundleFormat::Csv),
            _ => Err("invalid_value"),
        }
    }

    fn schema() -> RefOr<Schema> {
        one_of(&["ndjson", "csv"])
    }
}

query!(BundleQuery {
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// `ndjson`（默认）或 `csv`。
    format: Option<BundleFormat>,
});

/// Where a bundle is: each page is a short transaction of its own.
struct Bundle {
    service: Data<Service>,
    asking: Asking,
    format: BundleFormat,
    form: &'static Form,
    filter: ReportFilter,
    after: Option<String>,
    reports: u64,
    head: Option<String>,
    ended: bool,
    client: Option<Client>,
}

impl Bundle {
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        if let Some(head) = self.head.take() {
            return Ok(Some(Bytes::from(head)));
        }
        if self.ended || self.service.ending.has_begun() {
            return Ok(None);
        }
        let (asking, query) =
            (self.asking.clone(), ReportQuery { filter: self.filter.clone(), ..ReportQuery::default() });
        let page = Page { keys: Vec::new(), after_id: self.after.clone(), limit: PAGE };
        let (format, form) = (self.format, self.form);
        let read = move |connection: &mut _| {
            let views = list(connection, &asking, &query, &page)?;
            let last = views.last().map(|view| view.report.id.to_string());
            let shown = Shown::of_all(connection, &asking, views)?;
            Ok::<_, Refusal>((lines(&shown, format, form), shown.len(), last))
        };
        let place = self.service.scan_shares.wait(self.client.as_ref(), LONGEST_TURN).await;
        let held = move |connection: &mut _| {
            let _place = place;
            read(connection)
        };
        let (text, count, last) = self.service.store.scan_on(held).await?;
        self.reports += u64::try_from(count).unwrap_or_default();
        if last.is_some() {
            self.after = last;
            return Ok(Some(Bytes::from(text)));
        }
        self.ended = true;
        match self.format {
            // Whoever does not see this line has not got all.
            BundleFormat::Ndjson => {
                Ok(Some(Bytes::from(format!("{}\n", json!({"end": true, "reports": self.reports})))))
            }
            BundleFormat::Csv => Ok(None),
        }
    }
}

const COLUMNS: [&str; 13] = [
    "id",
    "agency_id",
    "agency_name",
    "uscc",
    "year",
    "scope",
    "format",
    "title",
    "revision",
    "signed_by",
    "signed_on",
    "published_at",
    "timeliness",
];

fn lines(shown: &[Shown], format: BundleFormat, form: &Form) -> String {
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

fn record(shown: &Shown, form: &Form) -> Vec<String> {
    let (report, revision) = (&shown.view.report, &shown.view.revision);
    let day = |day: chrono::NaiveDate| super::kernel::format::day(day);
    let mut record = vec![
        report.id.to_string(),
        shown.view.agency.id.to_string(),
        revision.agency_name.clone(),
        shown.view.agency.uscc.as_ref().map(ToString::to_string).unwrap_or_default(),
        report.year.to_string(),
        report.scope.as_str().to_owned(),
        revision.content.form().id.clone(),
        revision.heading.title.clone().unwrap_or_default(),
        revision.number.to_string(),
        revision.heading.signed_by.clone().unwrap_or_default(),
        revision.heading.signed_on.map(day).unwrap_or_default(),
        revision.published_at.map(super::kernel::format::time).unwrap_or_default(),
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

fn head(format: BundleFormat, form: &Form, year: i32, within: Option<&str>, as_of: &AsOf) -> String {
    match format {
        BundleFormat::Ndjson => {
            format!("{}\n", json!({"year": year, "within": within, "seq": as_of.seq, "epoch": as_of.epoch}))
        }
        BundleFormat::Csv => {
            let cells = form.cells.iter().map(|cell| cell.indicator());
            csv(std::iter::once(COLUMNS.iter().map(|name| (*name).to_owned()).chain(cells).collect()))
        }
    }
}

fn stream(bundle: Bundle) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    unfold(Some(bundle), |bundle| async move {
        let mut bundle = bundle?;
        match bundle.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(bundle))),
            Ok(None) => None,
            // The connection breaks off: the client sees that it has not got all.
            Err(refusal) => {
                tracing::error!(?refusal, "a bundle broke off");
                Some((Err(actix_web::error::ErrorInternalServerError("broken off")), None))
            }
        }
    })
}

/// Names the file for whoever saves it.
fn disposition(year: i32, format: BundleFormat) -> String {
    let extension = if format == BundleFormat::Csv { "csv" } else { "ndjson" };
    format!("attachment; filename=\"bundle-{year}.{extension}\"")
}

/// 一个年度的全部已发布报告
///
/// 逐页流出，不论多少。NDJSON：首行 `{year, within, seq, epoch}`，此后每行一份报告（与读取报告相同），末行 `{"end": true, "reports": n}`；
/// CSV：每行一份，每个指标一列。头 `Nianbao-Seq`、`Nianbao-Epoch` 写明包含到哪一条公开变更为止：
/// 装入以后从 `GET /changes?since=` 这个序号接续即可。
#[utoipa::path(
    tag = "years",
    params(("year" = i32, Path, description = "年度", minimum = 2008, maximum = 2099), BundleQuery),
    responses((status = 200, description = "全部报告",
        content((String = "application/x-ndjson"), (String = "text/csv")))),
    extensions(("x-problems" = json!(["not_found", "invalid_query"])), ("x-cost" = json!("file"))),
)]
#[get("/years/{year}/bundle")]
pub async fn read_bundle(call: Call) -> Result<HttpResponse, Problem> {
    let year: YearNumber = call.part("year")?;
    let query: BundleQuery = call.query_after(move |connection, _| years::find(connection, year.0)).await?;
    let asked = query.within.clone();
    let (plan, path, as_of) = call
        .look(move |connection, _| {
            let plan = years::find(connection, year.0)?.plan;
            let path: Option<AgencyPath> =
                asked.as_ref().map(|within| path_of(connection, within)).transpose()?;
            Ok((plan, path, as_of(connection)?))
        })
        .await?;
    let format = query.format.unwrap_or(BundleFormat::Ndjson);
    let form = form::by_id(&plan.format).unwrap_or_else(|| form::for_year(year.0));
    let filter =
        ReportFilter { year: Some(year.0), within: path, published_only: true, ..ReportFilter::default() };
    let within = query.within.as_ref().map(ToString::to_string);
    let bundle = Bundle {
        service: call.service.clone(),
        asking: Asking::public(call.asking().today, call.asking().review),
        format,
        form,
        filter,
        after: None,
        reports: 0,
        head: Some(head(format, form, year.0, within.as_deref(), &as_of)),
        ended: false,
        client: call.caller.client.clone(),
    };
    let media = match format {
        BundleFormat::Ndjson => "application/x-ndjson; charset=utf-8",
        BundleFormat::Csv => "text/csv; charset=utf-8",
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CACHE_CONTROL, "public, no-cache"))
        .insert_header(("nianbao-seq", as_of.seq.to_string()))
        .insert_header(("nianbao-epoch", as_of.epoch))
        .insert_header((header::CONTENT_DISPOSITION, disposition(year.0, format)));
    Ok(if call.caller.head_only { answer.finish() } else { answer.streaming(stream(bundle)) })
}
