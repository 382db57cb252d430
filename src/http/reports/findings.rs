//! Findings: every fault of a report, at its cell.

use super::body::CountsBody;
use crate::domain::id::ReportId;
use crate::domain::language::Language;
use crate::domain::rules::{Counts, Finding, SourceReport};
use crate::http::kernel::format::time;
use crate::http::kernel::names::{AnyJson, SeverityName};
use crate::http::kernel::{Call, Code, Problem, Reply, ViewQuery, answer};
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

answer! {
    /// 一个问题。
    #[schema(as = Finding)]
    pub struct FindingBody of(finding: &Finding, language: Language) {
        /// 稳定的键：规则、位置，必要时加序号。
        key: String = finding.key.clone(),
        /// 规则，见 `GET /rules`。
        rule: &'static str = finding.rule,
        #[schema(value_type = SeverityName)]
        severity: &'static str = finding.severity.as_str(),
        /// 位置：报告文档中的 JSON Pointer。
        pointer: String = finding.pointer.clone(),
        span: Option<SpanBody> = finding.span.map(|(start, end)| SpanBody { start, end }),
        message: String = finding.say(language),
        /// 应为。
        #[schema(value_type = AnyJson)]
        expected: Value = finding.expected.as_ref().map_or(Value::Null, |fact| fact.json()),
        /// 实际。
        #[schema(value_type = AnyJson)]
        actual: Value = finding.actual.as_ref().map_or(Value::Null, |fact| fact.json()),
        /// 相关的单元格。
        related: Vec<String> = finding.related.clone(),
        /// 依据。
        basis: &'static str = finding.basis,
        /// 说明；有说明的不再计数、不再阻止提交。
        explanation: Option<String> = finding.explanation.clone(),
    }
}

pub fn finding_bodies(findings: &[Finding], language: Language) -> Vec<FindingBody> {
    findings.iter().map(|finding| FindingBody::of(finding, language)).collect()
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

answer! {
    /// 校验时对照的上年报告。
    #[schema(as = PreviousReport)]
    pub struct PreviousBody of(source: &SourceReport) {
        #[schema(format = "uuid")]
        report_id: String = source.report_id.clone(),
        #[schema(format = "uuid")]
        agency_id: String = source.agency_id.clone(),
        agency_name: String = source.agency_name.clone(),
        year: i32 = source.year,
        revision: i32 = source.revision,
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
            counts: CountsBody::of(counts),
            findings: finding_bodies(&judgement.findings, call.language()),
            truncated: judgement.truncated,
            previous: judgement.previous.iter().map(PreviousBody::of).collect(),
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
    params(ViewQuery),
    responses((status = 200, description = "校验结果", body = ValidationBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::Forbidden])), ("x-token" = json!(true))),
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
