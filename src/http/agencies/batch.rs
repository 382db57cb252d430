//! Registering many agencies in one call: parsed before the lane, written row by row through the bulk queue.

use super::body::AgencyInput;
use crate::documents;
use crate::domain::agency::Agency;
use crate::domain::id::AgencyId;
use crate::domain::language::Language;
use crate::http::kernel::body::media_type;
use crate::http::kernel::json::parse;
use crate::http::kernel::names::{AgencyItems, ProblemSchema};
use crate::http::kernel::sent::{Extent, Sent};
use crate::http::kernel::service::Service;
use crate::http::kernel::table;
use crate::http::kernel::{Call, Code, Problem, Reply, query};
use crate::http::refused::batch_refused;
use crate::operations::InputFault;
use crate::operations::agencies::{self, AgencyDraft};
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{post, web};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use utoipa::ToSchema;

/// Most rows of one call.
const MOST_ROWS: usize = 100_000;
/// Longest row, in bytes.
const LONGEST_ROW: usize = 64 << 10;
/// Most refused rows that are told one by one: no answer is a hundred times its question.
pub const MOST_TOLD: usize = 1_000;
/// Rows that wait for the writer at once: enough to fill its groups, few enough to leave room to others.
const IN_FLIGHT: usize = 128;

query!(BatchQuery {
    /// true：有一行被拒绝则全部不登记；默认 false，逐行登记。
    atomic: Option<bool>,
});

/// 一行的结果。
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BatchRow)]
pub struct RowBody {
    /// 文件中的行号，JSON 则为第几个，从 1 起。
    line: usize,
    /// 201 = 已登记；其他为拒绝的状态码。
    status: u16,
    /// 已登记的机关编号。
    #[schema(format = "uuid")]
    id: Option<String>,
    /// 拒绝的原因，同单个登记时的错误。
    #[schema(value_type = Option<ProblemSchema>)]
    problem: Option<Value>,
}

/// 批量登记的结果。
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = BatchResult)]
pub struct BatchBody {
    accepted: usize,
    refused: usize,
    /// 已登记的各行，和被拒绝的前 1000 行。
    rows: Vec<RowBody>,
    /// 只在被拒绝的超过 1000 行时出现：其余只计入 `refused`。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
}

/// A line and what stands there.
type Found = (usize, Result<Value, Problem>);

/// One row as it was read.
struct Row {
    line: usize,
    draft: Result<AgencyDraft, Problem>,
}

/// All rows but those that are faulty beyond what is told.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    faulty: usize,
}

#[derive(Clone, Copy)]
enum Format {
    Lines,
    Csv,
    /// All in one JSON object, for clients that send nothing else.
    Json,
}

const ACCEPTED: &str = "application/x-ndjson, text/csv, application/json";

fn format_of(media: &str) -> Result<Format, Problem> {
    match media {
        "application/x-ndjson" | "application/jsonl" => Ok(Format::Lines),
        "text/csv" => Ok(Format::Csv),
        "application/json" => Ok(Format::Json),
        _ => Err(Problem::new(Code::UnsupportedMediaType)
            .detail("media_type", vec![("accepted", ACCEPTED.to_owned())])
            .header(header::ACCEPT, ACCEPTED)),
    }
}

fn too_many_rows() -> Problem {
    Problem::new(Code::PayloadTooLarge).detail("too_many_rows", vec![("limit", MOST_ROWS.to_string())])
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Code::PayloadTooLarge).detail("too_large", vec![("limit", limit.to_string())])
}

/// A row is judged like the body of a single registration.
fn draft_of(row: Value, service: &Data<Service>) -> Result<AgencyDraft, Problem> {
    let sent = Sent::<AgencyInput>::new(row, Extent::Whole, service.clone());
    let wanted = sent.read_with(|sent| sent.and_then(AgencyInput::fault).into_iter().collect());
    wanted.map(AgencyDraft::from)
}

/// One JSON object to a line.
fn read_lines(bytes: &[u8]) -> Result<Vec<Found>, Problem> {
    let mut rows = Vec::new();
    let bytes = bytes.strip_prefix(table::MARK).unwrap_or(bytes);
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if line.len() > LONGEST_ROW {
            return Err(too_large(LONGEST_ROW));
        }
        rows.push((at + 1, parse(line).map_err(|problem| problem.on_line(at + 1))));
        if rows.len() > MOST_ROWS {
            return Err(too_many_rows());
        }
    }
    Ok(rows)
}

