//! Where each section begins: by its title or an older wording of it, never by the number alone.

use super::grid::Piece;
use super::label::{Keys, strip_artefacts};
use crate::domain::form::Form;
use crate::domain::simplified::simplified;
use crate::domain::text::plain;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// A section's heading in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// Place among the pieces.
    pub piece: usize,
    /// How many pieces it runs over.
    pub pieces: usize,
    /// Place of the section in the form.
    pub section: usize,
    /// The heading as it stood, if its wording is not the form's.
    pub found_title: Option<String>,
    /// What stood behind the title in the same paragraph.
    pub inline: Option<String>,
    /// The numeral that leads it: 一、 is surer than the bare words.
    pub ordinal: Option<usize>,
}

/// Most pieces a title is broken over.
const MOST_PIECES: usize = 3;
/// From how many letters on a title is known even where the text runs on behind it.
const TELLING: usize = 8;
/// From how many sections on points lead them: （一）总体情况.
const MANY_POINTS: usize = 4;
/// Longest heading in a wording nobody knows, in characters.
const LONGEST_UNKNOWN: usize = 30;

/// One way a section may be called.
struct Wording {
    section: usize,
    letters: Vec<char>,
    is_alias: bool,
}

/// Every heading that a numeral leads, as often as it stands.
pub(super) fn numbered_headings(form: &Form, pieces: &[Piece<'_>]) -> Vec<Heading> {
    let wordings = wordings(form);
    let all = (0..pieces.len()).filter_map(|at| broken_heading(at, pieces, &wordings));
    all.filter(|heading| heading.ordinal.is_some()).collect()
}

/// Finds the sections' headings, each at most once, in the order they stand.
pub(super) fn find_headings(form: &Form, pieces: &[Piece<'_>]) -> Vec<Heading> {
    let wordings = wordings(form);
    let places = || 0..pieces.len();
    let (numbered, bare): (Vec<Heading>, Vec<Heading>) = places()
        .filter_map(|at| broken_heading(at, pieces, &wordings))
        .partition(|heading| heading.ordinal.is_some());
    let mut chosen: Vec<Heading> = Vec::new();
    for heading in numbered.iter().skip(behind_contents(&numbered, pieces)) {
        if chosen.iter().all(|known| known.section != heading.section) {
            chosen.push(heading.clone());
        }
    }
    let glued = || places().filter_map(|at| glued_heading(at, pieces.get(at)?.text, &wordings));
    for weaker in [bare, glued().collect()] {
        for section in 0..form.sections.len() {
            if chosen.iter().all(|known| known.section != section) {
                let fitting = between_neighbours(section, &weaker, &chosen).cloned();
                chosen.extend(fitting);
            }
        }
    }
    for section in 0..form.sections.len() {
        let unknown = unknown_heading(section, form.sections.len(), pieces, &chosen);
        chosen.extend(unknown);
    }
    // Figures lead lists inside of sections too: they count only where nothing else was found.
    let listed = listed_headings(pieces, &wordings);
    for section in 0..form.sections.len() {
        if chosen.iter().all(|known| known.section != section) {
            let fitting = between_neighbours(section, &listed, &chosen).cloned();
            chosen.extend(fitting);
        }
    }
    chosen.sort_by_key(|heading| heading.piece);
    chosen
}

/// The sections of other titles below a heading: each leads on the document's own numbers, up to the next
/// heading. A list inside the text does not, as long as the next heading's number leaves no room for it.
pub(super) fn extra_sections(body: &[Piece<'_>], ordinal: Option<usize>, next: Option<usize>) -> Vec<usize> {
    let Some(mut last) = ordinal else { return Vec::new() };
    let mut found = Vec::new();
    for (at, piece) in body.iter().enumerate() {
        let room = next.is_none_or(|next| last + 1 < next);
        if room && piece.row.is_none() && short_numbered(piece.text) == Some(last + 1) {
            last += 1;
            found.push(at);
        }
    }
    // Without the number before the next heading it was a list.
    if next.is_some_and(|next| last + 1 != next) { Vec::new() } else { found }
}

/// The numeral of a line that may be a heading of any wording.
fn short_numbered(text: &str) -> Option<usize> {
    let (ordinal, rest) = behind_numeral(text)?;
    let fits = (2..=LONGEST_UNKNOWN).contains(&rest.chars().count());
    (fits && !rest.contains(['。', '；', '，', '：', ':', ';', ','])).then_some(ordinal)
}

/// What a heading of the first and of the last section speaks of, in a wording nobody knows.
const OF_FIRST: [&str; 5] = ["总体", "概况", "概述", "基本情况", "工作情况"];
const OF_LAST: [&str; 4] = ["其他", "其它", "需要报告", "需要说明"];

/// A heading in a wording nobody knows: the only line that leads on the numbers between both neighbours. The first
/// and the last section have but one, and speak of what theirs do.
fn unknown_heading(
    section: usize,
    sections: usize,
    pieces: &[Piece<'_>],
    chosen: &[Heading],
) -> Option<Heading> {
    let of = |wanted: usize| chosen.iter().find(|known| known.section == wanted);
    let ordinal = section + 1;
    let leads = |known: &&Heading, wanted: usize| known.ordinal == Some(wanted);
    if of(section).is_some() {
        return None;
    }
    let above = section.checked_sub(1).map(|above| of(above).filter(|known| leads(known, ordinal - 1)));
    let below = (ordinal < sections).then(|| of(ordinal).filter(|known| leads(known, ordinal + 1)));
    let (from, to, words): (usize, usize, &[&str]) = match (above, below) {
        (None, Some(below)) => (0, below?.piece, &OF_FIRST),
        (Some(above), None) => (above?.piece + above?.pieces, pieces.len(), &OF_LAST),
        (Some(above), Some(below)) => (above?.piece + above?.pieces, below?.piece, &[]),
        (None, None) => return None,
    };
    let between = pieces.iter().enumerate().take(to).skip(from);
    let speaks = |text: &str| words.is_empty() || words.iter().any(|word| text.contains(word));
    let mut fitting = between.filter(|(_, piece)| {
        piece.row.is_none() && short_numbered(piece.text) == Some(ordinal) && speaks(piece.text)
    });
    let (piece, found) = fitting.next().filter(|_| fitting.next().is_none())?;
    let (_, title) = behind_numeral(found.text)?;
    Some(Heading {
        piece,
        pieces: 1,
        section,
        found_title: Some(title.trim().to_owned()),
        inline: None,
        ordinal: Some(ordinal),
    })
}

/// How many headings stand above the report itself, in a table of contents or a site's menu: of all places
/// where the first section begins, the one with the most behind it is meant.
fn behind_contents(numbered: &[Heading], pieces: &[Piece<'_>]) -> usize {
    let firsts: Vec<(usize, usize)> = numbered
        .iter()
        .enumerate()
        .filter(|(_, heading)| heading.section == 0)
        .map(|(at, heading)| (at, heading.piece))
        .collect();
    let ends = firsts.iter().skip(1).map(|(_, piece)| *piece).chain([pieces.len()]);
    let letters = |from: usize, to: usize| -> usize {
        pieces.get(from..to).unwrap_or_default().iter().map(|piece| piece.text.len()).sum()
    };
    let sized = firsts.iter().zip(ends).map(|((at, from), to)| (letters(*from, to), *at));
    // The first of those alike.
    sized.min_by_key(|(size, _)| std::cmp::Reverse(*size)).map_or(0, |(_, at)| at)
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

/// A heading, its title put together where it is broken over lines.
fn broken_heading(at: usize, pieces: &[Piece<'_>], wordings: &[Wording]) -> Option<Heading> {
    let first = pieces.get(at)?;
    let whole = heading(at, first.text, wordings);
    let loose = |piece: &Piece<'_>| piece.row.is_none() && piece.text.chars().count() <= LONGEST_UNKNOWN;
    if !loose(first) || behind_numeral(first.text).is_none() {
        return whole;
    }
    let mut text = first.text.to_owned();
    for count in 2..=MOST_PIECES {
        let Some(next) = pieces.get(at + count - 1).filter(|piece| loose(piece)) else { break };
        text.push_str(next.text);
        let joined = heading(at, &text, wordings).filter(|joined| joined.inline.is_none());
        if let Some(joined) = joined.filter(|joined| joined.ordinal.is_some()) {
            return Some(Heading { pieces: count, ..joined });
        }
    }
    whole
}

fn heading(piece: usize, text: &str, wordings: &[Wording]) -> Option<Heading> {
    let (text, _) = strip_artefacts(text);
    let (ordinal, rest) = match behind_numeral(&text) {
        Some((ordinal, rest)) => (Some(ordinal), rest),
        None => (None, &*text),
    };
    let folded = folded(rest, wordings);
    wordings.iter().find_map(|wording| {
        let (title, behind) = split_title(rest, &folded, &wording.letters)?;
        let inline = behind_title(behind, ordinal.is_some())?;
        Some(found(piece, wording, title, inline, ordinal))
    })
}

fn found(piece: usize, wording: &Wording, title: &str, inline: &str, ordinal: Option<usize>) -> Heading {
    Heading {
        piece,
        pieces: 1,
        section: wording.section,
        found_title: wording.is_alias.then(|| title.trim().to_owned()),
        inline: (!inline.is_empty()).then(|| inline.to_owned()),
        ordinal,
    }
}

/// Titles behind other numbers; of those that lead points inside of sections too, （一） and ①, few tell nothing.
fn listed_headings(pieces: &[Piece<'_>], wordings: &[Wording]) -> Vec<Heading> {
    let all = pieces.iter().enumerate();
    let all: Vec<(bool, Heading)> = all
        .filter_map(|(at, piece)| Some((is_point(piece.text), listed_heading(at, piece, wordings)?)))
        .collect();
    let points = all.iter().filter(|(is_point, _)| *is_point).map(|(_, heading)| heading.section);
    let many = points.collect::<HashSet<usize>>().len() >= MANY_POINTS;
    all.into_iter().filter(|(is_point, _)| many || !is_point).map(|(_, heading)| heading).collect()
}

fn is_point(text: &str) -> bool {
    !text.trim_start().starts_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c))
}

/// A title alone behind another number than 一、: `1.`, `（一）`, `①`, `Ⅰ.`, `壹、`.
fn listed_heading(at: usize, piece: &Piece<'_>, wordings: &[Wording]) -> Option<Heading> {
    const BIG: &str = "壹贰叁肆伍陆";
    let text = piece.text.trim_start();
    let is_number = |c: char| c.is_numeric() || NUMERALS.contains(c) || BIG.contains(c);
    let bracketed = text.strip_prefix(['（', '(']);
    let text = bracketed.unwrap_or(text);
    let behind = text.trim_start_matches(is_number);
    let number = text.get(..text.len() - behind.len())?;
    let is_led = (1..=2).contains(&number.chars().count());
    let is_circled = number.starts_with(|c: char| ('\u{2460}'..='\u{2473}').contains(&c));
    let title = match bracketed {
        Some(_) => behind.strip_prefix(['）', ')']),
        None if is_circled => Some(behind),
        None => behind.trim_start().strip_prefix(['.', '．', '、', ' ']),
    };
    let found = heading(at, title.filter(|_| is_led)?.trim_start(), wordings)?;
    (found.ordinal.is_none() && piece.row.is_none()).then_some(found)
}

/// A numbered title with its text right behind it, where the title is long or the text begins like one.
fn glued_heading(piece: usize, text: &str, wordings: &[Wording]) -> Option<Heading> {
    let (text, _) = strip_artefacts(text);
    let (ordinal, rest) = behind_numeral(&text)?;
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || "本我今按根".contains(c));
    let folded = folded(rest, wordings);
    wordings.iter().find_map(|wording| {
        let (title, behind) = split_title(rest, &folded, &wording.letters)?;
        let telling = (wording.letters.len() >= TELLING && behind.contains('。')) || begins(behind);
        telling.then(|| found(piece, wording, title, behind.trim(), Some(ordinal)))
    })
}

const NUMERALS: &str = "一二三四五六七八九十";

/// The number before `一、`, `一．`, `一 、`, `一 ` or in `第一部分`, and what stands behind.
fn behind_numeral(text: &str) -> Option<(usize, &str)> {
    let text = text
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '#' | '*'));
    if let Some((numeral, rest)) = text.strip_prefix('第').and_then(|text| text.split_once("部分")) {
        let rest =
            rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '、' | '：' | ':' | '，'));
        return Some((number_of(numeral)?, rest));
    }
    let rest = text.trim_start_matches(|c: char| NUMERALS.contains(c));
    let ordinal = number_of(text.get(..text.len() - rest.len())?)?;
    let spaced = rest.trim_start();
    let marked = spaced.trim_start_matches(['、', '．', '.', '，', ',', '：', ':', '。']);
    let parted = spaced.len() < rest.len() || marked.len() < spaced.len();
    parted.then(|| (ordinal, marked.trim_start()))
}

/// 一 to 十九.
fn number_of(numeral: &str) -> Option<usize> {
    let value = |c: char| NUMERALS.chars().position(|known| known == c).map(|place| place + 1);
    let mut letters = numeral.chars();
    let first = value(letters.next()?)?;
    match (letters.next(), letters.next()) {
        (None, _) => Some(first),
        (Some(second), None) if first == 10 => Some(10 + value(second).filter(|second| *second < 10)?),
        _ => None,
    }
}

/// The first letters of a text in compatibility form, each with the end of its character: one more than the longest
/// title has.
fn folded(text: &str, wordings: &[Wording]) -> Vec<(char, usize)> {
    let longest = wordings.first().map_or(0, |wording| wording.letters.len());
    let mut letters = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let mut take = |c: char| {
            if c.is_alphanumeric() {
                letters.push((simplified(c), end));
            }
        };
        match plain(c) {
            Some(plain) => take(plain),
            None => std::iter::once(c).nfkc().for_each(take),
        }
        if letters.len() > longest {
            break;
        }
    }
    letters
}

