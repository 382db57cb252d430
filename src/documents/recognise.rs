//! The recogniser: finds a report in a grid by its headings and labels, whatever file it came from.

use super::ending::{Ending, ending};
use super::form_of_tables::form_of_tables;
use super::frame::{Head, agency_of, read_head, scope_of};
use super::grid::{Grid, Piece};
use super::headings::{Heading, extra_sections, find_headings};
use super::label::strip_artefacts;
use super::notes::{FoundCell, FoundState, SourceNotes, Unmapped};
use super::own_tables::{OwnTables, own_tables};
use super::particulars::Particulars;
use super::parts::parts;
use super::signature::{Signature, day_below};
use super::tables::{Origin, TableOutcome, read_table};
use super::value::{self, CellText};
use crate::domain::form::{Form, for_year};
use crate::domain::number::NumberFault;
use crate::domain::report::{Content, ReportDocument, Shape, ShapeFault, pointer, read_cell};
use crate::domain::text::{cleaned, cleaned_line};
use serde_json::Value;
use std::ops::Range;

/// Longest text of a section, in characters, as in a JSON body.
const LONGEST_TEXT: usize = 200_000;
/// Most entries told in [`SourceNotes::unmapped`]; a file that is no report would fill it without end.
const MOST_UNMAPPED: usize = 1_000;
/// Longest text of one such entry, in characters.
const LONGEST_UNMAPPED: usize = 200;
/// Longest remark behind a heading, in characters.
const LONGEST_REMARK: usize = 12;
/// Most reports of a document that are compared with each other.
const MOST_COPIES: usize = 4;

/// A document as it was understood, and an account of what was not.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The report, with nothing in it that was not read.
    pub document: ReportDocument,
    /// Where each value was found, and what found no place.
    pub notes: SourceNotes,
}

/// Recognises the report in a document, the first where it holds several; then a fault tells of the others.
///
/// The form is that of the tables found, else the one for the document's year, else for `hint_year`.
pub fn recognise(grid: &Grid, hint_year: Option<i32>) -> Reading {
    let pieces = grid.pieces();
    let reports = reports(&pieces);
    let mut reading = read_report(grid, &pieces, &reports, 0, hint_year);
    if let Some(second) = reports.get(1) {
        let lines = pieces.get(second.clone()).unwrap_or_default().iter();
        let first = lines.map(|piece| piece.text).find(|text| !text.is_empty()).unwrap_or_default();
        let found = first.chars().take(LONGEST_UNMAPPED).collect();
        reading.document.faults.push(ShapeFault {
            pointer: String::new(),
            shape: Shape::SecondReport,
            found: Value::String(found),
            cell: None,
        });
    }
    reading
}

/// Recognises one report of a document that holds several; `None` where it does not hold so many. The first
/// is 1.
pub fn recognise_part(grid: &Grid, hint_year: Option<i32>, part: usize) -> Option<Reading> {
    let pieces = grid.pieces();
    let reports = reports(&pieces);
    let at = part.checked_sub(1).filter(|at| *at < reports.len())?;
    Some(read_report(grid, &pieces, &reports, at, hint_year))
}

