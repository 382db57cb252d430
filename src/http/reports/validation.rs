//! Judging a document that is not stored.

use super::findings::ValidationBody;
use super::read_body::read_document;
use crate::http::kernel::body::JSON;
use crate::http::kernel::{Call, Code, NoParameters, Problem, Reply};
use crate::operations::reports;
use actix_web::post;

/// 校验报告文档
///
/// 只校验，不保存；有错也答 200，错误列在 `findings`：各部分和题头（标题、落款、日期等）写得不对都是如此。没有 `year`、`sections`，
/// 或有不认识的成员，才不是报告文档（422）。也接受 `GET /reports/{id}` 给出的整份报告。
#[utoipa::path(
    tag = "validation",
    request_body(content = ref("#/components/schemas/ReportDocument"), content_type = "application/json"),
    responses((status = 200, description = "校验结果", body = ValidationBody)),
    extensions(
        ("x-cost" = json!("file")),
        ("x-problems" = json!([Code::NotAcceptable])),
        ("x-token" = json!(true)),
    ),
)]
#[post("/validation")]
pub async fn validate(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    call.require_acceptable()?;
    let document = read_document(&body.object).map_err(Problem::of_body)?;
    let digest = document.compute_digest(call.service.options.digests);
    let judgement = call
        .look(move |connection, asking| reports::judge_document(connection, asking, &document, &[]))
        .await?;
    Ok(Reply::ok(&ValidationBody::of(&judgement, digest, &call)))
}
