//! `/years/{year}/bundle`: every published report of a year, streamed page by page in constant memory.

mod rows;

use super::kernel::accept::preferred;
use super::kernel::flow::{LINES, unsent};
use super::kernel::format::http_date;
use super::kernel::kept::takes_gzip;
use super::kernel::precondition::none_match;
use super::kernel::reply::VARY;
use super::kernel::service::Service;
use super::kernel::shares::Client;
use super::kernel::table::CSV;
use super::kernel::{Call, Code, Problem, Snapshot, YearNumber, one_of, parameter, query};
use super::reports::Shown;
use crate::domain::agency::AgencyPath;
use crate::domain::form::{self, Form};
use crate::domain::language::Language;
use crate::domain::page::Page;
use crate::domain::report::{ReportFilter, Scope};
use crate::operations::agencies;
use crate::operations::audit::changes_since;
use crate::operations::reports::{ReportQuery, list};
use crate::operations::statistics::as_of;
use crate::operations::{AgencyRef, Asking, Refusal, years};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpResponse, get, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::{Stream, unfold};
use rows::{head, lines};
use serde_json::json;
use std::io::Write;
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;

/// A piece of the coded bundle, and the encoder unless it was the last.
type Coded = (Vec<u8>, Option<GzEncoder<Vec<u8>>>);

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

parameter!(BundleFormat, one_of(&["ndjson", "csv"]), |text| match text {
    "ndjson" => Ok(BundleFormat::Ndjson),
    "csv" => Ok(BundleFormat::Csv),
    _ => Err("invalid_value"),
});

/// The words of the statute under the keys.
#[derive(Debug, Clone, Copy)]
pub struct Labels;

parameter!(Labels, one_of(&["zh"]), |text| if text == "zh" { Ok(Labels) } else { Err("invalid_value") });

