//! Bytes to text: the charsets reports are written in, and none that would only produce rubbish.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, UTF_8};

/// Why bytes could not be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeFault {
    /// The declared charset is none, or none a report is written in.
    #[error("the charset {0} is not supported")]
    Unsupported(String),
    /// The bytes are not valid in the charset they are said or found to be in.
    #[error("the bytes are not valid {0}")]
    Malformed(&'static str),
    /// No supported charset fits the bytes.
    #[error("the charset of the bytes could not be recognised")]
    Unrecognised,
}

/// Decodes a file: byte order mark, declaration, strict UTF-8, detection, in this order.
///
/// Malformed bytes are a fault and never replaced: a replaced character could be a digit.
pub fn decode(bytes: &[u8], declared_charset: Option<&str>) -> Result<(String, &'static str), DecodeFault> {
    let (text, charset) = text_of(bytes, declared_charset)?;
    // No text holds it: these are other bytes, or two to a character and unmarked.
    if text.contains('\0') { Err(DecodeFault::Unrecognised) } else { Ok((text, charset)) }
}

fn text_of(bytes: &[u8], declared_charset: Option<&str>) -> Result<(String, &'static str), DecodeFault> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strict(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if let Some(label) = declared_charset {
        let label = label.trim().trim_matches('"');
        let encoding = Encoding::for_label(label.as_bytes())
            .ok_or_else(|| DecodeFault::Unsupported(label.chars().take(40).collect()))?;
        return strict(encoding, bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), "utf-8"));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    // A few bytes tell a detector little; those of one of our offices are in the national standard.
    strict(guessed, bytes).or_else(|_| strict(GB18030, bytes)).map_err(|_| DecodeFault::Unrecognised)
}

fn strict(encoding: &'static Encoding, bytes: &[u8]) -> Result<(String, &'static str), DecodeFault> {
    let name = name_of(encoding).ok_or_else(|| DecodeFault::Unsupported(encoding.name().to_owned()))?;
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes)
            .map(|text| (text.to_owned(), name))
            .map_err(|_| DecodeFault::Malformed(name));
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| (text.into_owned(), name))
        .ok_or(DecodeFault::Malformed(name))
}

/// The closed list of charsets; GBK is read as GB18030, which contains it.
fn name_of(encoding: &'static Encoding) -> Option<&'static str> {
    match encoding.name() {
        "UTF-8" => Some("utf-8"),
        "GBK" | "gb18030" => Some("gb18030"),
        "Big5" => Some("big5"),
        "UTF-16LE" => Some("utf-16le"),
        "UTF-16BE" => Some("utf-16be"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "沁源县信访局2023年度政府信息公开工作年度报告，总体情况：本年度没有收到申请。";

    #[test]
    fn utf_8_is_taken_with_and_without_a_mark() {
        assert_eq!(decode(SENTENCE.as_bytes(), None), Ok((SENTENCE.to_owned(), "utf-8")));
        let marked = [b"\xef\xbb\xbf".as_slice(), SENTENCE.as_bytes()].concat();
        assert_eq!(decode(&marked, Some("gbk")), Ok((SENTENCE.to_owned(), "utf-8")));
    }

    #[test]
    fn gbk_is_found_without_being_told() {
        let (bytes, _, _) = encoding_rs::GBK.encode(SENTENCE);
        assert_eq!(decode(&bytes, None), Ok((SENTENCE.to_owned(), "gb18030")));
        assert_eq!(decode(&bytes, Some("GB2312")), Ok((SENTENCE.to_owned(), "gb18030")));
    }

    #[test]
    fn a_few_characters_are_enough() {
        for text in ["无", "一、总体情况", "规章\t0", "总计", "上年结转：0"] {
            let (bytes, _, _) = encoding_rs::GBK.encode(text);
            assert_eq!(decode(&bytes, None), Ok((text.to_owned(), "gb18030")), "{text}");
        }
    }

    #[test]
    fn bytes_that_contradict_their_declaration_are_refused() {
        assert_eq!(decode(b"\xff\x80", Some("utf-8")), Err(DecodeFault::Malformed("utf-8")));
        assert_eq!(decode(b"a\0b", None), Err(DecodeFault::Unrecognised));
        assert_eq!(decode(b"x", Some("klingon")), Err(DecodeFault::Unsupported("klingon".to_owned())));
    }
}
