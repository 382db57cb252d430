//! The parts of a message (RFC 2045, 2046, 2387, 2557), and which of them is the page that is shown.

use crate::documents::fault::ReadFault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Deepest nesting of parts in parts.
const DEEPEST: usize = 5;
/// Most parts; a page has a picture in most of them.
const MOST_PARTS: usize = 5_000;

/// A part that holds no others.
#[derive(Debug)]
pub(super) struct Part<'m> {
    pub media: String,
    pub charset: Option<String>,
    /// Where it was, and by which name other parts call it.
    pub location: Option<String>,
    pub id: Option<String>,
    encoding: String,
    body: &'m [u8],
}

impl Part<'_> {
    pub fn is_page(&self) -> bool {
        matches!(self.media.as_str(), "text/html" | "application/xhtml+xml")
    }

    /// What it holds, decoded.
    pub fn bytes(&self) -> Result<Vec<u8>, ReadFault> {
        match self.encoding.as_str() {
            "quoted-printable" => Ok(quoted_printable(self.body)),
            "base64" => {
                let plain: Vec<u8> =
                    self.body.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
                STANDARD.decode(plain).map_err(|_| ReadFault::Damaged)
            }
            _ => Ok(self.body.to_vec()),
        }
    }
}

/// What of a message is shown.
struct Shown {
    /// The number of its page, if there is one.
    page: Option<usize>,
    id: Option<String>,
    is_attached: bool,
}

/// All parts of a message, and the number of the one that is its page.
pub(super) fn parts(message: &[u8]) -> Result<(Vec<Part<'_>>, usize), ReadFault> {
    let mut found = Vec::new();
    let shown = gather(message, &mut found, 0)?;
    Ok((found, shown.page.ok_or(ReadFault::NoText)?))
}

fn gather<'m>(part: &'m [u8], found: &mut Vec<Part<'m>>, depth: usize) -> Result<Shown, ReadFault> {
    if depth > DEEPEST {
        return Err(ReadFault::TooDeep);
    }
    let (head, body) = split(part);
    let head = unfolded(head);
    let (media, parameters) = content_type(&head);
    let id = field(&head, "content-id").map(bare_id);
    let disposition = field(&head, "content-disposition").unwrap_or_default().to_ascii_lowercase();
    let is_attached = disposition.starts_with("attachment");
    if media.starts_with("multipart/") {
        let boundary = parameter(&parameters, "boundary").ok_or(ReadFault::Malformed)?;
        let mut inner = Vec::new();
        for part in between(body, &boundary) {
            inner.push(gather(part, found, depth + 1)?);
        }
        let start = parameter(&parameters, "start").map(|start| bare_id(&start));
        let page = match media.as_str() {
            "multipart/related" => root(&inner, start.as_deref()),
            // Each says the same, the last one says it best.
            "multipart/alternative" => inner.iter().rev().find_map(|shown| shown.page),
            _ => body_of_mail(&inner, found),
        };
        return Ok(Shown { page, id, is_attached });
    }
    if found.len() >= MOST_PARTS {
        return Err(ReadFault::TooManyElements);
    }
    let location = field(&head, "content-location").map(|said| said.split_whitespace().collect());
    let encoding = field(&head, "content-transfer-encoding").unwrap_or_default().trim().to_ascii_lowercase();
    let charset = parameter(&parameters, "charset");
    let part = Part { media, charset, location, id: id.clone(), encoding, body };
    let page = part.is_page().then_some(found.len());
    found.push(part);
    Ok(Shown { page, id, is_attached })
}

/// The part that the others belong to: the one that is named, else the first.
fn root(inner: &[Shown], start: Option<&str>) -> Option<usize> {
    let named = inner.iter().find(|shown| start.is_some() && shown.id.as_deref() == start);
    let named = named.and_then(|shown| shown.page);
    let of = |is_attached: bool| {
        let such = inner.iter().filter(move |shown| shown.is_attached == is_attached);
        such.filter_map(|shown| shown.page)
    };
    named.or_else(|| of(false).next()).or_else(|| of(true).next())
}

/// What a mail says, rather than what is attached to it; the one page that is, where the mail itself has no tables.
fn body_of_mail(inner: &[Shown], found: &[Part<'_>]) -> Option<usize> {
    let of = |is_attached: bool| {
        let such = inner.iter().filter(move |shown| shown.is_attached == is_attached);
        such.filter_map(|shown| shown.page)
    };
    let has_tables = |page: &usize| {
        let bytes = found.get(*page).and_then(|part| part.bytes().ok()).unwrap_or_default();
        [b"<table".as_slice(), b"<frame", b"<iframe"]
            .iter()
            .any(|mark| bytes.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark)))
    };
    let attached: Vec<usize> = of(true).filter(has_tables).collect();
    let only = attached.first().copied().filter(|_| attached.len() == 1);
    of(false).find(has_tables).or(only).or_else(|| of(false).next()).or_else(|| of(true).next())
}

