//! Transitions of many reports in one call: each for itself, each with its own outcome.

use super::transitions::{TransitionBody, TransitionCreate};
use crate::domain::id::ReportId;
use crate::domain::workflow::Action;
use crate::http::kernel::names::{ActionName, ProblemSchema};
use crate::http::kernel::refusals::{Asked, write_down};
use crate::http::kernel::{BASE, Call, Problem, Reply};
use crate::operations::pending::HeldOrder;
use crate::operations::reports::{self, TransitionOrder};
use actix_web::post;
use chrono::NaiveDate;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Transitions that wait for the writer at once.
const IN_FLIGHT: usize = 32;

/// 一份报告的结果。
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TransitionOutcome)]
pub struct OutcomeBody {
    #[schema(format = "uuid")]
    report_id: String,
    /// 201 = 已完成；202 = 已提请，待另一个人确认；其他为拒绝的状态码，同单个流转。
    status: u16,
    #[schema(value_type = Option<TransitionBody>)]
    transition: Option<Value>,
    /// 提请的编号，见 `GET /pending`；没有提请的为空。
    #[schema(format = "uuid")]
    pending_id: Option<String>,
    /// 报告的新标签。
    etag: Option<String>,
    #[schema(value_type = Option<ProblemSchema>)]
    problem: Option<Value>,
}

/// 各份报告的结果，按请求的顺序。
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TransitionOutcomes {
    done: usize,
    refused: usize,
    items: Vec<OutcomeBody>,
}

/// 对多份报告的操作。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionMany {
    #[schema(value_type = ActionName)]
    action: Action,
    /// 意见；退回、更正、撤回时必填。
    #[schema(min_length = 1, max_length = 2000)]
    comment: Option<String>,
    /// 原发布日期；只用于归档，归档时必填。
    published_on: Option<NaiveDate>,
    #[schema(min_items = 1, max_items = 500)]
    reports: Vec<WantedReport>,
}

/// 一份报告和调用者看到的一版。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedReport {
    #[schema(value_type = String, format = "uuid")]
    id: ReportId,
    /// 报告当前的 ETag，引号可省。
    #[schema(min_length = 1, max_length = 100, pattern = "^\"?[0-9]{1,18}(-[^\"]*)?\"?$")]
    etag: String,
}

impl WantedReport {
    /// `"3-zh"`, with or without its quotes.
    fn version(&self) -> i64 {
        let bare = self.etag.trim_matches('"');
        // The schema lets through nothing else; what names no version is never the present one.
        bare.split_once('-').map_or(bare, |(version, _)| version).parse().unwrap_or(-1)
    }
}

/// Asks for an act that another person is to confirm.
async fn asked(call: &Call, wanted: &WantedReport, held: HeldOrder) -> OutcomeBody {
    let report_id = wanted.id.to_string();
    match call.ask_bulk(held).await {
        Ok(id) => OutcomeBody {
            report_id,
            status: 202,
            etag: None,
            transition: None,
            pending_id: Some(id),
            problem: None,
        },
        Err(problem) => refused(call, report_id, &problem).await,
    }
}

/// Entered in the audit where it must be, as if it had been asked for alone.
async fn refused(call: &Call, report_id: String, problem: &Problem) -> OutcomeBody {
    let status = problem.code.status().as_u16();
    let path = format!("{BASE}/reports/{report_id}/transitions");
    let route = format!("{BASE}/reports/{{id}}/transitions");
    let asked = Asked { method: "POST", path: &path, route: &route };
    write_down(&call.service, &call.caller, (status, problem.code.as_str()), &asked).await;
    let problem = Some(problem.body(call.language(), &call.caller.request_id));
    OutcomeBody { report_id, status, etag: None, transition: None, pending_id: None, problem }
}

/// 流转多份报告
///
/// 对至多 500 份报告进行同一操作，各自成败，结果逐份列出；每份须给出它的 ETag。规则与单份流转相同。
#[utoipa::path(
    tag = "review",
    request_body = TransitionMany,
    responses((status = 200, description = "各份的结果", body = TransitionOutcomes)),
    extensions(("x-cost" = json!("scan")), ("x-same" = json!(true))),
)]
#[post("/reports/transitions")]
pub async fn create_transitions(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let body = call.body::<TransitionMany>().await?;
    let today = call.asking().today;
    let check = |sent: Option<&TransitionMany>| {
        let fault = sent.and_then(|sent| TransitionCreate::fault(sent.action, sent.published_on, today));
        fault.into_iter().collect()
    };
    let TransitionMany { action, comment, published_on, reports: wanted } = body.read_with(check)?;
    call.hold_key().await?;
    let language = call.language();
    let call_ref = &call;
    let items: Vec<OutcomeBody> = stream::iter(wanted)
        .map(|wanted| {
            let order = TransitionOrder {
                id: uuid::Uuid::now_v7().to_string(),
                report_id: wanted.id.clone(),
                action,
                comment: comment.clone(),
                published_on,
                version: wanted.version(),
            };
            async move {
                let held = HeldOrder::Transition(order.clone());
                if call_ref.waits(&held) {
                    return asked(call_ref, &wanted, held).await;
                }
                let made = call_ref
                    .enter_bulk(
                        move |connection, act, asking| {
                            let ready = reports::prepare_transition(connection, act, asking, &order)?;
                            let made = ready.command.outcome();
                            Ok((ready, made))
                        },
                        reports::enter_transition,
                    )
                    .await;
                let report_id = wanted.id.to_string();
                match made {
                    Ok(made) => OutcomeBody {
                        report_id,
                        status: 201,
                        etag: Some(format!("\"{}-{}\"", made.view.report.version, language.short())),
                        transition: serde_json::to_value(TransitionBody::of(
                            &made.transition,
                            made.receipt.as_ref(),
                            &made.open_comments,
                        ))
                        .ok(),
                        pending_id: None,
                        problem: None,
                    },
                    Err(problem) => refused(call_ref, report_id, &problem).await,
                }
            }
        })
        .buffered(IN_FLIGHT)
        .collect()
        .await;
    let done = items.iter().filter(|item| item.status == 201 || item.status == 202).count();
    let reply = Reply::ok(&TransitionOutcomes { done, refused: items.len() - done, items });
    // Under a key the whole answer is kept, by a write that changes nothing else.
    call.write(|_| Ok(()), move |()| reply.clone()).await
}
