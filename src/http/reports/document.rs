//! A report as a document: in the formats people use, and the file it was imported from.

use super::read_body::document_body;
use crate::documents::write::{Format, write, xlsx};
use crate::domain::form;
use crate::domain::id::ReportId;
use crate::http::kernel::accept::preferred;
use crate::http::kernel::names::DocumentSchema;
use crate::http::kernel::{
    Call, Code, NoParameters, Problem, Reply, View, ViewQuery, named, parameter, query,
};
use crate::operations::reports::{self, ReportView};
use actix_web::http::header;
use actix_web::{get, web};

parameter!(Format, named("DocumentFormat"), |text| text.parse().map_err(|()| "invalid_value"));

query!(DocumentQuery {
    /// 格式：docx、html、pdf、xlsx、csv、md、json；不给则按 `Accept`，都不给则 json。
    format: Option<Format>,
    /// `published`：只看已发布的一版。
    view: Option<View>,
});

/// Names the file for whoever saves it: in ASCII, and as it is.
fn disposition(name: &str, extension: &str) -> String {
    let kind = if matches!(extension, "html" | "json" | "pdf") { "inline" } else { "attachment" };
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let encoded = encoded.replace('+', "%20");
    format!("{kind}; filename=\"report.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

/// The format the client would take, in our order of preference.
fn negotiated(call: &Call) -> Result<Format, Problem> {
    let order =
        [Format::Json, Format::Html, Format::Docx, Format::Pdf, Format::Xlsx, Format::Csv, Format::Markdown];
    let media = order.map(|format| format.media());
    let fitting = preferred(&call.request, &media).and_then(|at| order.get(at).copied());
    fitting.ok_or_else(|| Problem::new(Code::NotAcceptable))
}

/// 报告文档
///
/// 按法定版式写成 docx、HTML、PDF、xlsx、CSV、Markdown 或 JSON；导出的 docx、HTML、xlsx、Markdown、JSON 再导入，得到同一份文档。
#[utoipa::path(
    tag = "reports",
    params(DocumentQuery),
    responses((status = 200, description = "文档", content(
        (DocumentSchema = "application/json"),
        (String = "text/html"),
        (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (String = "application/pdf"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
        (String = "text/markdown"),
    ))),
    extensions(
        ("x-cost" = json!("file")),
        ("x-problems" = json!([Code::RangeNotSatisfiable, Code::ReportWithdrawn])),
    ),
)]
#[get("/reports/{id}/document")]
pub async fn read_report_document(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: DocumentQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    let published_only = query.view.is_some();
    let view =
        call.look(move |connection, asking| reports::find(connection, asking, &id, published_only)).await?;
    let format = match query.format {
        Some(format) => format,
        None => negotiated(&call)?,
    };
    written(&call, &view, format).await
}

/// Bytes, for whoever would rather not know what they are.
const BYTES: &str = "application/octet-stream";

/// 报告文件
///
/// 按法定版式写成的文件，内容与 `GET /reports/{id}/document?format=` 相同；答复总是文件（`json` 也是），供下载和生成的客户端使用。
/// `Accept: application/octet-stream` 时不写明类型。
#[utoipa::path(
    tag = "reports",
    params(ViewQuery),
    responses((status = 200, description = "文件", content(
        (String = "application/octet-stream"),
        (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/pdf"),
        (String = "text/html"),
        (String = "text/csv"),
        (String = "text/markdown"),
        (DocumentSchema = "application/json"),
    ))),
    extensions(("x-problems" = json!([Code::RangeNotSatisfiable, Code::ReportWithdrawn]))),
)]
#[get("/reports/{id}/document/{format}")]
pub async fn read_report_file(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let format: Format = call.part("format")?;
    let named = id.clone();
    let query: ViewQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    let published = query.view.is_some();
    let view = call.look(move |connection, asking| reports::find(connection, asking, &id, published)).await?;
    let reply = written(&call, &view, format).await?;
    let untyped = preferred(&call.request, &[format.media(), BYTES]) == Some(1);
    Ok(if untyped { reply.of_type(BYTES) } else { reply })
}

/// A report as a file of a format.
async fn written(call: &Call, view: &ReportView, format: Format) -> Result<Reply, Problem> {
    let document = view.document();
    let name = document.title.clone().unwrap_or_else(|| {
        format!("{}{}年政府信息公开工作年度报告", view.revision.agency_name, view.report.year)
    });
    let shown_as = if view.working { "" } else { ".p" };
    let variant = format!("{}.{}{shown_as}", call.language().short(), format.as_str());
    let (version, modified) = (view.version(), view.revision.updated_at);
    let body = web::block(move || match write(&document, format) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Ok(document_body(&document).to_string().into_bytes()),
        Err(fault) => Err(fault),
    })
    .await
    .map_err(|_| Problem::new(Code::Internal))?
    .map_err(|fault| {
        tracing::error!(%fault, "a document could not be written");
        Problem::new(Code::Internal)
    })?;
    Ok(Reply::bytes(format.media(), body)
        .named()
        .in_chinese()
        .ranged()
        .header(header::CONTENT_DISPOSITION, disposition(&name, format.as_str()))
        .tag(version, &variant)
        .modified(modified))
}

