//! Importing a document: looked at (`dry_run`), or stored as a draft.

use super::file::{self, ReadFile};
use crate::documents::FoundCell;
use crate::documents::intake::Kind;
use crate::domain::form::Form;
use crate::domain::id::ReportId;
use crate::domain::report::{ReportDocument, Scope, SourceFile};
use crate::domain::rules::Finding;
use crate::http::kernel::names::{DocumentSchema, ImportForm};
use crate::http::kernel::{BASE, Call, Code, Part, Problem, Reply, YearNumber, query};
use crate::http::reports::{FindingBody, ReportBody, Shown, document_body, finding_bodies, require_editor};
use crate::operations::AgencyRef;
use crate::operations::reports::{self, NewReport};
use actix_web::post;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

query!(ImportQuery {
    /// 只试读，不保存；默认 false。
    dry_run: Option<bool>,
    /// 存入哪个机关：编号或统一社会信用代码。保存时必填。
    agency_id: Option<AgencyRef>,
    /// 存入哪个年度。保存时必填。
    year: Option<YearNumber>,
    /// 范围，默认 own。
    scope: Option<Scope>,
    /// 把空白、`/`、`—`、无的单元格当作 0，并记录为有意零报告；默认 false。
    blank_as_zero: Option<bool>,
    /// 在 `source.cells` 里逐格给出它在文件中的位置；默认 false。
    provenance: Option<bool>,
    /// 文件里有几份报告时读第几份，从 1 起；不写则读第一份，并指出还有别的。
    part: Option<Part>,
});

/// 没有归入任何位置的文字。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Unmapped)]
pub struct UnmappedBody {
    text: String,
    /// 在文件中的位置，如 `line 310`。
    #[serde(rename = "where")]
    place: String,
}

/// 一个单元格在文件中的位置。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CellSource)]
pub struct CellSourceBody {
    /// 在报告中的位置，如 `/sections/requests/table/granted/total`。
    pointer: String,
    /// `read`：读成数字；`blank`：空白、`/`、`—`、无；`unread`：认不出，不猜。
    #[schema(value_type = CellState)]
    state: &'static str,
    /// 文件中写的是什么。
    text: String,
    /// 在文件中的位置，如 `line 52`；JSON 文件为指针。表格文件是行号，PDF、OFD、doc 等没有行号的是段落和表格行的顺序号。
    #[serde(rename = "where")]
    place: String,
    /// 文件的第几个表格、第几行、第几列，从 1 起；不在表格里为空。
    table: Option<usize>,
    row: Option<usize>,
    column: Option<usize>,
}

/// 单元格读得怎样。
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "a schema")]
pub enum CellState {
    Read,
    Blank,
    Unread,
}

/// 文件是怎样读的。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportSource)]
pub struct SourceBody {
    media_type: String,
    charset: String,
    /// 文件的 SHA-256，十六进制。
    sha256: String,
    /// 文件里有几份报告。
    parts: usize,
    sections_found: usize,
    cells_expected: usize,
    cells_read: usize,
    cells_blank: usize,
    unmapped: Vec<UnmappedBody>,
    /// 逐格的来源；没有要（`provenance=true`）为空。
    cells: Option<Vec<CellSourceBody>>,
}

/// 导入结果。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportAnswer)]
pub struct ImportBody {
    #[schema(value_type = DocumentSchema)]
    document: Value,
    findings: Vec<FindingBody>,
    source: SourceBody,
    /// 存成的报告；试读时为空。
    report: Option<ReportBody>,
}

fn cell_of(form: &Form, found: &FoundCell) -> CellSourceBody {
    let pointer = form.cells.get(found.cell).map(|cell| cell.pointer()).unwrap_or_default();
    CellSourceBody {
        state: found.state.as_str(),
        text: found.text.clone(),
        // In JSON a cell stands at its pointer.
        place: if found.line == 0 { pointer.clone() } else { format!("line {}", found.line) },
        pointer,
        table: found.place.map(|(table, _, _)| table),
        row: found.place.map(|(_, row, _)| row),
        column: found.place.map(|(_, _, column)| column),
    }
}