/// `{"items": [ … ]}`: a line is a place in the list, from 1.
fn read_items(bytes: &[u8]) -> Result<Vec<Found>, Problem> {
    let fault = |pointer: &str, code| Problem::of_body(vec![InputFault::new(pointer, code)]);
    let Value::Object(mut object) = parse(bytes)? else { return Err(fault("", "wrong_type")) };
    let items = match object.remove("items") {
        Some(Value::Array(items)) => items,
        Some(_) => return Err(fault("/items", "wrong_type")),
        None => return Err(fault("/items", "required")),
    };
    if let Some(unknown) = object.keys().next() {
        return Err(fault(&format!("/{unknown}"), "unknown_field"));
    }
    if items.len() > MOST_ROWS {
        return Err(too_many_rows());
    }
    Ok(items.into_iter().enumerate().map(|(at, item)| (at + 1, Ok(item))).collect())
}

/// The members of a contact stand in columns of their own.
const CONTACT: [&str; 5] = ["address", "postcode", "phone", "email", "website"];

/// Columns named as the members of an agency; spreadsheets write GBK, so the charset is found out.
fn read_csv(bytes: &[u8], charset: Option<&str>) -> Result<Vec<Found>, Problem> {
    let unreadable = || Problem::new(Code::DocumentUnreadable);
    let (text, _) = documents::decode(bytes, charset).map_err(|_| unreadable())?;
    // Between \r and \n the reader would count a record to the line before.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|_| unreadable())?.clone();
    if columns.as_slice().len() > LONGEST_ROW {
        return Err(too_large(LONGEST_ROW));
    }
    let mut known = HashSet::new();
    if let Some(column) = columns.iter().find(|column| !known.insert(*column)) {
        let column = column.chars().take(64).collect();
        return Err(unreadable().detail("csv_repeated", vec![("column", column)]));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let at = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let line = at.map_or(0, csv::Position::line);
        let row = match record {
            Ok(record) if record.as_slice().len() > LONGEST_ROW => return Err(too_large(LONGEST_ROW)),
            Ok(record) => Ok(row_of(&columns, &record)),
            Err(_) => Err(unreadable().detail("csv", vec![("line", line.to_string())])),
        };
        rows.push((usize::try_from(line).unwrap_or(usize::MAX), row));
        if rows.len() > MOST_ROWS {
            return Err(too_many_rows());
        }
    }
    Ok(rows)
}

/// The members that a line gives, each by its column's name.
fn row_of(columns: &csv::StringRecord, record: &csv::StringRecord) -> Value {
    let (mut object, mut contact) = (Map::new(), Map::new());
    for (column, cell) in columns.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
        let members = if CONTACT.contains(&column) { &mut contact } else { &mut object };
        members.insert(column.to_owned(), json!(cell));
    }
    if !contact.is_empty() {
        object.insert("contact".to_owned(), Value::Object(contact));
    }
    Value::Object(object)
}

fn read_rows(
    format: Format,
    bytes: &Bytes,
    charset: Option<&str>,
    service: &Data<Service>,
) -> Result<Rows, Problem> {
    let found = match format {
        Format::Lines => read_lines(bytes),
        Format::Csv => read_csv(bytes, charset),
        Format::Json => read_items(bytes),
    }?;
    let mut read = Rows::default();
    for (line, value) in found {
        let draft = value.and_then(|value| draft_of(value, service));
        read.faulty += usize::from(draft.is_err());
        if draft.is_ok() || read.faulty <= MOST_TOLD {
            read.rows.push(Row { line, draft });
        }
    }
    Ok(read)
}

fn refused(line: usize, problem: &Problem, language: Language, request_id: &str) -> RowBody {
    let body = problem.body(language, request_id);
    RowBody { line, status: problem.code.status().as_u16(), id: None, problem: Some(body) }
}

fn accepted(line: usize, agency: &Agency) -> RowBody {
    RowBody { line, status: 201, id: Some(agency.id.to_string()), problem: None }
}

impl BatchBody {
    /// All were registered.
    fn of(made: &[(usize, Agency)]) -> BatchBody {
        let rows = made.iter().map(|(line, agency)| accepted(*line, agency)).collect();
        BatchBody { accepted: made.len(), rows, ..BatchBody::default() }
    }

    fn take(&mut self, line: usize, agency: &Agency) {
        self.accepted += 1;
        self.rows.push(accepted(line, agency));
    }

    fn refuse(&mut self, line: usize, problem: &Problem, language: Language, request_id: &str) {
        if self.refused < MOST_TOLD {
            self.rows.push(refused(line, problem, language, request_id));
        }
        self.refuse_untold(1);
    }

    fn refuse_untold(&mut self, many: usize) {
        self.refused += many;
        self.truncated = (self.refused > MOST_TOLD).then_some(true);
    }
}