/// Splits a text behind a title, whatever marks and spaces stand inside the title.
fn split_title<'t>(text: &'t str, folded: &[(char, usize)], title: &[char]) -> Option<(&'t str, &'t str)> {
    let (begins, more) = folded.split_at_checked(title.len())?;
    let (_, end) = begins.last()?;
    // A character that stands for several letters is not parted.
    let parted = more.first().is_some_and(|(_, next)| next == end);
    let is_title = !parted && begins.iter().map(|(c, _)| c).eq(title);
    is_title.then(|| text.split_at_checked(*end)).flatten()
}

/// What stands behind a title, `None` if the title only begins a longer wording.
fn behind_title(behind: &str, numbered: bool) -> Option<&str> {
    let is_mark = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '。' | '：'
                    | ':'
                    | '、'
                    | '，'
                    | ','
                    | '．'
                    | '.'
                    | '；'
                    | ';'
                    | '*'
                    | '#'
                    | '】'
                    | '〗'
                    | '］'
                    | ']'
                    | '\u{200b}'
            )
    };
    let inline = behind.trim_start_matches(is_mark).trim_end();
    let parted = inline.len() < behind.trim_end().len() || inline.starts_with(['（', '(']);
    (inline.is_empty() || (numbered && parted)).then_some(inline)
}

#[cfg(test)]
mod tests;
