//! The file of an import: the body itself, or the part `file` of a multipart body.

use crate::documents::intake::{IntakeFault, JsonFault, Kind, Said, SandboxFault, settle};
use crate::documents::{ReadFault, SourceNotes};
use crate::domain::digest::sha256_hex;
use crate::domain::people::SignedIn;
use crate::domain::report::ReportDocument;
use crate::http::kernel::body::media_type;
use crate::http::kernel::{Call, Code, Problem};
use crate::operations::InputFault;
use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::{self, Bytes, BytesMut};
use futures_util::{StreamExt, stream};

/// A file as it came.
pub struct File {
    said: Said,
    bytes: Bytes,
}

/// What was read from a file, and how.
pub struct ReadFile {
    pub document: ReportDocument,
    pub notes: SourceNotes,
    pub kind: Kind,
    pub charset: String,
    pub sha256: String,
    pub bytes: Bytes,
}

/// Takes the file of a request.
pub async fn take(call: &mut Call) -> Result<File, Problem> {
    let (media, charset) = media_type(&call.request);
    let bytes = call.bytes(call.import_bounds()).await?;
    if media == "multipart/form-data" {
        return from_parts(call, bytes).await;
    }
    let said = Said { media, charset, ..Said::default() };
    let named = said.clone().named(&name_of(call).unwrap_or_default());
    // Its bytes tell what is no text; of a text the name may tell more than they do.
    let is_told = Kind::of_ending(&named.ending).is_some_and(Kind::is_text);
    Ok(File { said: if is_told { named } else { said }, bytes })
}

/// The name of a file that is sent as the body itself (RFC 6266).
fn name_of(call: &Call) -> Option<String> {
    let said = call.request.headers().get(header::CONTENT_DISPOSITION)?;
    let said = header::ContentDisposition::from_raw(said).ok()?;
    let extended = said.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
    extended.or_else(|| said.get_filename().map(str::to_owned))
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
        let media = part.content_type().map(|media| media.essence_str().to_ascii_lowercase());
        let charset = part.content_type().and_then(|media| media.get_param("charset"));
        let charset = charset.map(|charset| charset.as_str().to_owned());
        let name = part.content_disposition().and_then(|disposition| disposition.get_filename());
        let said = Said { media: media.unwrap_or_default(), charset, ..Said::default() };
        let said = said.named(name.unwrap_or_default());
        let mut read = BytesMut::new();
        while let Some(chunk) = part.next().await {
            read.extend_from_slice(&chunk.map_err(|_| wrong())?);
        }
        found = Some(File { said, bytes: read.freeze() });
    }
    found.ok_or_else(wrong)
}

impl File {
    /// Refuses a kind that is never read before the rest of the request is judged. What says nothing of itself is
    /// looked at by the reader, which may take its time; the rest not here either, where others wait to be answered.
    pub async fn require_kind(&self) -> Result<(), Problem> {
        if self.said.is_silent() {
            return Ok(());
        }
        let (said, bytes) = (self.said.clone(), self.bytes.clone());
        match web::block(move || settle(&said, &bytes)).await {
            Ok(Err(fault)) if fault.is_of_kind() => Err(of_kind(&fault)),
            Ok(_) => Ok(()),
            Err(_) => Err(Problem::new(Code::Internal)),
        }
    }

    /// Reads the report in the file, in a process of its own.
    pub async fn read(
        self,
        call: &Call,
        hint_year: Option<i32>,
        part: Option<usize>,
    ) -> Result<ReadFile, Problem> {
        let File { said, bytes } = self;
        let said = Said { year: hint_year, part, ..said };
        let client = call.caller.who.as_ref().map(SignedIn::key).unwrap_or_default();
        let read = call.service.sandbox.read(client, &said, &bytes).await.map_err(unavailable)?;
        let read = read.map_err(refused)?;
        let whole = bytes.clone();
        let sha256 = web::block(move || sha256_hex(&whole)).await;
        Ok(ReadFile {
            document: read.document,
            notes: read.notes,
            kind: read.kind,
            charset: read.charset,
            sha256: sha256.map_err(|_| Problem::new(Code::Internal))?,
            bytes,
        })
    }
}

fn unavailable(fault: SandboxFault) -> Problem {
    match fault {
        SandboxFault::Busy | SandboxFault::Late => Problem::new(Code::Overloaded),
        SandboxFault::NotStarted(error) => {
            tracing::error!(%error, "a reader could not be started");
            Problem::new(Code::Unavailable)
        }
    }
}

/// Says what is the matter with the file and what to do about it.
fn refused(fault: IntakeFault) -> Problem {
    match fault {
        IntakeFault::Unreadable(fault) if fault.is_of_kind() => of_kind(&fault),
        IntakeFault::Unreadable(fault) => {
            Problem::new(Code::DocumentUnreadable).detail(fault.key(), fault.arguments())
        }
        IntakeFault::Json(JsonFault { key: "not_an_object", .. }) => {
            Problem::new(Code::InvalidInput).detail("not_an_object", Vec::new())
        }
        IntakeFault::Json(JsonFault { key, line, column }) => {
            let place = vec![("line", line.to_string()), ("column", column.to_string())];
            Problem::new(Code::InvalidJson).detail(key, place)
        }
        IntakeFault::NoDocument(faults) => {
            let faults = faults.into_iter().map(|fault| InputFault::new(fault.pointer(), fault.code));
            Problem::of_body(faults.collect())
        }
    }
}

/// The refusal of a kind of file that is never read, with every media type that is.
fn of_kind(fault: &ReadFault) -> Problem {
    let accepted = Kind::all().map(Kind::media).chain(["multipart/form-data"]);
    let accepted = accepted.collect::<Vec<&str>>().join(", ");
    let arguments = vec![("accepted", accepted.clone())];
    Problem::new(Code::UnsupportedMediaType).detail(fault.key(), arguments).header(header::ACCEPT, &accepted)
}
