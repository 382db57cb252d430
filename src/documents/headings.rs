//! Where each section begins: by its title or an older wording of it, never by the number alone.

use super::grid::Piece;
use super::label::{Keys, simplified, strip_artefacts};
use crate::domain::form::Form;
use unicode_normalization::UnicodeNormalization;

/// A section's heading in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// Place among the pieces.
    pub piece: usize,
    /// Place of the section in the form.
    pub section: usize,
    /// The heading as it stood, if its wording is not the form's.
    pub found_title: Option<String>,
    /// What stood behind the title in the same paragraph.
    pub inline: Option<String>,
    /// A heading led by 一、 is surer than the bare words.
    numbered: bool,
}

/// One way a section may be called.
struct Wording {
    section: usize,
    letters: Vec<char>,
    is_alias: bool,
}

/// Finds the sections' headings, each at most once, in the order they stand.
pub(super) fn find_headings(form: &Form, pieces: &[Piece<'_>]) -> Vec<Heading> {
    let wordings = wordings(form);
    let (numbered, bare): (Vec<Heading>, Vec<Heading>) = pieces
        .iter()
        .enumerate()
        .filter_map(|(at, piece)| heading(at, piece.text, &wordings))
        .partition(|heading| heading.numbered);
    let mut chosen: Vec<Heading> = Vec::new();
    for heading in numbered.iter().skip(behind_contents(&numbered)) {
        if chosen.iter().all(|known| known.section != heading.section) {
            chosen.push(heading.clone());
        }
    }
    for section in 0..form.sections.len() {
        if chosen.iter().all(|known| known.section != section) {
            let fitting = between_neighbours(section, &bare, &chosen).cloned();
            chosen.extend(fitting);
        }
    }
    chosen.sort_by_key(|heading| heading.piece);
    chosen
}

/// How many headings belong to a table of contents: there they follow each other with nothing between.
fn behind_contents(numbered: &[Heading]) -> usize {
    let firsts = || numbered.iter().enumerate().filter(|(_, heading)| heading.section == 0);
    if firsts().count() < 2 {
        return 0;
    }
    firsts()
        .find(|(at, heading)| numbered.get(at + 1).is_none_or(|next| next.piece > heading.piece + 1))
        .map_or(0, |(at, _)| at)
}

/// A heading without a numeral, where the sections around it leave room for it.
fn between_neighbours<'h>(section: usize, bare: &'h [Heading], chosen: &[Heading]) -> Option<&'h Heading> {
    let above = chosen.iter().filter(|known| known.section < section).map(|known| known.piece).max();
    let below = chosen.iter().filter(|known| known.section > section).map(|known| known.piece).min();
    bare.iter().filter(|heading| heading.section == section).find(|heading| {
        above.is_none_or(|above| above < heading.piece) && below.is_none_or(|below| heading.piece < below)
    })
}

/// All wordings, the longest first, so that a short one does not cut a long one.
fn wordings(form: &Form) -> Vec<Wording> {
    let mut wordings: Vec<Wording> = Vec::new();
    for (at, section) in form.sections.iter().enumerate() {
        for (number, title) in std::iter::once(&section.title).chain(&section.aliases).enumerate() {
            let letters: Vec<char> = Keys::of(title).full.chars().collect();
            if !letters.is_empty() {
                wordings.push(Wording { section: at, letters, is_alias: number > 0 });
            }
        }
    }
    wordings.sort_by_key(|wording| std::cmp::Reverse(wording.letters.len()));
    wordings
}

fn heading(piece: usize, text: &str, wordings: &[Wording]) -> Option<Heading> {
    let (text, _) = strip_artefacts(text);
    let (numbered, rest) = match behind_numeral(&text) {
        Some(rest) => (true, rest),
        None => (false, &*text),
    };
    wordings.iter().find_map(|wording| {
        let (title, behind) = split_title(rest, &wording.letters)?;
        let inline = behind_title(behind, numbered)?;
        Some(Heading {
            piece,
            section: wording.section,
            found_title: wording.is_alias.then(|| title.trim().to_owned()),
            inline: (!inline.is_empty()).then(|| inline.to_owned()),
            numbered,
        })
    })
}

