//! Findings: every fault of a report, at its cell.

use super::body::CountsBody;
use crate::domain::id::ReportId;
use crate::domain::language::Language;
use crate::domain::rules::{Counts, Finding, SourceReport};
use crate::http::kernel::call::Call;
use crate::http::kernel::format::time;
use crate::http::kernel::names::{AnyJson, SeverityName};
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::ViewQuery;
use crate::http::kernel::reply::Reply;
use crate::operations::reports::{self, Judgement};
use actix_web::get;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// 文字中的一段，按码点计，含头不含尾。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Span)]
pub struct SpanBody {
    start: usize,
    end: usize,
}

/// 一个问题。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingBody {
    /// 稳定的键：规则、位置，必要时加序号。
    key: String,
    /// 规则，见 `GET /rules`。
    rule: &'static str,
    #[schema(value_type = SeverityName)]
    severity: &'static str,
    /// 位置：报告文档中的 JSON Pointer。
    pointer: String,
    span: Option<SpanBody>,
    message: String,
    /// 应为。
    #[schema(value_type = AnyJson)]
    expected: Value,
    /// 实际。
    #[schema(value_type = AnyJson)]
    actual: Value,
    /// 相关的单元格。
    related: Vec<String>,
    /// 依据。
    basis: &'static str,
    /// 说明；有说明的不再计数、不再阻止提交。
    explanation: Option<String>,
}

pub fn finding_bodies(findings: &[Finding], language: Language) -> Vec<FindingBody> {
    findings
        .iter()
        .map(|finding| FindingBody {
            key: finding.key.clone(),
            rule: finding.rule,
            severity: finding.severity.as_str(),
            pointer: finding.pointer.clone(),
            span: finding.span.map(|(start, end)| SpanBody { start, end }),
            message: finding.say(language),
            expected: finding.expected.as_ref().map_or(Value::Null, |fact| fact.json()),
            actual: finding.actual.as_ref().map_or(Value::Null, |fact| fact.json()),
            related: finding.related.clone(),
            basis: finding.basis,
            explanation: finding.explanation.clone(),
        })
        .collect()
}

/// 校验的凭据：哪一套规则、对哪一份内容、得出什么结论。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JudgementReceipt)]
pub struct ReceiptBody {
    /// 规则集的版本。
    rule_set: String,
    /// 内容的摘要。
    content_digest: String,
    /// 没有未说明的错误。
    valid: bool,
    #[schema(format = DateTime)]
    at: String,
}

/// 校验时对照的上年报告。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviousReport)]
pub struct PreviousBody {
    #[schema(format = "uuid")]
    report_id: String,
    #[schema(format = "uuid")]
    agency_id: String,
    agency_name: String,
    year: i32,
    revision: i32,
}

impl From<&SourceReport> for PreviousBody {
    fn from(source: &SourceReport) -> PreviousBody {
        PreviousBody {
            report_id: source.report_id.clone(),
            agency_id: source.agency_id.clone(),
            agency_name: source.agency_name.clone(),
            year: source.year,
            revision: source.revision,
        }
    }
}

/// 校验结果。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Validation)]
pub struct ValidationBody {
    /// 没有未说明的错误。
    valid: bool,
    counts: CountsBody,
    findings: Vec<FindingBody>,
    /// 问题太多，最轻的没有列出。
    truncated: bool,
    /// 对照的上年报告；机构合并后可以不止一份，没有则为空。
    previous: Vec<PreviousBody>,
    receipt: ReceiptBody,
}

impl ValidationBody {
    pub fn of(judgement: &Judgement, digest: String, call: &Call) -> ValidationBody {
        call.service.metrics.found(&judgement.findings);
        let counts = Counts::of(&judgement.findings);
        let valid = counts.error == 0;
        ValidationBody {
            valid,
            counts: counts.into(),
            findings: finding_bodies(&judgement.findings, call.language()),
            truncated: judgement.truncated,
            previous: judgement.previous.iter().map(PreviousBody::from).collect(),
            receipt: ReceiptBody {
                rule_set: call.service.rules().name().to_owned(),
                content_digest: digest,
                valid,
                at: time(call.caller.at),
            },
        }
    }
}

/// 报告的问题
///
/// 对报告正在办理的一版（`view=published`：已发布的一版）的全部校验结果。授权覆盖该机关的可以读取。
#[utoipa::path(
    tag = "validation",
    params(crate::http::paths::Report, ViewQuery),
    responses((status = 200, description = "校验结果", body = ValidationBody)),
    extensions(
        ("x-problems" = json!([Code::Unauthorized, Code::NotFound, Code::ReportWithdrawn, Code::Forbidden, Code::InvalidQuery])),
        ("x-token" = json!(true)),
    ),
)]
#[get("/reports/{id}/findings")]
pub async fn list_findings(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: ViewQuery = call
        .query_after(move |connection, asking| reports::find_judgement(connection, asking, &named, false))
        .await?;
    let published = query.view.is_some();
    let (view, judgement) = call
        .look(move |connection, asking| reports::find_judgement(connection, asking, &id, published))
        .await?;
    Ok(Reply::ok(&ValidationBody::of(&judgement, view.revision.digest, &call)))
}
