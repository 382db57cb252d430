//! The spellings under which a label is looked up: letters and digits alone, with and without its ordinal.

use super::note;
use super::synonyms::folded;
use crate::domain::simplified::simplified;
use crate::domain::text::compatible;
use std::borrow::Cow;

/// Longest text that can be a label, in bytes; the longest one of the forms has some 120.
pub(super) const LONGEST: usize = 400;

/// The two spellings under which a label is looked up.
///
/// Both are needed: "（七）总计" is a row and "总计" a column, "3.其他" a row and "其他" a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::documents) struct Keys {
    /// Letters and digits alone, in compatibility form.
    pub full: String,
    /// The same without a leading ordinal (一、 （一） 1.).
    pub bare: String,
}

impl Keys {
    /// Normalises a text; of a text too long for a label both keys are empty.
    pub(in crate::documents) fn of(text: &str) -> Keys {
        let plain = plain(text);
        Keys { full: letters(&plain), bare: letters(strip_ordinal(&plain)) }
    }

    /// As [`Keys::of`], without the form's own unit behind the label, and with words that mean the same folded into
    /// one: 其它 is 其他, 或者 is 或.
    pub(in crate::documents) fn of_label(text: &str) -> Keys {
        let plain = plain(text);
        let label = without_unit(&plain);
        Keys { full: folded(letters(label)), bare: folded(letters(strip_ordinal(label))) }
    }

    /// Whether the text is an ordinal with nothing behind it.
    pub(in crate::documents) fn is_ordinal_alone(&self) -> bool {
        self.bare.is_empty() && !self.full.is_empty()
    }
}

/// A text in compatibility form and simplified characters; nothing of one too long for a label.
fn plain(text: &str) -> String {
    if text.len() > LONGEST {
        return String::new();
    }
    let (text, _) = strip_artefacts(text);
    compatible(note::without_note(&text)).chars().map(simplified).collect()
}

/// A label without the form's own unit behind it: 商业企业（件）. Expects compatibility form.
fn without_unit(plain: &str) -> &str {
    let inside = plain.trim_end().strip_suffix(')').and_then(|label| label.rsplit_once('('));
    let of_unit = inside.filter(|(label, unit)| {
        let unit = letters(unit);
        !label.trim().is_empty() && ["件", "万元"].contains(&unit.strip_prefix("单位").unwrap_or(&unit))
    });
    of_unit.map_or(plain, |(label, _)| label)
}

fn letters(folded: &str) -> String {
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Cuts out what a converter left behind (`[bookmark: _GoBack]`), and tells what was cut.
pub(in crate::documents) fn strip_artefacts(text: &str) -> (Cow<'_, str>, Vec<String>) {
    const OPENING: &str = "[bookmark:";
    if !text.contains(OPENING) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let (mut kept, mut cut) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, from)) = rest.find(OPENING).and_then(|at| rest.split_at_checked(at)) {
        let Some((artefact, after)) = from.find(']').and_then(|at| from.split_at_checked(at + 1)) else {
            break;
        };
        kept.push_str(before);
        cut.push(artefact.to_owned());
        rest = after;
    }
    kept.push_str(rest);
    (Cow::Owned(kept.trim().to_owned()), cut)
}

fn is_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// The text behind a leading ordinal; all of it where none leads. Expects compatibility form.
fn strip_ordinal(folded: &str) -> &str {
    let text = folded.trim_start();
    in_brackets(text).or_else(|| with_mark(text)).unwrap_or(text)
}

/// `(一)…`, `(12)…`.
fn in_brackets(text: &str) -> Option<&str> {
    let (inner, rest) = text.strip_prefix('(')?.split_once(')')?;
    let inner = inner.trim();
    let few = (1..=3).contains(&inner.chars().count());
    (few && inner.chars().all(|c| is_numeral(c) || c.is_ascii_digit())).then_some(rest)
}

/// `一、…`, `1.…`, `一)…`, and `1…` where the mark was lost.
fn with_mark(text: &str) -> Option<&str> {
    let after = match text.trim_start_matches(is_numeral) {
        same if same.len() == text.len() => text.trim_start_matches(|c: char| c.is_ascii_digit()),
        after => after,
    };
    let taken = text.get(..text.len() - after.len())?;
    if !(1..=3).contains(&taken.chars().count()) {
        return None;
    }
    let marked = after.trim_start().strip_prefix(['、', '.', ',', ':', '。', ')', '·']);
    let digits = taken.starts_with(|c: char| c.is_ascii_digit());
    let lost = digits && taken.len() <= 2 && after.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii());
    marked.or(lost.then_some(after))
}