fn bare_id(id: &str) -> String {
    id.trim().trim_matches(['<', '>']).to_owned()
}

/// A part's head and body, parted by the first empty line.
fn split(part: &[u8]) -> (&[u8], &[u8]) {
    let ends: [&[u8]; 2] = [b"\r\n\r\n", b"\n\n"];
    let found = ends.iter().filter_map(|end| {
        let at = part.windows(end.len()).position(|window| window == *end)?;
        Some((at, at + end.len()))
    });
    match found.min() {
        Some((head, body)) => (part.get(..head).unwrap_or_default(), part.get(body..).unwrap_or_default()),
        None => (part, &[]),
    }
}

/// A head with each field on one line.
fn unfolded(head: &[u8]) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(head).lines() {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    fields
}

fn field<'h>(head: &'h [String], name: &str) -> Option<&'h str> {
    head.iter().find_map(|field| {
        let (known, value) = field.split_once(':')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn content_type(head: &[String]) -> (String, String) {
    let value = field(head, "content-type").unwrap_or_default();
    let (media, parameters) = value.split_once(';').unwrap_or((value, ""));
    (media.trim().to_ascii_lowercase(), parameters.to_owned())
}

fn parameter(parameters: &str, name: &str) -> Option<String> {
    parameters.split(';').find_map(|parameter| {
        let (known, value) = parameter.split_once('=')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// What stands between the lines that are the boundary.
fn between<'b>(body: &'b [u8], boundary: &str) -> impl Iterator<Item = &'b [u8]> {
    let mark = format!("--{boundary}").into_bytes();
    let mut starts = Vec::new();
    let mut line_start = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let behind = line.strip_prefix(mark.as_slice()).map(<[u8]>::trim_ascii);
        if matches!(behind, Some(b"" | b"--")) {
            starts.push((line_start, line_start + line.len()));
        }
        line_start += line.len();
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(start, _)| *start).chain([body.len()]).collect();
    starts.into_iter().zip(ends).map(|((_, from), to)| body.get(from..to).unwrap_or_default())
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        let (high, low) = (digit(body.get(at + 1)), digit(body.get(at + 2)));
        let soft = (*byte == b'=').then(|| soft_break(body.get(at + 1..).unwrap_or_default())).flatten();
        match (byte, high, low) {
            (b'=', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => match soft {
                Some(length) => at += 1 + length,
                None => {
                    decoded.push(*byte);
                    at += 1;
                }
            },
        }
    }
    decoded
}

/// How long a line's end is behind its mark, with the blanks that were added on the way.
fn soft_break(behind: &[u8]) -> Option<usize> {
    let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match (behind.get(blanks), behind.get(blanks + 1)) {
        (Some(b'\n'), _) => Some(blanks + 1),
        (Some(b'\r'), Some(b'\n')) => Some(blanks + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(message: &str) -> Option<String> {
        let (parts, page) = parts(message.as_bytes()).ok()?;
        Some(String::from_utf8_lossy(&parts.get(page)?.bytes().ok()?).trim().to_owned())
    }

    #[test]
    fn blanks_behind_a_soft_break_and_lines_like_the_boundary_are_nothing() {
        let message = "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\
            Content-Transfer-Encoding: quoted-printable\n\n1=  \t\n2=\r\n=33\n--bc\n=X\n--b--\n";
        assert_eq!(page(message).as_deref(), Some("123\n--bc\n=X"));
    }

    #[test]
    fn the_page_is_the_part_that_is_shown() {
        let part = |head: &str, text: &str| format!("--b\nContent-Type: text/html\n{head}\n{text}\n");
        let of = |kind: &str, parts: &[String]| {
            page(&format!("Content-Type: multipart/{kind}; boundary=b\n\n{}--b--\n", parts.concat()))
        };
        let (old, new) =
            (part("Content-ID: <old@x>\n", "<table>1"), part("Content-ID: <new@x>\n", "<table>2"));
        let both = [old, new.clone()];
        for (kind, shown) in [
            ("related", "<table>1"),
            ("related; start=\"<new@x>\"", "<table>2"),
            ("related; start=\"<none@x>\"", "<table>1"),
            ("alternative", "<table>2"),
            ("mixed", "<table>1"),
        ] {
            assert_eq!(of(kind, &both).as_deref(), Some(shown), "{kind}");
        }
        let attached = part("Content-Disposition: attachment; filename=a.htm\n", "<table>0");
        for kind in ["mixed", "related"] {
            assert_eq!(of(kind, &[attached.clone(), new.clone()]).as_deref(), Some("<table>2"));
        }
        assert_eq!(of("mixed", &[part("", "hello"), attached]).as_deref(), Some("<table>0"));
    }
}