/// 批量登记机关
///
/// 每行一个机关：NDJSON 每行一个 JSON 对象（同单个登记），一个 JSON 对象 `{"items": […]}`（至多 1 MiB），或 CSV（首行为列名：name、level、kind、uscc、division_code、
/// parent_id、short_name、valid_from、valid_to、address、postcode、phone、email、website）。至多 100000 行、128 MiB，每行至多 64 KiB。
/// 后面的行可以用前面登记的统一社会信用代码作 `parent_id`。默认逐行登记，被拒绝的行列出原因（至多 1000 行，再多的只计数，并有 `truncated`）；`atomic=true` 时有一行被拒绝则全部不登记（422）。
#[utoipa::path(
    tag = "agencies",
    params(BatchQuery),
    request_body(
        content(
            (String = "application/x-ndjson"),
            (String = "text/csv"),
            (AgencyItems = "application/json"),
        ),
        description = "每行一个机关",
    ),
    responses((status = 200, description = "各行的结果", body = BatchBody)),
    extensions(
        ("x-cost" = json!("file")),
        ("x-problems" = json!([Code::DocumentUnreadable, Code::BatchRefused])),
        ("x-same" = json!(true)),
    ),
)]
#[post("/agencies/batch")]
pub async fn create_agencies(mut call: Call) -> Result<Reply, Problem> {
    let (media, charset) = media_type(&call.request);
    let bounds = if media == "application/json" { call.json_bounds() } else { call.batch_bounds() };
    call.require_token()?;
    agencies::require_some_registration_right(&call.asking())?;
    // Only for whoever may send one is so large a body read.
    if let Some(reply) = call.replayed(Some(bounds)).await? {
        return Ok(reply);
    }
    let format = match format_of(&media) {
        Ok(format) => format,
        Err(problem) => {
            call.drain(bounds).await;
            return Err(problem);
        }
    };
    let bytes = call.bytes(bounds).await?;
    let query: BatchQuery = call.query()?;
    let service = call.service.clone();
    let rows = web::block(move || read_rows(format, &bytes, charset.as_deref(), &service))
        .await
        .map_err(|_| Problem::new(Code::Internal))??;
    call.hold_key().await?;
    if query.atomic == Some(true) { write_all(&call, rows).await } else { write_each(&call, rows).await }
}

/// Each row for itself, in order; the answer is stored once all are done.
async fn write_each(call: &Call, Rows { rows, faulty }: Rows) -> Result<Reply, Problem> {
    let (language, request_id) = (call.language(), &call.caller.request_id);
    let mut outcomes = stream::iter(rows)
        .map(|row| async move {
            match row.draft {
                Ok(draft) => (row.line, write_one(call, draft).await),
                Err(problem) => (row.line, Err(problem)),
            }
        })
        .buffered(IN_FLIGHT);
    let mut body = BatchBody::default();
    while let Some((line, outcome)) = outcomes.next().await {
        match outcome {
            Ok(agency) => body.take(line, &agency),
            Err(problem) => body.refuse(line, &problem, language, request_id),
        }
    }
    body.refuse_untold(faulty.saturating_sub(MOST_TOLD));
    let reply = Reply::ok(&body);
    // Under a key the whole answer is kept, by a write that changes nothing else.
    call.write(|_| Ok(()), move |()| reply.clone()).await
}

async fn write_one(call: &Call, draft: AgencyDraft) -> Result<Agency, Problem> {
    let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
    call.write_bulk(move |desk| agencies::create(desk, &id, &draft)).await
}

/// All rows or none, in one place in the lane.
async fn write_all(call: &Call, Rows { rows, faulty: count }: Rows) -> Result<Reply, Problem> {
    let mut drafts = Vec::with_capacity(rows.len());
    let mut faulty = Vec::new();
    for row in rows {
        match row.draft {
            Ok(draft) => drafts.push((row.line, AgencyId::from_uuid(uuid::Uuid::now_v7()), draft)),
            Err(problem) => faulty.push((row.line, problem)),
        }
    }
    if !faulty.is_empty() {
        return Err(batch_refused(faulty, count));
    }
    call.write(move |desk| agencies::create_all(desk, &drafts), move |made| Reply::ok(&BatchBody::of(made)))
        .await
}

/// The rows an atomic batch was refused for, in the caller's language.
pub fn refused_rows(rows: &[(usize, Problem)], language: Language, request_id: &str) -> Vec<RowBody> {
    rows.iter().map(|(line, problem)| refused(*line, problem, language, request_id)).collect()
}