/// What stands behind `一、`, `一．`, `一 、` or `一 `.
fn behind_numeral(text: &str) -> Option<&str> {
    let text = text
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '#' | '*'));
    let rest = text.trim_start_matches(|c: char| "一二三四五六七八九十".contains(c));
    let numeral = text.get(..text.len() - rest.len())?.chars().count();
    if !(1..=2).contains(&numeral) {
        return None;
    }
    let spaced = rest.trim_start();
    let marked = spaced.trim_start_matches(['、', '．', '.', '，', ',', '：', ':', '。']);
    let parted = spaced.len() < rest.len() || marked.len() < spaced.len();
    parted.then(|| marked.trim_start())
}

/// Splits a text behind a title, whatever marks and spaces stand inside the title.
fn split_title<'t>(text: &'t str, letters: &[char]) -> Option<(&'t str, &'t str)> {
    let mut wanted = letters.iter();
    let mut next = wanted.next();
    for (at, c) in text.char_indices() {
        for folded in std::iter::once(c).nfkc().map(simplified).filter(|c| c.is_alphanumeric()) {
            if next != Some(&folded) {
                return None;
            }
            next = wanted.next();
        }
        if next.is_none() {
            return text.split_at_checked(at + c.len_utf8());
        }
    }
    None
}

/// What stands behind a title, `None` if the title only begins a longer wording.
fn behind_title(behind: &str, numbered: bool) -> Option<&str> {
    let is_mark = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '。' | '：' | ':' | '、' | '，' | ',' | '．' | '.' | '；' | ';' | '*' | '#' | '\u{200b}'
            )
    };
    let inline = behind.trim_start_matches(is_mark).trim_end();
    let parted = inline.len() < behind.trim_end().len() || inline.starts_with(['（', '(']);
    (inline.is_empty() || (numbered && parted)).then_some(inline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::for_year;

    fn found(lines: &[&str]) -> Vec<(usize, usize, Option<String>, Option<String>)> {
        let pieces: Vec<Piece<'_>> =
            lines.iter().map(|&text| Piece { text, line: 1, row: None, place: None }).collect();
        find_headings(for_year(2023), &pieces)
            .into_iter()
            .map(|heading| (heading.piece, heading.section, heading.found_title, heading.inline))
            .collect()
    }

    #[test]
    fn numerals_marks_and_spaces_do_not_matter() {
        for line in [
            "一、总体情况",
            "一．总体情况",
            "一 、 总 体 情 况。",
            "一、总体情况：",
            "总体情况",
            "## 一、总体情况",
        ] {
            assert_eq!(found(&[line]), vec![(0, 0, None, None)], "{line}");
        }
    }

    #[test]
    fn an_older_wording_is_kept_and_text_behind_a_title_too() {
        let old = "行政机关主动公开政府信息情况";
        assert_eq!(found(&[format!("二、{old}：").as_str()]), vec![(0, 1, Some(old.to_owned()), None)]);
        assert_eq!(found(&["六、其他需要报告的事项：无。"]), vec![(0, 5, None, Some("无。".to_owned()))]);
    }

    #[test]
    fn a_number_alone_or_a_longer_sentence_is_no_heading() {
        for line in [
            "一、本年新收政府信息公开申请数量",
            "四、结转下年度继续办理",
            "（一）总体情况",
            "总体情况良好",
            "一、总体情况良好",
        ] {
            assert!(found(&[line]).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_table_of_contents_is_passed_over() {
        let lines = [
            "一、总体情况",
            "二、主动公开政府信息情况",
            "一、总体情况",
            "正文。",
            "二、主动公开政府信息情况",
        ];
        let places: Vec<_> = found(&lines).into_iter().map(|heading| heading.0).collect();
        assert_eq!(places, vec![2, 4]);
    }

    #[test]
    fn bare_words_count_only_between_their_neighbours() {
        let lines = [
            "存在的主要问题及改进情况",
            "一、总体情况",
            "主动公开政府信息情况",
            "三、收到和处理政府信息公开申请情况",
        ];
        let places: Vec<_> = found(&lines).into_iter().map(|heading| (heading.0, heading.1)).collect();
        assert_eq!(places, vec![(1, 0), (2, 1), (3, 2)]);
    }
}
