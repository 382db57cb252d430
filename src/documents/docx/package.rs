//! The archive around a docx: bounded, and nothing of it is unpacked but the text.

use super::DocxFault;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Largest archive, in bytes.
const LARGEST_ARCHIVE: usize = 20 << 20;
/// Most entries of an archive; a report has some twenty.
const MOST_ENTRIES: usize = 2_000;
/// Largest text part, in bytes as unpacked.
const LARGEST_TEXT: u64 = 64 << 20;
/// Largest list of parts, in bytes as unpacked.
const LARGEST_LIST: u64 = 1 << 20;

const LIST: &str = "_rels/.rels";
/// How the type of the text part ends, in the transitional and in the strict form of the format.
const TEXT_TYPE: &str = "/relationships/officeDocument";
const STYLES: &str = "styles.xml";
/// Largest part with styles, in bytes as unpacked.
const LARGEST_STYLES: u64 = 8 << 20;
const USUAL_TEXT: &str = "word/document.xml";
/// What every entry of an archive's directory begins with.
const ENTRY_MARK: &[u8] = b"PK\x01\x02";

/// Unpacks the part with the text, and that with the styles beside it.
pub(super) fn text_and_styles(bytes: &[u8]) -> Result<(String, Option<String>), DocxFault> {
    let mut archive = open(bytes)?;
    let listed = match unpack(&mut archive, LIST, LARGEST_LIST)? {
        Some(list) => text_name(&list)?,
        None => None,
    };
    let name = listed.as_deref().unwrap_or(USUAL_TEXT);
    let text = unpack(&mut archive, name, LARGEST_TEXT)?.ok_or(DocxFault::NoText)?;
    let folder = name.rfind('/').and_then(|at| name.get(..=at)).unwrap_or_default();
    let styles = unpack(&mut archive, &format!("{folder}{STYLES}"), LARGEST_STYLES)?;
    Ok((text, styles))
}

/// An archive of bounded size.
pub(in crate::documents) fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, DocxFault> {
    if bytes.len() > LARGEST_ARCHIVE {
        return Err(DocxFault::TooLarge);
    }
    // Counted before the directory is read, because reading it takes memory for every entry.
    if bytes.windows(ENTRY_MARK.len()).filter(|window| *window == ENTRY_MARK).count() > MOST_ENTRIES {
        return Err(DocxFault::TooManyEntries);
    }
    ZipArchive::new(Cursor::new(bytes)).map_err(|_| DocxFault::NotAnArchive)
}

/// What stands for a character that XML needs itself.
pub(in crate::documents) fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// One part as text, `None` if there is none of the name. Its size is what came out, not what it says.
pub(in crate::documents) fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    largest: u64,
) -> Result<Option<String>, DocxFault> {
    let part = match archive.by_name(name) {
        Ok(part) => part,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(_) => return Err(DocxFault::Damaged),
    };
    let mut bounded = part.take(largest + 1);
    let mut unpacked = Vec::new();
    bounded.read_to_end(&mut unpacked).map_err(|_| DocxFault::Damaged)?;
    if bounded.limit() == 0 {
        return Err(DocxFault::TooLarge);
    }
    String::from_utf8(unpacked).map(Some).map_err(|_| DocxFault::Malformed)
}

/// The name of the text part in the list of parts.
fn text_name(list: &str) -> Result<Option<String>, DocxFault> {
    let mut reader = Reader::from_str(list.strip_prefix('\u{feff}').unwrap_or(list));
    loop {
        match reader.read_event().map_err(|_| DocxFault::Malformed)? {
            Event::Start(part) | Event::Empty(part) => {
                if let Some(name) = named_by(&part)? {
                    return Ok(Some(name));
                }
            }
            Event::DocType(_) => return Err(DocxFault::Entities),
            Event::Eof => return Ok(None),
            _ => {}
        }
    }
}

fn named_by(part: &BytesStart<'_>) -> Result<Option<String>, DocxFault> {
    let (mut is_text, mut is_outside, mut target) = (false, false, None);
    for attribute in part.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| DocxFault::Malformed)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| DocxFault::Malformed)?;
        match attribute.key.into_inner() {
            "Type" => is_text = value.ends_with(TEXT_TYPE),
            "TargetMode" => is_outside = value == "External",
            "Target" => target = Some(value.trim_start_matches("./").trim_start_matches('/').to_owned()),
            _ => {}
        }
    }
    Ok(target.filter(|_| is_text && !is_outside))
}
