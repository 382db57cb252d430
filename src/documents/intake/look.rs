//! What a file's bytes are plainly, whatever it is called.

use super::kind::Kind;
use crate::documents::ReadFault;
use crate::documents::doc;
use std::io::Cursor;
use zip::ZipArchive;

/// How many bytes from the start tell what a file is.
const HEAD: usize = 4_096;
/// How far in an archive its media type stands.
const PACKED_HEAD: usize = 256;
/// Most parts of an archive whose names are looked at.
const MOST_PARTS: usize = 2_000;
/// How far in a PDF may begin.
const PDF_WITHIN: usize = 1_024;

/// What the bytes are plainly: a kind that is read, the fault of one that is not, or nothing certain.
pub fn look(bytes: &[u8]) -> Option<Result<Kind, ReadFault>> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(packed(bytes));
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Some(held(bytes));
    }
    if find(bytes.get(..PDF_WITHIN.min(bytes.len())).unwrap_or_default(), b"%PDF-") {
        return Some(Ok(Kind::Pdf));
    }
    if let Some(fault) = stranger(bytes) {
        return Some(Err(fault));
    }
    // What is two bytes to a character is looked at as if it were one.
    let head: Vec<u8> =
        bytes.iter().take(HEAD).filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    let head = marks.iter().find_map(|mark| head.strip_prefix(*mark)).unwrap_or(&head).trim_ascii_start();
    marked_up(head)
}

fn marked_up(head: &[u8]) -> Option<Result<Kind, ReadFault>> {
    if head.starts_with(b"{\\rtf") {
        return Some(Err(ReadFault::Rtf));
    }
    if let Some(inside) = head.strip_prefix(b"{") {
        let first = inside.trim_ascii_start().first();
        return matches!(first, None | Some(b'"' | b'}')).then_some(Ok(Kind::Json));
    }
    if head.starts_with(b"<?xml") && FLAT.iter().any(|mark| find(head, mark)) {
        return Some(Err(ReadFault::FlatXml));
    }
    if head.starts_with(b"<!doctype html") || find(head, b"<html") && !is_message(head) {
        return Some(Ok(Kind::Html));
    }
    is_message(head).then_some(Ok(Kind::Mht))
}

/// How a page may begin without saying that it is one.
const PARTS: [&[u8]; 10] =
    [b"<table", b"<div", b"<body", b"<h", b"<p", b"<style", b"<meta", b"<!--", b"<span", b"<center"];

/// Whether the bytes are a part of a page, as portals give it out under another name.
pub fn is_part_of_page(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let head: Vec<u8> = bytes.iter().take(HEAD).map(u8::to_ascii_lowercase).collect();
    let has_table = || bytes.windows(6).any(|window| window.eq_ignore_ascii_case(b"<table"));
    PARTS.iter().any(|mark| head.starts_with(mark)) && has_table()
}

/// Whether a file begins with the head of a message of several parts.
fn is_message(head: &[u8]) -> bool {
    let begins = head.first().is_some_and(u8::is_ascii_alphabetic);
    begins && find(head, b"mime-version:") && find(head, b"content-type:")
}

/// Office documents as one XML file.
const FLAT: [&[u8]; 6] = [
    b"urn:schemas-microsoft-com:office:spreadsheet",
    b"schemas.microsoft.com/office/word/2003/wordml",
    b"progid=\"word.document\"",
    b"schemas.microsoft.com/office/2006/xmlpackage",
    b"urn:oasis:names:tc:opendocument:xmlns:office",
    b"schemas.uof.org/cn",
];

/// What is in an OLE container, by the names of its streams.
fn held(bytes: &[u8]) -> Result<Kind, ReadFault> {
    let names = doc::streams(bytes).ok_or(ReadFault::Damaged)?;
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("EncryptedPackage") {
        Err(ReadFault::Locked)
    } else if has("WordDocument") {
        Ok(Kind::Doc)
    } else if has("Workbook") || has("Book") {
        Ok(Kind::Xls)
    } else if has("PowerPoint Document") {
        Err(ReadFault::Slides)
    } else {
        Err(ReadFault::OtherOffice)
    }
}

