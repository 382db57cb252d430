//! Tables that stand where no heading leads them, in annexes or on sheets of their own: known by their own labels.

use super::frame::find_year;
use super::grid::Piece;
use super::headings::Heading;
use super::label::{Keys, Labels};
use super::value;
use crate::domain::form::{Form, Section};
use std::collections::HashSet;
use std::ops::Range;

/// Longest caption above a table, in characters, and how many pieces above it are looked at for one.
const LONGEST_CAPTION: usize = 60;
const MOST_CAPTIONS: usize = 3;
/// How much of a table's labels must stand in one that is the form's: so many of so many.
const SHARE: (usize, usize) = (3, 5);

/// The form's tables that stand elsewhere than below their headings.
#[derive(Default)]
pub(super) struct OwnTables {
    found: Vec<Found>,
    /// Tables that name no row of the section they stand in, beside its own.
    others: HashSet<usize>,
}

struct Found {
    section: usize,
    /// The table, and before it its captions.
    captions: Range<usize>,
    pieces: Range<usize>,
}

/// A table of the document: which section's it is, and whether it holds values. Texts part one by its captions.
struct Known {
    tables: HashSet<usize>,
    pieces: Range<usize>,
    section: Option<usize>,
    /// Sections of which it names no row.
    foreign: bool,
}

