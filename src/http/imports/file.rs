//! The file of an import: the body itself, or the part `file` of a multipart body.

use crate::documents::{self, DecodeFault, Reading, SourceNotes};
use crate::domain::digest::sha256_hex;
use crate::domain::report::{Content, ReportDocument};
use crate::http::body::{media_type, parse};
use crate::http::call::Call;
use crate::http::problem::{Code, Problem};
use crate::http::reports::read_document;
use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};

/// Kinds of documents that are read today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Json,
}

impl Kind {
    fn of_media(media: &str) -> Option<Kind> {
        match media {
            "text/plain" => Some(Kind::Text),
            "application/json" => Some(Kind::Json),
            _ => None,
        }
    }

    fn of_name(name: &str) -> Option<Kind> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "txt" | "text" => Some(Kind::Text),
            "json" => Some(Kind::Json),
            _ => None,
        }
    }

    /// The kind of bytes about which nothing useful was said; `None` where they are no text at all.
    fn of_bytes(bytes: &[u8]) -> Option<Kind> {
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            return Some(Kind::Json);
        }
        documents::decode(bytes, None).is_ok().then_some(Kind::Text)
    }

    pub fn media(self) -> &'static str {
        match self {
            Kind::Text => "text/plain",
            Kind::Json => "application/json",
        }
    }
}

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
    pub charset: &'static str,
    pub sha256: String,
}

const ACCEPTED: &str = "text/plain, application/json, multipart/form-data";

fn unsupported() -> Problem {
    Problem::new(Code::UnsupportedMediaType)
        .detail("media_type", vec![("accepted", ACCEPTED.to_owned())])
        .header(header::ACCEPT, ACCEPTED)
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
    /// Reads the report in the file; may take long, so not on a worker.
    pub fn read(self, hint_year: Option<i32>) -> Result<ReadFile, Problem> {
        let sha256 = sha256_hex(&self.bytes);
        let media = self.kind.media();
        match self.kind {
            Kind::Json => {
                let body = parse(&self.bytes)?;
                let document = read_document(&body.object).map_err(Problem::of_body)?;
                let notes = notes_of(&document.content);
                Ok(ReadFile { document, notes, media, charset: "utf-8", sha256 })
            }
            Kind::Text => {
                let (text, charset) =
                    documents::decode(&self.bytes, self.charset.as_deref()).map_err(unreadable)?;
                let grid = documents::text::read(&text);
                let Reading { document, notes } = documents::recognise(&grid, hint_year);
                Ok(ReadFile { document, notes, media, charset, sha256 })
            }
        }
    }
}

fn unreadable(fault: DecodeFault) -> Problem {
    let charset = match fault {
        DecodeFault::Unsupported(name) => name,
        DecodeFault::Malformed(name) => name.to_owned(),
        DecodeFault::Unrecognised => "?".to_owned(),
    };
    Problem::new(Code::DocumentUnreadable).detail("document_charset", vec![("charset", charset)])
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
