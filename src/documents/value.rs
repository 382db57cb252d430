//! What a cell's text says: a number, nothing on purpose, or something nobody may guess at.

mod measured;

pub use measured::measured;

use measured::{bare, han_number, unbroken};

/// The reading of one cell's text. A unit beside the number is looked at by [`measured()`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellText {
    /// A plain numeral: sign, ASCII digits, at most one point.
    Number(String),
    /// An empty cell or a mark that stands for one, with what stood there; it is not zero.
    Blank(String),
    /// Anything else, as it stood.
    Unreadable(String),
}

/// What readers put between figures of which nobody knows whether they are one number: no number holds it.
pub(super) const UNCLEAR: &str = "\u{fffd}";

/// Longest text looked at, in bytes; no number is as long.
const LONGEST: usize = 200;

/// Reads a cell's text.
pub fn read(text: &str) -> CellText {
    let stood = text.trim();
    // What stands on two lines is two things, and never one number.
    if stood.len() > LONGEST || stood.contains(['\n', '\r']) {
        return CellText::Unreadable(stood.to_owned());
    }
    let folded = fold(stood);
    if is_blank(&folded) {
        CellText::Blank(stood.to_owned())
    } else if let Some(numeral) = numeral(&folded) {
        CellText::Number(numeral)
    } else {
        CellText::Unreadable(stood.to_owned())
    }
}

impl CellText {
    /// What stood there: for a number, the numeral.
    pub fn as_written(&self) -> &str {
        match self {
            CellText::Number(text) | CellText::Blank(text) | CellText::Unreadable(text) => text,
        }
    }

    /// Whether the cell held nothing at all, not even a mark.
    pub fn is_empty(&self) -> bool {
        matches!(self, CellText::Blank(stood) if stood.is_empty())
    }

    /// Whether a line of its own reads as a value, good or bad, and not as a label or prose.
    ///
    /// A number with a unit counts, so that it keeps its place among the values of its row.
    pub fn looks_like_value(&self) -> bool {
        match self {
            CellText::Number(_) | CellText::Blank(_) => true,
            CellText::Unreadable(stood) => {
                // "1.属于国家秘密" begins with a digit too: behind the digits there may be a unit and no more.
                let folded = bare(&fold(&unbroken(stood)));
                if han_number(&folded).is_some() {
                    return true;
                }
                let body = folded.trim_start_matches(['+', '-', '.', '¥']);
                let unit = body.trim_start_matches(|c: char| c.is_ascii_digit() || " ,.\n\t".contains(c));
                let measured = body.starts_with(|c: char| c.is_ascii_digit())
                    && folded.chars().count() <= 24
                    && unit.chars().count() <= 4
                    && unit
                        .chars()
                        .all(|c| "元万百千亿件份宗项起例人次个条家部整%^~①②③④⑤⑥⑦⑧⑨⑩¹²³".contains(c));
                measured || is_misread(body) || IN_PLACE_OF_ONE.contains(&folded.as_str())
            }
        }
    }
}

/// Half-width digits and marks, without invisible characters and outer spaces.
///
/// Full-width forms alone are folded: ² and ① are marks of a note beside a number and no part of it.
fn fold(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(half_width)
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'))
        .map(|c| match c {
            '\u{2212}' => '-',
            // The thin ones part thousands; a tab or a wide one parts what is two things.
            ' ' | '\u{a0}' | '\u{2002}' | '\u{2005}'..='\u{200a}' | '\u{202f}' => ' ',
            c if c.is_whitespace() => '\t',
            c => c,
        })
        .collect();
    folded.trim().to_owned()
}

fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// What people write where no number is known.
const IN_PLACE_OF_ONE: [&str; 12] =
    ["暂无", "暂缺", "未统计", "未填", "不详", "待统计", "待定", "空白", "N/A", "n/a", "#N/A", "*"];

