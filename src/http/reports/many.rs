//! Transitions of many reports in one call: each for itself, each with its own outcome.

use super::transitions::{TransitionBody, read_order};
use crate::domain::id::ReportId;
use crate::http::kernel::BASE;
use crate::http::kernel::body::JSON;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::Fields;
use crate::http::kernel::names::ProblemSchema;
use crate::http::kernel::problem::Problem;
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::refusals::write_down;
use crate::http::kernel::reply::Reply;
use crate::operations::reports::{self, TransitionOrder};
use actix_web::post;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Most reports of one call.
const MOST: usize = 500;
/// Transitions that wait for the writer at once.
const IN_FLIGHT: usize = 32;

/// 一份报告的结果。
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TransitionOutcome)]
pub struct OutcomeBody {
    #[schema(format = "uuid")]
    report_id: String,
    /// 201 = 已完成；其他为拒绝的状态码，同单个流转。
    status: u16,
    #[schema(value_type = Option<TransitionBody>)]
    transition: Option<Value>,
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

/// One report of the call: which, and the version its caller has seen.
struct Wanted {
    id: ReportId,
    version: i64,
}

/// `"3-zh"`, with or without its quotes.
fn version_of(tag: &str) -> Result<i64, &'static str> {
    let bare = tag.trim_matches('"');
    bare.split_once('-').map_or(bare, |(version, _)| version).parse().map_err(|_| "invalid_value")
}

fn read_wanted(fields: &mut Fields<'_>) -> Option<Wanted> {
    let id = fields.read("id", |text| text.parse().map_err(|()| "invalid_id"));
    let id = fields.require("id", id);
    let version = fields.read("etag", version_of);
    let version = fields.require("etag", version);
    Some(Wanted { id: id?, version: version? })
}

/// 流转多份报告
///
/// 对至多 500 份报告进行同一操作，各自成败，结果逐份列出；每份须给出它的 ETag。规则与单份流转相同。
#[utoipa::path(
    tag = "review",
    request_body(content = ref("#/components/schemas/TransitionMany"), content_type = "application/json"),
    responses((status = 200, description = "各份的结果", body = TransitionOutcomes)),
    extensions(("x-cost" = json!("scan")), ("x-problems" = json!(["invalid_input", "invalid_query"])), ("x-same" = json!(true))),
)]
#[post("/reports/transitions")]
pub async fn create_transitions(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let mut rest: Map<String, Value> = body.object.clone();
    let listed = rest.remove("reports");
    let order = read_order(&rest, call.asking().today);
    let reports = Map::from_iter(listed.map(|listed| ("reports".to_owned(), listed)));
    let mut fields = Fields::new(&reports, None);
    let wanted = fields.each("reports", MOST, read_wanted);
    let wanted = fields.require("reports", wanted);
    let faults = fields.finish();
    let ((action, comment, published_on), wanted) = match (order, wanted) {
        (Ok(order), Some(wanted)) if faults.is_empty() => (order, wanted),
        (order, _) => {
            return Err(Problem::of_body(order.err().into_iter().flatten().chain(faults).collect()));
        }
    };
    call.hold_key()?;
    let (language, request_id) = (call.language(), call.caller.request_id.clone());
    let (call_ref, request_id) = (&call, &request_id);
    let items: Vec<OutcomeBody> = stream::iter(wanted)
        .map(|wanted| {
            let order = TransitionOrder {
                id: uuid::Uuid::now_v7().to_string(),
                report_id: wanted.id.clone(),
                action,
                comment: comment.clone(),
                published_on,
                version: wanted.version,
            };
            async move {
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
                        problem: None,
                    },
                    Err(problem) => {
                        let status = problem.code.status().as_u16();
                        // Refused like a single one, and written down like it.
                        let path = format!("{BASE}/reports/{report_id}/transitions");
                        let refused = (status, problem.code.as_str());
                        write_down(&call_ref.service, &call_ref.caller, refused, "POST", &path).await;
                        let problem = Some(problem.body(language, request_id));
                        OutcomeBody { report_id, status, etag: None, transition: None, problem }
                    }
                }
            }
        })
        .buffered(IN_FLIGHT)
        .collect()
        .await;
    let done = items.iter().filter(|item| item.status == 201).count();
    let reply = Reply::ok(&TransitionOutcomes { done, refused: items.len() - done, items });
    // Under a key the whole answer is kept, by a write that changes nothing else.
    call.write(|_| Ok(()), move |()| reply.clone()).await
}
