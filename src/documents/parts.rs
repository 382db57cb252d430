//! Where one report ends and another begins: a file may hold several, and each is read by itself.

use super::frame::{Head, read_head};
use super::grid::Piece;
use super::headings::{Heading, find_headings, numbered_headings};
use super::signature::read_signature;
use super::value;
use crate::domain::form::Form;
use std::ops::Range;

/// Fewest sections of a report; a quotation of one has but one.
const FEWEST_SECTIONS: usize = 2;

/// The pieces of a document, report by report.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// The first is there even where no report was found; it begins with the document.
    pub reports: Vec<Range<usize>>,
}

/// Parts a document at each second title, and each second first section, that leads another report on.
pub(super) fn parts(form: &Form, pieces: &[Piece<'_>]) -> Parts {
    let headings = numbered_headings(form, pieces);
    let firsts: Vec<usize> =
        headings.iter().filter(|heading| heading.section == 0).map(|heading| heading.piece).collect();
    let mut starts = Vec::new();
    let mut last_heading = 0;
    for (at, from) in firsts.iter().enumerate() {
        let to = firsts.get(at + 1).copied().unwrap_or(pieces.len());
        let own = within(&headings, *from..to);
        if !is_report(own, pieces.get(*from..to).unwrap_or_default()) {
            continue;
        }
        // A table of contents above a report belongs to it; what stands above the first belongs to the first.
        starts.push(if starts.is_empty() { 0 } else { beginning(pieces, last_heading..*from) });
        last_heading = own.last().map_or(*from, |heading| heading.piece + heading.pieces);
    }
    if starts.is_empty() {
        starts.push(0);
    }
    let ends = starts.iter().skip(1).copied().chain([pieces.len()]);
    let mut reports = Vec::new();
    for (from, to) in starts.iter().copied().zip(ends) {
        match other_title(form, pieces, &headings, from..to) {
            Some((at, is_report)) => {
                reports.push(from..at);
                if is_report {
                    reports.push(at..to);
                }
            }
            None => reports.push(from..to),
        }
    }
    Parts { reports }
}

fn within(headings: &[Heading], range: Range<usize>) -> &[Heading] {
    let from = headings.partition_point(|heading| heading.piece < range.start);
    let to = headings.partition_point(|heading| heading.piece < range.end);
    headings.get(from..to).unwrap_or_default()
}

/// Whether headings lead something on, and are no table of contents.
fn is_report(headings: &[Heading], pieces: &[Piece<'_>]) -> bool {
    let mut sections: Vec<usize> = headings.iter().map(|heading| heading.section).collect();
    sections.sort_unstable();
    sections.dedup();
    let says = |piece: &Piece<'_>| {
        let is_figure = piece.row.is_some() && value::read(piece.text).looks_like_value();
        piece.text.contains('。') || (is_figure && !piece.text.is_empty())
    };
    sections.len() >= FEWEST_SECTIONS && pieces.iter().any(says)
}

/// Where a report begins whose first section stands at the end of `range`: with its title, else behind the
/// signature of the one before.
fn beginning(pieces: &[Piece<'_>], range: Range<usize>) -> usize {
    let between = pieces.get(range.clone()).unwrap_or_default();
    let head = read_head(between);
    if head.title.is_some() {
        return range.start + head.from;
    }
    read_signature(between, &[]).map_or(range.end, |signature| range.start + signature.to)
}

/// The first title of another report inside of a report: of another year or agency, and no section behind it
/// that the report still lacks. Also whether a report stands behind it, and not only links to others.
fn other_title(
    form: &Form,
    pieces: &[Piece<'_>],
    headings: &[Heading],
    range: Range<usize>,
) -> Option<(usize, bool)> {
    let headings = within(headings, range.clone());
    let first = headings.first()?.piece;
    let own = read_head(pieces.get(range.start..first)?);
    let mut seen = 0;
    for (at, heading) in headings.iter().enumerate() {
        seen = heading.section.max(seen);
        let next = headings.get(at + 1);
        // A section that is still lacking: what stands before it is a link or the head of a page.
        if next.is_some_and(|next| next.section > seen) {
            continue;
        }
        let until = next.map_or(range.end, |next| next.piece);
        let title = (heading.piece + heading.pieces..until).find(|at| is_other(pieces, *at, &own));
        if let Some(title) = title {
            let rest = pieces.get(title..range.end).unwrap_or_default();
            return Some((title, find_headings(form, rest).len() >= FEWEST_SECTIONS));
        }
    }
    None
}

/// Whether the title of another report stands at `at`.
fn is_other(pieces: &[Piece<'_>], at: usize, own: &Head) -> bool {
    let Some(piece) = pieces.get(at).filter(|piece| piece.row.is_none()) else { return false };
    let other = read_head(std::slice::from_ref(piece));
    let year = own.year.zip(other.year).is_some_and(|(own, other)| own != other);
    let agency = own.agency.as_deref().zip(other.agency.as_deref());
    year || agency.is_some_and(|(own, other)| !own.contains(other) && !other.contains(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::for_year;

    fn reports(lines: &[&str]) -> Vec<Range<usize>> {
        let pieces: Vec<Piece<'_>> = lines.iter().map(|line| Piece::loose(line, 1)).collect();
        parts(for_year(2023), &pieces).reports
    }

    const TITLE: &str = "沁源县信访局2023年政府信息公开工作年度报告";
    const ONE: &str = "一、总体情况";
    const TWO: &str = "二、主动公开政府信息情况";
    const SIX: &str = "六、其他需要报告的事项";

    #[test]
    fn a_second_title_begins_a_second_report() {
        let other = "沁源县水利局2023年政府信息公开工作年度报告";
        let lines = [TITLE, ONE, "好。", TWO, SIX, "无。", other, "前言。", ONE, "也好。", TWO, SIX, "无。"];
        assert_eq!(reports(&lines), vec![0..6, 6..13]);
    }

    #[test]
    fn a_second_first_section_begins_a_second_report_behind_the_signature() {
        let lines =
            [TITLE, ONE, "好。", SIX, "无。", "沁源县信访局", "2024年1月2日", ONE, "也好。", SIX, "无。"];
        assert_eq!(reports(&lines), vec![0..7, 7..11]);
    }

    #[test]
    fn contents_menus_and_headers_of_pages_part_nothing() {
        let contents = [TITLE, ONE, TWO, SIX, ONE, "好。", TITLE, TWO, SIX, "无。"];
        assert_eq!(reports(&contents), vec![0..10]);
        let menu = ["沁源县信访局2022年政府信息公开工作年度报告", TITLE, ONE, "好。", TWO, SIX, "无。"];
        assert_eq!(reports(&menu), vec![0..7]);
    }

    #[test]
    fn links_to_other_years_behind_a_report_are_cut_off_and_are_no_report() {
        let lines = [TITLE, ONE, "好。", SIX, "无。", "沁源县信访局2022年政府信息公开工作年度报告", "打印"];
        assert_eq!(reports(&lines), vec![0..5]);
    }
}
