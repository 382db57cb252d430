//! Pages saved as one file (mht): the first page among its parts, decoded and read as any other.

use super::fault::ReadFault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Deepest nesting of parts in parts.
const DEEPEST: usize = 5;
/// Most parts that are looked at; the others are pictures anyway.
const MOST_PARTS: usize = 1_000;

/// A page, and the charset it is said to be in.
pub struct Page {
    pub bytes: Vec<u8>,
    pub charset: Option<String>,
}

/// Finds the page.
pub fn page(bytes: &[u8]) -> Result<Page, ReadFault> {
    find(bytes, 0)?.ok_or(ReadFault::NoText)
}

fn find(part: &[u8], depth: usize) -> Result<Option<Page>, ReadFault> {
    if depth > DEEPEST {
        return Err(ReadFault::TooDeep);
    }
    let (head, body) = split(part);
    let head = unfolded(head);
    let (media, parameters) = content_type(&head);
    if media.starts_with("multipart/") {
        let boundary = parameter(&parameters, "boundary").ok_or(ReadFault::Malformed)?;
        for inner in parts(body, &boundary).take(MOST_PARTS) {
            if let Some(page) = find(inner, depth + 1)? {
                return Ok(Some(page));
            }
        }
        return Ok(None);
    }
    if !matches!(media.as_str(), "text/html" | "application/xhtml+xml") {
        return Ok(None);
    }
    let encoding = field(&head, "content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
    let bytes = match encoding.trim() {
        "quoted-printable" => quoted_printable(body),
        "base64" => {
            let plain: Vec<u8> = body.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
            STANDARD.decode(plain).map_err(|_| ReadFault::Damaged)?
        }
        _ => body.to_vec(),
    };
    Ok(Some(Page { bytes, charset: parameter(&parameters, "charset") }))
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
fn parts<'b>(body: &'b [u8], boundary: &str) -> impl Iterator<Item = &'b [u8]> {
    let mark = format!("--{boundary}").into_bytes();
    let mut starts = Vec::new();
    let mut line_start = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(&mark) {
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
        let behind = (body.get(at + 1), body.get(at + 2));
        match (byte, behind) {
            (b'=', (Some(b'\n'), _)) => at += 2,
            (b'=', (Some(b'\r'), Some(b'\n'))) => at += 3,
            (b'=', (high, low)) if digit(high).is_some() && digit(low).is_some() => {
                let value = digit(high).unwrap_or_default() * 16 + digit(low).unwrap_or_default();
                decoded.push(u8::try_from(value).unwrap_or_default());
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_found_among_the_parts_and_decoded() {
        let file = "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=\"A B\"\r\n\r\n\
            preamble\r\n--A B\r\nContent-Type: image/png\r\n\r\nx\r\n--A B\r\n\
            Content-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            <p>=D7=DC=\r\n=BC=C6 3=3D3</p>\r\n--A B--\r\n";
        let page = page(file.as_bytes()).map(|page| (page.bytes, page.charset));
        let expected = b"<p>\xd7\xdc\xbc\xc6 3=3</p>\r\n".to_vec();
        assert_eq!(page, Ok((expected, Some("gb2312".to_owned()))));
        assert!(super::page(b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx").is_err());
    }
}