fn source_of(read: &ReadFile, provenance: bool) -> SourceBody {
    let form = read.document.content.form();
    SourceBody {
        media_type: read.kind.media().to_owned(),
        charset: read.charset.clone(),
        sha256: read.sha256.clone(),
        parts: read.notes.parts.max(1),
        sections_found: read.notes.sections_found,
        cells_expected: read.notes.cells_expected,
        cells_read: read.notes.cells_read,
        cells_blank: read.notes.cells_blank,
        unmapped: read
            .notes
            .unmapped
            .iter()
            .map(|stray| UnmappedBody { text: stray.text.clone(), place: stray.where_.clone() })
            .collect(),
        cells: provenance.then(|| read.notes.found.iter().map(|found| cell_of(form, found)).collect()),
    }
}

/// Blanks become zeros, deliberately, and say so with their sections.
fn declare_blanks(read: &mut ReadFile) {
    let blanks: Vec<usize> = match read.kind == Kind::Json {
        true => unfilled(&read.document),
        false => read.notes.blanks.drain(..).map(|(cell, _)| cell).collect(),
    };
    let content = &mut read.document.content;
    let form = content.form();
    for cell in blanks {
        content.figures.set(cell, Some(0));
        if let Some(section) = form.cells.get(cell).and_then(|cell| content.sections.get_mut(cell.section)) {
            section.declared_zero = true;
        }
    }
}

/// The cells that a document in JSON leaves at null, or out, in the sections it has.
fn unfilled(document: &ReportDocument) -> Vec<usize> {
    let content = &document.content;
    let here = |section: usize| content.sections.get(section).is_some_and(|section| section.present);
    let faulty = |cell: usize| document.faults.iter().any(|fault| fault.cell == Some(cell));
    let cells = content.form().cells.iter().filter(|cell| here(cell.section) && !faulty(cell.index));
    cells.map(|cell| cell.index).filter(|cell| content.figures.get(*cell).is_none()).collect()
}

/// Where a document is to be stored; both are needed.
fn target(query: &ImportQuery) -> Result<(AgencyRef, i32), Problem> {
    match (&query.agency_id, query.year) {
        (Some(agency), Some(year)) => Ok((agency.clone(), year.0)),
        (agency, year) => {
            let missing = [("agency_id", agency.is_none()), ("year", year.is_none())];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            Err(Problem::of_query(missing.map(|(name, _)| (name.to_owned(), "required")).collect()))
        }
    }
}