query!(BundleQuery {
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// 范围，默认 `own`：各机关自己的报告。`consolidated` 是各级政府的汇总报告，已含其下各机关的数字，不要与 `own` 相加。
    scope: Option<Scope>,
    /// `ndjson`（默认）或 `csv`。
    format: Option<BundleFormat>,
    /// `zh`：CSV 在键名之下另加一行中文标签。
    labels: Option<Labels>,
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
    /// The entry of the audit that the head goes up to: every page has at least that.
    seq: i64,
    /// Where the client takes it, the stream goes out through it.
    gzip: Option<GzEncoder<Vec<u8>>>,
}

impl Bundle {
    /// The next piece as it goes out.
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            let text = self.text().await?;
            let last = text.is_none();
            let Some(mut encoder) = self.gzip.take() else { return Ok(text.map(Bytes::from)) };
            let text = text.unwrap_or_default();
            let coding = web::block(move || -> std::io::Result<Coded> {
                encoder.write_all(text.as_bytes())?;
                if last {
                    return Ok((encoder.finish()?, None));
                }
                Ok((std::mem::take(encoder.get_mut()), Some(encoder)))
            });
            // A thread that broke off ends the stream without its trailer: the client sees that.
            let Ok(Ok((coded, encoder))) = coding.await else { return Ok(None) };
            self.gzip = encoder;
            if last || !coded.is_empty() {
                return Ok(Some(Bytes::from(coded)));
            }
        }
    }

    /// The next piece; `None`: that was all.
    async fn text(&mut self) -> Result<Option<String>, Refusal> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
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
            let _place = &place;
            read(connection)
        };
        let (text, count, last) = self.service.store.scan_on_from(self.seq, held).await?;
        self.reports += u64::try_from(count).unwrap_or_default();
        if last.is_some() {
            self.after = last;
            return Ok(Some(text));
        }
        self.ended = true;
        match self.format {
            // Whoever does not see this line has not got all.
            BundleFormat::Ndjson => Ok(Some(format!("{}\n", json!({"end": true, "reports": self.reports})))),
            BundleFormat::Csv => Ok(None),
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

/// 一个年度的全部已发布报告
///
/// 逐页流出，不论多少；接受 gzip 的压缩送出。默认只含各机关自己的报告（`scope=own`），可以直接相加。
/// NDJSON：首行 `{year, within, scope, seq, epoch}`，此后每行一份报告（与读取报告相同），末行 `{"end": true, "reports": n}`；
/// CSV：每行一份，每个指标一列，以 BOM 开头。头 `Nianbao-Seq`、`Nianbao-Epoch` 写明包含到哪一条公开变更为止：
/// 装入以后从 `GET /changes?since=` 这个序号接续即可。
#[utoipa::path(
    tag = "years",
    params(BundleQuery),
    responses((status = 200, description = "全部报告",
        content((String = "application/x-ndjson"), (String = "text/csv")))),
    extensions(("x-cost" = json!("file"))),
)]
#[get("/years/{year}/bundle")]
pub async fn read_bundle(call: Call) -> Result<HttpResponse, Problem> {
    let year: YearNumber = call.part("year")?;
    let query: BundleQuery = call.query_after(move |connection, _| years::find(connection, year.0)).await?;
    let asked = query.within.clone();
    let (plan, path, as_of, seq) = call
        .look(move |connection, _| {
            let plan = years::find(connection, year.0)?.plan;
            let path: Option<AgencyPath> = match &asked {
                Some(within) => Some(agencies::find(connection, within)?.path),
                None => None,
            };
            let seq = changes_since(connection, 0, 0)?.ledger.audit_seq;
            Ok((plan, path, as_of(connection)?, seq))
        })
        .await?;
    let liked = || match preferred(&call.request, &[LINES, CSV]) {
        Some(0) => Ok(BundleFormat::Ndjson),
        Some(_) => Ok(BundleFormat::Csv),
        None => Err(Problem::new(Code::NotAcceptable)),
    };
    let format = query.format.map_or_else(liked, Ok)?;
    let form = form::by_id(&plan.format).unwrap_or_else(|| form::for_year(year.0));
    let (scope, labelled) = (query.scope.unwrap_or(Scope::Own), query.labels.is_some());
    let extension = if format == BundleFormat::Csv { "csv" } else { "ndjson" };
    let named = format!("bundle-{}-{}.{extension}", year.0, scope.as_str());
    let coding = if takes_gzip(call.request.headers()) { ".gz" } else { "" };
    let seen = call.request.extensions().get::<Snapshot>().copied();
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CACHE_CONTROL, "public, no-cache"))
        .insert_header((header::VARY, VARY))
        .insert_header(("nianbao-seq", as_of.seq.to_string()))
        .insert_header(("nianbao-epoch", as_of.epoch.clone()))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{named}\"")));
    if let Some(at) = seen.and_then(|seen| seen.at) {
        answer.insert_header((header::LAST_MODIFIED, http_date(at)));
    }
    // Weak: what happens while it flows may be in its later part.
    let tag = format!("\"{seq}-{}.{extension}{coding}\"", scope.as_str());
    answer.insert_header((header::ETAG, format!("W/{tag}")));
    if none_match(call.request.headers(), &tag) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    let filter = ReportFilter {
        year: Some(year.0),
        scope: Some(scope),
        within: path,
        published_only: true,
        ..ReportFilter::default()
    };
    let within = query.within.as_ref().map(ToString::to_string);
    let bundle = Bundle {
        service: call.service.clone(),
        asking: Asking::public(call.asking().today),
        format,
        form,
        filter,
        after: None,
        reports: 0,
        head: Some(head((format, labelled), form, (year.0, within.as_deref(), scope), &as_of)),
        ended: false,
        client: call.caller.client.clone(),
        seq,
        gzip: (!coding.is_empty()).then(|| GzEncoder::new(Vec::new(), Compression::new(6))),
    };
    let media = match format {
        BundleFormat::Ndjson => LINES,
        BundleFormat::Csv => CSV,
    };
    answer.insert_header((header::CONTENT_TYPE, media));
    answer.insert_header((header::CONTENT_LANGUAGE, Language::Chinese.tag()));
    if !coding.is_empty() {
        answer.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(if call.caller.head_only { unsent(answer) } else { answer.streaming(stream(bundle)) })
}