/// 导入的原文件
///
/// 报告是从哪个文件导入的，逐字节保存。授权覆盖该机关的可以读取；不是导入的没有。
#[utoipa::path(
    tag = "imports",
    params(ViewQuery),
    responses((status = 200, description = "原文件", body = String, content_type = "application/octet-stream")),
    extensions(
        ("x-cost" = json!("file")),
        ("x-problems" = json!([Code::RangeNotSatisfiable, Code::ReportWithdrawn, Code::Forbidden])),
        ("x-token" = json!(true)),
    ),
)]
#[get("/reports/{id}/source")]
pub async fn read_source(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: ViewQuery = call
        .query_after(move |connection, asking| reports::find_source(connection, asking, &named, false))
        .await?;
    let published = query.view.is_some();
    let source =
        call.look(move |connection, asking| reports::find_source(connection, asking, &id, published)).await?;
    // Never as the type it says it is: what somebody sent in is not run in somebody else's browser.
    Ok(Reply::bytes("application/octet-stream", source.bytes)
        .named()
        .ranged()
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"source\"")
        .header(header::HeaderName::from_static("x-content-type-options"), "nosniff")
        .header(header::HeaderName::from_static("digest"), format!("sha-256={}", source.sha256))
        .header(header::HeaderName::from_static("x-source-media-type"), source.media_type))
}

/// 空白工作簿
///
/// 某一格式的 xlsx：每部分一张表，合计有公式，填好后可以直接导入。
#[utoipa::path(
    tag = "catalogue",
    responses((status = 200, description = "工作簿", body = String,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-problems" = json!([Code::RangeNotSatisfiable]))),
)]
#[get("/formats/{id}/workbook")]
pub async fn read_workbook(call: Call) -> Result<Reply, Problem> {
    let id: String = call.part("id")?;
    let form = form::by_id(&id).ok_or_else(|| Problem::new(Code::NotFound))?;
    let _: NoParameters = call.query()?;
    let year = chrono::Datelike::year(&call.asking().today) - 1;
    let year = form.to.map_or(year, |to| year.min(to));
    let bytes =
        web::block(move || xlsx::empty(form, year)).await.map_err(|_| Problem::new(Code::Internal))?;
    let bytes = bytes.map_err(|fault| {
        tracing::error!(%fault, "a workbook could not be written");
        Problem::new(Code::Internal)
    })?;
    Ok(Reply::bytes(Format::Xlsx.media(), bytes)
        .named()
        .in_chinese()
        .ranged()
        .header(header::CONTENT_DISPOSITION, disposition(&format!("年度报告填报表（{year}年度）"), "xlsx")))
}