/// Finds them; a section that has no heading is led by its table.
///
/// Of several tables for one section none is taken, nor one that tells of another year.
pub(super) fn own_tables(
    form: &Form,
    pieces: &[Piece<'_>],
    year: Option<i32>,
    headings: &mut Vec<Heading>,
) -> OwnTables {
    let known = tables(form, pieces);
    let mut own = OwnTables::default();
    for section in 0..form.sections.len() {
        let mut of_section = known.iter().filter(|table| table.section == Some(section));
        let (Some(first), more) = (of_section.next(), of_section.next()) else { continue };
        let body = body_of(section, headings, pieces.len());
        let stands_below =
            |table: &Known| body.as_ref().is_some_and(|body| body.contains(&table.pieces.start));
        if known.iter().any(|table| table.section == Some(section) && stands_below(table)) {
            let others = known.iter().filter(|table| table.foreign && stands_below(table));
            own.others.extend(others.flat_map(|table| &table.tables));
            continue;
        }
        let captions = captions(form, section, pieces, first.pieces.start, headings);
        let told = pieces.get(captions.start..first.pieces.end).unwrap_or_default();
        if more.is_some() || told.iter().any(|piece| is_of_another_year(piece.text, year)) {
            continue;
        }
        if body.is_none() {
            headings.push(Heading {
                piece: captions.start,
                pieces: first.pieces.end - captions.start,
                section,
                found_title: None,
                inline: None,
                ordinal: None,
            });
            headings.sort_by_key(|heading| heading.piece);
        }
        own.found.push(Found { section, captions, pieces: first.pieces.clone() });
    }
    own
}

/// The pieces between a section's heading and the next one.
fn body_of(section: usize, headings: &[Heading], end: usize) -> Option<Range<usize>> {
    let at = headings.iter().position(|heading| heading.section == section)?;
    let heading = headings.get(at)?;
    Some(heading.piece + heading.pieces..headings.get(at + 1).map_or(end, |next| next.piece))
}

/// The tables of a document that hold values.
fn tables(form: &Form, pieces: &[Piece<'_>]) -> Vec<Known> {
    let mut known = Vec::new();
    let mut from = 0;
    while let Some(piece) = pieces.get(from) {
        let mut to = from + 1;
        while piece.place.is_some() {
            let rest = pieces.get(to..).unwrap_or_default();
            let between = rest.iter().take(MOST_CAPTIONS + 1);
            let between = between.take_while(|piece| is_label_between(form, piece)).count();
            let next = rest.get(between).and_then(|next| next.place);
            let Some(next) = next.filter(|_| between <= MOST_CAPTIONS) else { break };
            if between == 0 && Some(next.table) != pieces.get(to - 1).and_then(|last| Some(last.place?.table))
            {
                break;
            }
            to += between + 1;
        }
        let cells = pieces.get(from..to).unwrap_or_default();
        let tables: HashSet<usize> = cells.iter().filter_map(|cell| Some(cell.place?.table)).collect();
        let filled = |piece: &Piece<'_>| !piece.text.is_empty() && value::read(piece.text).looks_like_value();
        if !tables.is_empty() && cells.iter().any(filled) {
            let named: Vec<(usize, (usize, usize))> =
                form.sections.iter().map(|section| named(form, section, cells)).enumerate().collect();
            let section = named.iter().find(|(at, count)| is_own(form, *at, *count)).map(|(at, _)| *at);
            let foreign = named.iter().all(|(_, (rows, _))| *rows == 0);
            known.push(Known { tables, pieces: from..to, section, foreign });
        }
        from = to;
    }
    known
}

/// Whether a line names something of the form's tables: 第二十条第（五）项.
fn is_label_between(form: &Form, piece: &Piece<'_>) -> bool {
    let tables = || form.sections.iter().filter(|section| section.table.is_some());
    let names = |section: &Section| Labels::with(form, section, |labels| labels.name(piece.text).is_some());
    piece.row.is_none() && tables().any(names)
}

/// How many rows and how many columns of a section the cells of a table name.
fn named(form: &Form, section: &Section, cells: &[Piece<'_>]) -> (usize, usize) {
    if section.table.is_none() {
        return (0, 0);
    }
    Labels::with(form, section, |labels| {
        let (mut rows, mut columns) = (HashSet::new(), HashSet::new());
        for naming in cells.iter().filter_map(|cell| labels.name(cell.text)) {
            match naming.column {
                Some(column) => {
                    columns.insert(column);
                }
                None => rows.extend(naming.row),
            }
        }
        (rows.len(), columns.len())
    })
}

/// Whether a table that names so many rows and columns is the section's own.
fn is_own(form: &Form, section: usize, (rows, columns): (usize, usize)) -> bool {
    let Some(table) = form.sections.get(section).and_then(|section| section.table.as_ref()) else {
        return false;
    };
    let enough = |named: usize, of: usize| named > 1 && named * SHARE.1 >= of * SHARE.0;
    let widest = table.rows.iter().map(|row| row.columns.len()).max().unwrap_or_default();
    enough(rows, table.rows.len()) && enough(columns, widest)
}

/// The captions right above a table: 附件1, 附表2：…情况表, 2024年…情况.
fn captions(
    form: &Form,
    section: usize,
    pieces: &[Piece<'_>],
    table: usize,
    headings: &[Heading],
) -> Range<usize> {
    let title = form.sections.get(section).map(|section| Keys::of(&section.title).full).unwrap_or_default();
    let is_caption = |at: usize| {
        let is_heading =
            headings.iter().any(|heading| (heading.piece..heading.piece + heading.pieces).contains(&at));
        let piece = pieces.get(at).filter(|piece| piece.row.is_none() && !is_heading);
        piece.is_some_and(|piece| {
            let key = Keys::of(piece.text).full;
            let leads = ["附件", "附表", "附", "表", "单位"].iter().any(|lead| key.starts_with(lead));
            let is_short = piece.text.chars().count() <= LONGEST_CAPTION && !piece.text.contains('。');
            is_short && (leads || key.contains(&title))
        })
    };
    let above = (0..table).rev().take(MOST_CAPTIONS).take_while(|at| is_caption(*at));
    above.last().unwrap_or(table)..table
}

/// Whether a text tells of another year than the report's.
fn is_of_another_year(text: &str, year: Option<i32>) -> bool {
    let said = find_year(text).map(|(said, _, _)| said);
    let is_last = ["上年度", "上一年", "去年", "上年情况"].iter().any(|word| text.contains(word));
    let is_label = text.contains("结转") || text.contains("项目数量");
    said.is_some_and(|said| Some(said) != year) || (is_last && !is_label)
}

impl OwnTables {
    /// Pieces of a section without those of tables that belong to others.
    pub fn body<'p>(&self, pieces: &[Piece<'p>], range: Range<usize>) -> Vec<Piece<'p>> {
        let is_taken =
            |at: &usize| self.found.iter().any(|found| (found.captions.start..found.pieces.end).contains(at));
        range.filter(|at| !is_taken(at)).filter_map(|at| pieces.get(at)).copied().collect()
    }

    /// What stands beside a section's table and is none of it, by line: captions, other tables.
    pub fn aside(&self, pieces: &[Piece<'_>], section: usize, body: &[Piece<'_>]) -> Vec<(usize, String)> {
        let captions = self.found.iter().filter(|found| found.section == section);
        let captions = captions.filter_map(|found| pieces.get(found.captions.clone())).flatten();
        let others = body.iter().filter(|piece| self.is_other(piece));
        captions.chain(others).map(|piece| (piece.line, piece.text.to_owned())).collect()
    }

    /// Puts a section's table among its pieces, and takes others away.
    pub fn complete<'p>(&self, pieces: &[Piece<'p>], section: usize, body: &mut Vec<Piece<'p>>) {
        body.retain(|piece| !self.is_other(piece));
        let own = self.found.iter().filter(|found| found.section == section);
        body.extend(own.filter_map(|found| pieces.get(found.pieces.clone())).flatten());
    }

    fn is_other(&self, piece: &Piece<'_>) -> bool {
        piece.place.is_some_and(|place| self.others.contains(&place.table))
    }
}