/// What is in an archive, by the names of its parts.
fn packed(bytes: &[u8]) -> Result<Kind, ReadFault> {
    match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => {
            let names: Vec<_> = archive.file_names().take(MOST_PARTS).filter_map(Result::ok).collect();
            by_parts(|part| names.iter().any(|name| name.starts_with(part)), bytes)
        }
        // Cut off or hurt: its parts' names stand before them as well.
        Err(_) => by_parts(|part| find(bytes, part.as_bytes()), bytes),
    }
}

fn by_parts(has: impl Fn(&str) -> bool, bytes: &[u8]) -> Result<Kind, ReadFault> {
    // An OpenDocument file begins with its media type, neither packed nor hidden.
    let open =
        |what: &str| find(bytes.get(..PACKED_HEAD.min(bytes.len())).unwrap_or_default(), what.as_bytes());
    if has("word/") {
        Ok(Kind::Docx)
    } else if has("xl/workbook.bin") {
        Err(ReadFault::BinaryWorkbook)
    } else if has("xl/") {
        Ok(Kind::Xlsx)
    } else if open("application/vnd.oasis.opendocument.text") {
        Ok(Kind::Odt)
    } else if open("application/vnd.oasis.opendocument.spreadsheet") {
        Ok(Kind::Ods)
    } else if open("application/vnd.oasis.opendocument.presentation") {
        Err(ReadFault::Slides)
    } else if has("OFD.xml") {
        Ok(Kind::Ofd)
    } else if has("ppt/") {
        Err(ReadFault::Slides)
    } else {
        Err(ReadFault::Archive)
    }
}

/// Files that hold no text at all, by their first bytes.
fn stranger(bytes: &[u8]) -> Option<ReadFault> {
    const PICTURES: [&[u8]; 7] =
        [b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  "];
    const ARCHIVES: [&[u8]; 5] = [b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"];
    let starts = |marks: &[&[u8]]| marks.iter().any(|mark| bytes.starts_with(mark));
    let at = |from: usize, mark: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(mark));
    let is_picture = starts(&PICTURES)
        || (starts(&[b"RIFF"]) && at(8, b"WEBP"))
        || (starts(&[b"BM"]) && at(6, b"\0\0\0\0"))
        || at(4, b"ftyp");
    if is_picture {
        Some(ReadFault::Picture)
    } else if starts(&ARCHIVES) || at(257, b"ustar") {
        Some(ReadFault::Archive)
    } else if starts(&[b"MZ\x90", b"\x7fELF"]) {
        Some(ReadFault::UnknownBytes)
    } else {
        None
    }
}

fn find(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_file_is() {
        for (bytes, is) in [
            (b"  {\"sections\": {}}".as_slice(), Some(Ok(Kind::Json))),
            (b"\xef\xbb\xbf<HTML>", Some(Ok(Kind::Html))),
            (b"\xff\xfe<\0h\0t\0m\0l\0>\0", Some(Ok(Kind::Html))),
            (b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">", Some(Ok(Kind::Html))),
            (b"{\\rtf1\\ansi", Some(Err(ReadFault::Rtf))),
            (b"\x89PNG\r\n\x1a\n", Some(Err(ReadFault::Picture))),
            (b"PK\x03\x04\0\0\xff\xfe", Some(Err(ReadFault::Archive))),
            (b"PK\x03\x04....word/document.xml", Some(Ok(Kind::Docx))),
            (
                b"<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?>",
                Some(Err(ReadFault::FlatXml)),
            ),
            ("一、总体情况".as_bytes(), None),
            (b"{a}", None),
            (b"", None),
        ] {
            assert_eq!(look(bytes), is, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