/// The reports of a document. Pages for large and small screens carry the same one twice; it counts once.
fn reports(pieces: &[Piece<'_>]) -> Vec<Range<usize>> {
    let mut reports = parts(for_year(i32::MAX), pieces).reports;
    if (2..=MOST_COPIES).contains(&reports.len()) {
        let read = |range: &Range<usize>| {
            recogniser(pieces.get(range.clone()).unwrap_or_default(), &[], None).finish()
        };
        let first = reports.first().map(read);
        let is_copy = |range: &Range<usize>| {
            let (one, two) = (first.as_ref().map(|first| &first.document), read(range).document);
            one.is_some_and(|one| one.content == two.content && (one.year == two.year || two.year.is_none()))
        };
        if reports.iter().skip(1).all(is_copy) {
            reports.truncate(1);
        }
    }
    reports
}

/// Reads one report; all that belongs to others is told as having no place in it.
fn read_report(
    grid: &Grid,
    pieces: &[Piece<'_>],
    reports: &[Range<usize>],
    at: usize,
    hint_year: Option<i32>,
) -> Reading {
    let range = reports.get(at).cloned().unwrap_or_default();
    let mut recogniser = recogniser(pieces.get(range.clone()).unwrap_or_default(), &grid.frames, hint_year);
    recogniser.notes.parts = reports.len();
    let (before, behind) = (pieces.get(..range.start), pieces.get(range.end..));
    for piece in before.into_iter().chain(behind).flatten() {
        recogniser.stray(piece.line, piece.text);
    }
    grid.aside.iter().for_each(|cell| recogniser.stray(cell.line, &cell.text));
    recogniser.finish()
}

fn recogniser(pieces: &[Piece<'_>], frames: &[(usize, usize)], hint_year: Option<i32>) -> Recogniser {
    let by_tables = form_of_tables(pieces);
    let mut form = by_tables.unwrap_or_else(|| for_year(i32::MAX));
    let mut headings = find_headings(form, pieces);
    let head = read_head(before_headings(pieces, &headings));
    if by_tables.is_none()
        && let Some(year) = head.year.or(hint_year)
    {
        form = for_year(year);
        headings = find_headings(form, pieces);
    }
    let own = own_tables(form, pieces, head.year.or(hint_year), &mut headings);
    let mut recogniser = Recogniser::new(form);
    recogniser.read_head(&head, before_headings(pieces, &headings));
    recogniser.read_sections(pieces, &headings, &own, frames);
    recogniser
}

/// What stands above the first heading; all of it where there is none.
fn before_headings<'s, 'p>(pieces: &'s [Piece<'p>], headings: &[Heading]) -> &'s [Piece<'p>] {
    let end = headings.first().map_or(pieces.len(), |heading| heading.piece);
    pieces.get(..end).unwrap_or_default()
}

/// A few words in brackets.
fn is_remark(text: &str) -> bool {
    let inside = text.strip_prefix(['（', '(']).and_then(|text| text.strip_suffix(['）', ')']));
    inside.is_some_and(|inside| inside.chars().count() <= LONGEST_REMARK && !inside.contains(['）', ')']))
}

/// The last line of the smallest element of a page that holds all headings and more behind the last of them.
fn frame_of(pieces: &[Piece<'_>], headings: &[Heading], frames: &[(usize, usize)]) -> Option<usize> {
    let line = |heading: Option<&Heading>| Some(pieces.get(heading?.piece)?.line);
    let (first, last) = (line(headings.first())?, line(headings.last())?);
    let around = frames.iter().filter(|(from, to)| *from <= first && last < *to);
    around.min_by_key(|(from, to)| to - from).map(|(_, to)| *to)
}

struct Recogniser {
    form: &'static Form,
    document: ReportDocument,
    notes: SourceNotes,
    /// What found no place, by line.
    strays: Vec<(usize, String)>,
    title_agency: Option<String>,
    /// What lines of their own say.
    told: Particulars,
}

impl Recogniser {
    fn new(form: &'static Form) -> Recogniser {
        let mut content = Content::empty(form);
        for section in &mut content.sections {
            section.present = false;
        }
        let document = ReportDocument::of(content);
        let notes = SourceNotes { cells_expected: form.cells.len(), ..SourceNotes::default() };
        let told = Particulars::default();
        Recogniser { form, document, notes, strays: Vec::new(), title_agency: None, told }
    }

    fn read_head(&mut self, head: &Head, pieces: &[Piece<'_>]) {
        self.document.title = head.title.as_deref().map(|title| cleaned_line(title).into_owned());
        self.document.year = head.year;
        self.title_agency = head.agency.clone();
        for (at, piece) in pieces.iter().enumerate() {
            let of_the_title = head.title.is_some() && (head.from..head.to).contains(&at);
            if head.title.is_some() && at == head.to && self.document.signed_on.is_none() {
                self.document.signed_on = day_below(piece.text);
                if self.document.signed_on.is_some() {
                    continue;
                }
            }
            if !of_the_title && !self.told.take(piece.text) {
                self.stray(piece.line, piece.text);
            }
        }
    }

    fn read_sections(
        &mut self,
        pieces: &[Piece<'_>],
        headings: &[Heading],
        own: &OwnTables,
        frames: &[(usize, usize)],
    ) {
        for (number, heading) in headings.iter().enumerate() {
            let next = headings.get(number + 1);
            let end = next.map_or(pieces.len(), |next| next.piece);
            let whole = own.body(pieces, heading.piece + heading.pieces..end);
            let mut body = whole.as_slice();
            let is_narrative =
                self.form.sections.get(heading.section).is_some_and(|section| section.table.is_none());
            if next.is_none() || heading.section + 1 == self.form.sections.len() {
                let known = [&self.told.agency, &self.title_agency, &self.told.signer];
                let known: Vec<&str> = known.into_iter().filter_map(|name| name.as_deref()).collect();
                let frame = if next.is_none() { frame_of(pieces, headings, frames) } else { None };
                let Ending { own, signature, behind } = ending(body, &known, frame, is_narrative);
                behind.iter().for_each(|piece| self.stray(piece.line, piece.text));
                body = own;
                signature.into_iter().for_each(|signature| self.sign(signature));
            }
            let extra = extra_sections(body, heading.ordinal, next.and_then(|next| next.ordinal));
            if let Some(first) = extra.first() {
                let (own, others) = body.split_at_checked(*first).unwrap_or((body, &[]));
                for piece in extra.iter().filter_map(|at| body.get(*at)) {
                    self.fault_at(pointer("/sections", piece.text), Shape::Unknown);
                }
                others.iter().for_each(|piece| self.stray(piece.line, piece.text));
                body = own;
            }
            let line = pieces.get(heading.piece).map_or(0, |piece| {
                let (_, artefacts) = strip_artefacts(piece.text);
                artefacts.iter().for_each(|artefact| self.stray(piece.line, artefact));
                piece.line
            });
            let mut inline = heading.inline.as_deref().map(|text| Piece::loose(text, line));
            // 总体情况（概述）
            if let Some(remark) = inline.take_if(|inline| is_narrative && is_remark(inline.text)) {
                self.stray(line, remark.text);
            }
            let mut read: Vec<Piece<'_>> = inline.into_iter().chain(body.iter().copied()).collect();
            own.aside(pieces, heading.section, &read).iter().for_each(|(line, text)| self.stray(*line, text));
            own.complete(pieces, heading.section, &mut read);
            self.read_section(heading, &read);
        }
    }

    /// Takes in a signature; a day below the title stands where none is below the report.
    fn sign(&mut self, signature: Signature) {
        self.document.signed_by = signature.by;
        self.document.signed_on = signature.on.or(self.document.signed_on);
    }

    fn fault_at(&mut self, pointer: String, shape: Shape) {
        self.document.faults.push(ShapeFault { pointer, shape, found: Value::Null, cell: None });
    }

    fn read_section(&mut self, heading: &Heading, body: &[Piece<'_>]) {
        let form = self.form;
        let Some(section) = form.sections.get(heading.section) else { return };
        self.notes.sections_found += 1;
        let lines: Vec<String> = if section.table.is_some() {
            let mut outcome = read_table(form, section, body);
            // The table's own caption says again what the heading says.
            let says = [Some(section.title.as_str()), heading.found_title.as_deref()];
            outcome.strays.retain(|(_, text)| !says.contains(&Some(text.trim())));
            if !outcome.labelled {
                self.fault_at(format!("/sections/{}/table", section.key), Shape::NoTable);
            }
            self.take_cells(outcome)
        } else {
            body.iter().filter(|piece| !piece.text.is_empty()).map(|piece| piece.text.to_owned()).collect()
        };
        let text = cleaned(&lines.join("\n")).into_owned();
        let too_long = text.chars().count() > LONGEST_TEXT;
        if too_long {
            self.fault_at(format!("/sections/{}/text", section.key), Shape::Text("too_long"));
        }
        if let Some(state) = self.document.content.sections.get_mut(heading.section) {
            state.present = true;
            let title = heading.found_title.as_deref();
            state.found_title = title.map(|title| cleaned_line(title).into_owned());
            state.text = (!too_long && !text.is_empty()).then_some(text);
        }
    }

    /// Puts a table's cells into the figures; gives back the sentences beside them.
    fn take_cells(&mut self, outcome: TableOutcome) -> Vec<String> {
        for (cell, text, origin) in outcome.cells {
            let stood = text.as_written().to_owned();
            let state = match text {
                CellText::Number(numeral) => self.set(cell, &numeral),
                CellText::Blank(stood) => {
                    self.notes.cells_blank += 1;
                    self.notes.blanks.push((cell, stood));
                    FoundState::Blank
                }
                CellText::Unreadable(stood) => self.measure(cell, stood),
            };
            self.note(cell, state, stood, origin);
        }
        for (cell, unread, origin) in outcome.unread {
            self.refuse(cell, unread.why, unread.label.unwrap_or_else(|| unread.stood.clone()));
            self.note(cell, FoundState::Unread, unread.stood, origin);
        }
        for (line, text) in outcome.strays {
            self.stray(line, &text);
        }
        outcome.prose
    }

    fn note(&mut self, cell: usize, state: FoundState, text: String, origin: Origin) {
        let place = origin.place.map(|place| (place.table + 1, place.row + 1, place.column + 1));
        self.notes.found.push(FoundCell { cell, state, text, line: origin.line, place });
    }

    /// A number that stands with its unit is taken in the cell's own, and said so where that is another.
    fn measure(&mut self, cell: usize, stood: String) -> FoundState {
        let unit = self.form.cells.get(cell).map(|cell| cell.unit.as_str()).unwrap_or_default();
        let Some(measured) = value::measured(&stood, unit) else {
            return self.refuse(cell, NumberFault::NotANumber, stood);
        };
        let state = self.set(cell, &measured.numeral);
        if measured.converted && state == FoundState::Read {
            self.fault(cell, Shape::OtherUnit, stood);
        }
        state
    }

    fn set(&mut self, cell: usize, numeral: &str) -> FoundState {
        match read_cell(self.form, cell, numeral) {
            Ok(value) => {
                self.document.content.figures.set(cell, Some(value));
                self.notes.cells_read += 1;
                FoundState::Read
            }
            Err(fault) => self.refuse(cell, fault, numeral.to_owned()),
        }
    }

    fn refuse(&mut self, cell: usize, fault: NumberFault, stood: String) -> FoundState {
        self.fault(cell, Shape::Number(fault), stood);
        FoundState::Unread
    }

    fn fault(&mut self, cell: usize, shape: Shape, stood: String) {
        self.document.faults.push(ShapeFault {
            pointer: self.form.cells.get(cell).map(|cell| cell.pointer()).unwrap_or_default(),
            shape,
            found: Value::String(stood),
            cell: Some(cell),
        });
    }

    fn stray(&mut self, line: usize, text: &str) {
        let text = text.trim();
        if !text.is_empty() && self.strays.len() < MOST_UNMAPPED {
            self.strays.push((line, text.chars().take(LONGEST_UNMAPPED).collect()));
        }
    }

    fn finish(mut self) -> Reading {
        let (document, told) = (&mut self.document, self.told);
        let understood = || agency_of(self.title_agency.take(), document.signed_by.clone());
        document.agency_name = told.agency.or_else(understood);
        document.scope = told.scope.or_else(|| document.agency_name.as_deref().and_then(scope_of));
        document.year = told.year.or(document.year);
        document.index_number = told.index_number;
        document.source_url = told.source_url;
        self.strays.sort_by_key(|(line, _)| *line);
        let unmapped = |(line, text)| Unmapped { text, where_: format!("line {line}") };
        self.notes.unmapped = self.strays.into_iter().map(unmapped).collect();
        Reading { document: self.document, notes: self.notes }
    }
}