/// A number as a machine misreads it from a picture: `l2O`, `I5`, `O`.
fn is_misread(folded: &str) -> bool {
    let like_digits = |c: char| c.is_ascii_digit() || "OoQDlI|!iSsBZz,. ".contains(c);
    (1..=10).contains(&folded.chars().count())
        && folded.chars().all(like_digits)
        && (folded.contains(|c: char| c.is_ascii_digit()) || folded.chars().all(|c| "OolI|".contains(c)))
}

fn is_blank(folded: &str) -> bool {
    matches!(folded, "" | "/" | "\\" | "无")
        || folded.chars().all(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2500}' | '\u{2501}'))
}

/// The numeral without separators, if the text is one and nothing else.
fn numeral(folded: &str) -> Option<String> {
    let (sign, body) = match folded.strip_prefix('-') {
        Some(rest) => ("-", rest.trim_start()),
        None => match folded.strip_prefix('+') {
            Some(rest) => ("+", rest.trim_start()),
            None => ("", folded),
        },
    };
    let (whole, fraction) = match body.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, Some(fraction)),
        Some(_) => return None,
        None => (body, None),
    };
    let whole = whole_part(whole)?;
    Some(match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits, digits grouped by threes, or single digits spaced out; any other spacing is not one number.
fn whole_part(text: &str) -> Option<String> {
    if is_digits(text) {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = if text.contains(',') {
        // `3, 700` may as well be two numbers.
        text.split(',').collect()
    } else {
        text.split([' ', '\t']).filter(|part| !part.is_empty()).collect()
    };
    let is_wide = text.contains('\t') || text.contains("  ");
    let (first, rest) = parts.split_first()?;
    let all_digits = parts.iter().all(|part| is_digits(part)) && !first.starts_with('0') && !rest.is_empty();
    let grouped = !is_wide && first.len() <= 3 && rest.iter().all(|part| part.len() == 3);
    // Two digits may as well be two numbers.
    let spaced =
        !is_wide && !text.contains(',') && parts.len() > 2 && parts.iter().all(|part| part.len() == 1);
    (all_digits && (grouped || spaced)).then(|| parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        match read(text) {
            CellText::Number(numeral) => Some(numeral),
            _ => None,
        }
    }

    #[test]
    fn numbers_are_read_in_every_honest_spelling() {
        for (text, numeral) in [
            ("0", "0"),
            (" 3511 ", "3511"),
            ("\u{a0}12\u{3000}", "12"),
            ("１２３", "123"),
            ("1,808,595", "1808595"),
            ("1，808，595", "1808595"),
            ("1 808 595", "1808595"),
            ("3 4 0 2", "3402"),
            ("59,237.2449", "59237.2449"),
            ("+1036", "+1036"),
            ("－5", "-5"),
            ("\u{200b}7", "7"),
        ] {
            assert_eq!(number(text).as_deref(), Some(numeral), "{text}");
        }
    }

    #[test]
    fn blanks_keep_what_stood_there() {
        for text in ["", "/", "／", "—", "——", "-", "－", "无", "\\"] {
            assert_eq!(read(text), CellText::Blank(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "251000元",
            "0件",
            "1,23",
            "12 34",
            "112  105",
            "112\t105",
            "112\u{3000}105",
            "1 2",
            "0 0 0",
            "1.2.3",
            "3.",
            "约5",
            "1e5",
            "见附件",
            "O",
            "1\n2",
            "5①",
            "5²",
            "~~5~~ 6",
            "5^1",
        ] {
            assert_eq!(read(text), CellText::Unreadable(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_number_with_a_unit_still_looks_like_a_value_and_a_date_line_of_prose_does_not() {
        assert!(read("251000元").looks_like_value());
        for text in ["l2O", "I5", "O", "1O5", "暂无", "未统计"] {
            assert!(read(text).looks_like_value(), "a value that cannot be read: {text}");
        }
        assert!(!read("SOS").looks_like_value());
        assert!(!read("见附件").looks_like_value());
        assert!(!read("1.属于国家秘密").looks_like_value());
        assert!(!read("2023年我局没有收到政府信息公开申请，也没有结转").looks_like_value());
    }
}
