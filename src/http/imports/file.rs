//! The file of an import: the body itself, or the part `file` of a multipart body.

use super::sandbox::Sandbox;
use crate::documents::{self, Grid, Kind, ReadFault, Reading, SourceNotes};
use crate::domain::digest::sha256_hex;
use crate::domain::report::{Content, ReportDocument};
use crate::http::kernel::body::{media_type, parse};
use crate::http::kernel::call::Call;
use crate::http::kernel::problem::{Code, Problem};
use crate::http::reports::read_document;
use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::{self, Bytes, BytesMut};
use futures_util::{StreamExt, stream};

/// A file as it came.
pub struct File {
    kind: Kind,
    charset: Option<String>,
    bytes: Bytes,
}

/// What was read from a file, and how.
pub struct ReadFile {
    pub document: ReportDocument,
    pub notes: SourceNotes,
    pub media: &'static str,
    pub charset: String,
    pub sha256: String,
    pub bytes: Bytes,
}

/// Every media type that is taken, for whoever sent another.
fn accepted() -> String {
    let kinds = Kind::ALL.into_iter().map(Kind::media).chain(["multipart/form-data"]);
    kinds.collect::<Vec<&str>>().join(", ")
}

fn unsupported() -> Problem {
    Problem::new(Code::UnsupportedMediaType)
        .detail("media_type", vec![("accepted", accepted())])
        .header(header::ACCEPT, &accepted())
}

/// Takes the file of a request.
pub async fn take(call: &mut Call) -> Result<File, Problem> {
    let (media, charset) = media_type(&call.request);
    let bounds = call.import_bounds();
    if media == "multipart/form-data" {
        let bytes = call.bytes(bounds).await?;
        return from_parts(call, bytes).await;
    }
    if says_nothing(&media) {
        let bytes = call.bytes(bounds).await?;
        let kind = Kind::of_bytes(&bytes).ok_or_else(unsupported)?;
        return Ok(File { kind, charset, bytes });
    }
    match Kind::of_media(&media) {
        Some(kind) => Ok(File { kind, charset, bytes: call.bytes(bounds).await? }),
        None => {
            call.drain(bounds).await;
            Err(unsupported())
        }
    }
}

/// Programs that do not know what a file is say so, or say nothing.
fn says_nothing(media: &str) -> bool {
    matches!(media, "" | "application/octet-stream")
}

async fn from_parts(call: &Call, bytes: Bytes) -> Result<File, Problem> {
    let wrong = || Problem::new(Code::InvalidInput).detail("parts", Vec::new());
    let whole = stream::once(async move { Ok::<_, actix_web::error::PayloadError>(bytes) });
    let mut parts = Multipart::new(call.request.headers(), whole);
    let mut found = None;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| wrong())?;
        if part.name() != Some("file") || found.is_some() {
            return Err(wrong());
        }
        let media = part.content_type().map(|media| media.essence_str().to_owned());
        let charset = part.content_type().and_then(|media| media.get_param("charset"));
        let charset = charset.map(|charset| charset.as_str().to_owned());
        let name = part.content_disposition().and_then(|disposition| disposition.get_filename());
        let by_name = name.and_then(Kind::of_name);
        let name_says_nothing = name.is_none_or(|name| !name.contains('.'));
        let mut read = BytesMut::new();
        while let Some(chunk) = part.next().await {
            read.extend_from_slice(&chunk.map_err(|_| wrong())?);
        }
        let bytes = read.freeze();
        let kind = media.as_deref().and_then(Kind::of_media).or(by_name);
        let unsaid = media.as_deref().is_none_or(says_nothing) && name_says_nothing;
        let kind = kind.or_else(|| if unsaid { Kind::of_bytes(&bytes) } else { None });
        found = Some(File { kind: kind.ok_or_else(unsupported)?, charset, bytes });
    }
    found.ok_or_else(wrong)
}

impl File {
    /// Reads the report in the file, what is risky in a process of its own.
    pub async fn read(self, sandbox: &Sandbox, hint_year: Option<i32>) -> Result<ReadFile, Problem> {
        let kind = documents::settle(self.kind, &self.bytes).map_err(unreadable)?;
        let (charset, bytes) = (self.charset, self.bytes);
        let parsed = match kind.is_risky() {
            true => Some(sandbox.read(kind, charset.as_deref(), &bytes).await?.map_err(unreadable)?),
            false => None,
        };
        // Recognising a large document takes longer than a worker may be held.
        web::block(move || finish(kind, charset.as_deref(), &bytes, parsed, hint_year))
            .await
            .map_err(|_| Problem::new(Code::Internal))?
    }
}

fn finish(
    kind: Kind,
    charset: Option<&str>,
    bytes: &Bytes,
    parsed: Option<(Grid, String)>,
    hint_year: Option<i32>,
) -> Result<ReadFile, Problem> {
    let (sha256, media) = (sha256_hex(bytes), kind.media());
    if kind == Kind::Json {
        let body = parse(bytes)?;
        let document = read_document(&body.object).map_err(Problem::of_body)?;
        let notes = notes_of(&document.content);
        return Ok(ReadFile {
            document,
            notes,
            media,
            charset: "utf-8".to_owned(),
            sha256,
            bytes: bytes.clone(),
        });
    }
    let (grid, charset) = match parsed {
        Some(parsed) => parsed,
        None => {
            let (grid, charset) = documents::read_grid(kind, bytes, charset).map_err(unreadable)?;
            (grid, charset.to_owned())
        }
    };
    let Reading { document, notes } = documents::recognise(&grid, hint_year);
    Ok(ReadFile { document, notes, media, charset, sha256, bytes: bytes.clone() })
}

/// Says what is the matter with the file and what to do about it.
fn unreadable(fault: ReadFault) -> Problem {
    let (key, arguments) = fault.message();
    Problem::new(Code::DocumentUnreadable).detail(key, arguments)
}

/// How much of the form a document that names its cells itself has filled in.
fn notes_of(content: &Content) -> SourceNotes {
    let cells = content.figures.values();
    let read = cells.iter().flatten().count();
    SourceNotes {
        sections_found: content.sections.iter().filter(|section| section.present).count(),
        cells_expected: cells.len(),
        cells_read: read,
        cells_blank: cells.len() - read,
        ..SourceNotes::default()
    }
}