/// Refuses whoever may store nothing, or nothing there, before the file is read and whatever else is wrong with
/// the query.
async fn require_right(call: &Call) -> Result<(), Problem> {
    let said = |name: &str| {
        let mut pairs = form_urlencoded::parse(call.request.query_string().as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    if said("dry_run").as_deref() == Some("true") {
        return Ok(());
    }
    require_editor(call)?;
    let agency: Option<AgencyRef> = said("agency_id").and_then(|text| text.parse().ok());
    let scope: Option<Scope> = said("scope").and_then(|text| text.parse().ok());
    let year: Option<YearNumber> = said("year").and_then(|text| text.parse().ok());
    let Some(agency) = agency else { return Ok(()) };
    let what = (scope, year.map(|year| year.0));
    call.look(move |connection, asking| reports::require_filing_right(connection, asking, &agency, what))
        .await
        .map(|_| ())
}

/// 导入文件
///
/// 请求内容就是文件本身，或 multipart 的 `file` 一项。可以导入：docx、doc、wps、odt、xlsx、xls、et、ods、csv、
/// 带文字的 pdf 和 ofd、网页（html、mht）、txt、md、json。是什么文件先看内容，再看媒体类型和文件名；
/// 不能导入的种类（rtf、图片、扫描件、压缩包等）答 415 或 422，`detail` 说明是什么、怎么办。
///
/// 按标签认出各部分、各单元格，从不按位置猜测；没有归入的文字列在 `unmapped`。`dry_run=true` 只看结果；
/// 否则存为新的草稿。
#[utoipa::path(
    tag = "imports",
    params(ImportQuery),
    request_body(
        content(
            (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (String = "application/msword"),
            (String = "application/vnd.oasis.opendocument.text"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (String = "application/vnd.ms-excel"),
            (String = "application/vnd.oasis.opendocument.spreadsheet"),
            (String = "text/csv"),
            (String = "application/pdf"),
            (String = "application/ofd"),
            (String = "text/html"),
            (String = "multipart/related"),
            (String = "text/plain"),
            (String = "text/markdown"),
            (String = "application/octet-stream"),
            (DocumentSchema = "application/json"),
            (ImportForm = "multipart/form-data"),
        ),
        description = "文件",
    ),
    responses(
        (status = 200, description = "试读结果", body = ImportBody),
        (status = 201, description = "已存为草稿", body = ImportBody),
    ),
    extensions(
        ("x-cost" = json!("file")),
        ("x-problems" = json!([Code::InvalidJson, Code::DocumentUnreadable, Code::ScopeNotForKind,
            Code::YearNotOpen, Code::ReportExists])),
    ),
)]
#[post("/imports")]
pub async fn import_document(mut call: Call) -> Result<Reply, Problem> {
    let bounds = call.import_bounds();
    call.require_token()?;
    require_right(&call).await?;
    if let Some(reply) = call.replayed(Some(bounds)).await? {
        return Ok(reply);
    }
    let file = file::take(&mut call).await?;
    file.require_kind().await?;
    let query: ImportQuery = call.query()?;
    let stores = query.dry_run != Some(true);
    let provenance = query.provenance == Some(true);
    let target = if stores { Some(target(&query)?) } else { None };
    let hint = query.year.map(|year| year.0);
    let mut read = file.read(&call, hint, query.part.map(|part| part.0)).await?;
    if query.blank_as_zero == Some(true) {
        declare_blanks(&mut read);
    }
    // What a document's heading may mean is not guessed at: only JSON says its scope itself.
    let said = read.document.scope.filter(|_| read.kind == Kind::Json);
    read.document.scope = query.scope.or(said).or(Some(Scope::Own));
    if let Some(agency) = &query.agency_id {
        read.document.agency_id = Some(agency.to_string());
    }
    let (document, blanks) = (read.document.clone(), read.notes.blanks.clone());
    let findings = call
        .look(move |connection, asking| {
            let mut judged = document.clone();
            judged.year = hint.or(judged.year);
            reports::judge_document(connection, asking, &judged, &blanks)
        })
        .await?
        .findings;
    match target {
        None => {
            let findings = finding_bodies(&findings, call.language());
            let document = document_body(&read.document);
            Ok(Reply::ok(&ImportBody {
                document,
                findings,
                source: source_of(&read, provenance),
                report: None,
            }))
        }
        Some((agency, year)) => store(&call, read, findings, (agency, year), provenance).await,
    }
}

async fn store(
    call: &Call,
    read: ReadFile,
    findings: Vec<Finding>,
    (agency, year): (AgencyRef, i32),
    provenance: bool,
) -> Result<Reply, Problem> {
    let id = ReportId::from_uuid(uuid::Uuid::now_v7());
    let source = SourceFile {
        report_id: id.to_string(),
        revision: 1,
        sha256: read.sha256.clone(),
        media_type: read.kind.media().to_owned(),
        charset: read.charset.clone(),
        bytes: read.bytes.to_vec(),
    };
    let new = NewReport::of_document(id, agency, year, read.document.clone());
    let new = NewReport { source: Some(source), ..new };
    let language = call.language();
    call.enter(
        move |connection, act, asking| {
            let ready = reports::prepare_create(connection, act, asking, &new)?;
            let shown = Shown::of(connection, asking, ready.command.view().clone())?;
            let body = ImportBody {
                document: document_body(&read.document),
                findings: finding_bodies(&findings, language),
                source: source_of(&read, provenance),
                report: Some(ReportBody::of(&shown)),
            };
            let location = format!("{BASE}/reports/{}", shown.view.report.id);
            let reply = Reply::created(location, &body).tag(shown.view.report.version, language.short());
            Ok((ready, reply))
        },
        reports::enter_create,
    )
    .await
    .map_err(|problem| problem.named_by_query(&["agency_id", "year", "scope"]))
}
