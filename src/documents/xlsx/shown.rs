//! What of a sheet is seen: its hidden rows and columns, and where its merged cells reach.

use super::looks::{Hiding, Look, MOST, hidings, looks, mark, marked, palette};
use super::{MOST_COLUMNS, Rows};
use crate::documents::ReadFault;
use crate::documents::grid::Cover;
use crate::documents::number_format::Condition;
use crate::documents::palette::Palette;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most merged regions of a sheet; the form's tables have some thirty.
const MOST_REGIONS: usize = 10_000;
/// Most areas of a sheet whose numbers a condition hides.
pub(in crate::documents) const MOST_HIDING: usize = 500;
/// Lower rows, in points, and narrower columns, in characters, show nothing of what is in them.
const LOWEST: f64 = 2.0;
const NARROWEST: f64 = 0.1;

/// What a sheet says about how its cells are shown.
#[derive(Debug, Default)]
pub(in crate::documents) struct Sheet {
    rows: HashSet<u32>,
    /// First and last, both hidden.
    columns: Vec<(u32, u32)>,
    regions: Vec<Region>,
    /// Cells by row and column that look otherwise than usual.
    pub looks: HashMap<(u32, u32), Look>,
    /// Where a condition hides numbers.
    hiding: Vec<(Region, Hiding)>,
    /// Texts with marked figures, by what they are without.
    pub marked: HashMap<String, String>,
    /// It says more of its cells than is kept: what they look like nobody knows.
    pub overflows: bool,
}

/// A merged region: its first row and column, and its last ones.
#[derive(Debug, Clone, Copy)]
struct Region {
    from: (u32, u32),
    to: (u32, u32),
}

/// The positions that merged cells cover, by row and column.
pub(super) type Covers = HashMap<(u32, u32), Cover>;

impl Sheet {
    /// What another format says: hidden rows and columns, and merged regions by their first and last cells.
    pub fn of(rows: Vec<u32>, columns: Vec<(u32, u32)>, merged: Vec<((u32, u32), (u32, u32))>) -> Sheet {
        let overflows = merged.len() > MOST_REGIONS;
        let regions = merged.into_iter().take(MOST_REGIONS);
        let regions = regions.filter(|(from, to)| from.0 <= to.0 && from.1 <= to.1);
        let regions = regions.map(|(from, to)| Region { from, to }).collect();
        Sheet { rows: rows.into_iter().collect(), columns, regions, overflows, ..Sheet::default() }
    }

    /// Takes in where a condition that nobody works out may hide numbers.
    pub fn hide(&mut self, areas: Vec<((u32, u32), (u32, u32))>) {
        let areas = areas.into_iter().filter(|(from, to)| from.0 <= to.0 && from.1 <= to.1);
        self.hiding.extend(areas.map(|(from, to)| (Region { from, to }, Hiding { condition: None })));
    }

    pub fn hides_column(&self, column: u32) -> bool {
        self.columns.iter().any(|(first, last)| (*first..=*last).contains(&column))
    }

    /// Takes out what is hidden, and tells which positions merged cells cover. A merged cell shows its text
    /// even where its first row or column is hidden.
    pub fn show(&self, rows: &mut Rows, left: &mut usize) -> Result<Covers, ReadFault> {
        if self.overflows {
            return Err(ReadFault::TooManyCells);
        }
        mark(rows, &self.looks);
        for (Region { from, to }, hiding) in &self.hiding {
            for (_, row) in rows.range_mut(from.0..=to.0) {
                row.range_mut(from.1..=to.1).for_each(|(_, text)| hiding.mark(text));
            }
        }
        let mut covers = Covers::new();
        for region in &self.regions {
            let mut text = rows.get_mut(&region.from.0).and_then(|row| row.remove(&region.from.1));
            let columns: Vec<u32> = (region.from.1..=region.to.1.min(MOST_COLUMNS - 1))
                .filter(|column| !self.hides_column(*column))
                .collect();
            let Some(first) = columns.first() else { continue };
            let shown = rows.range_mut(region.from.0..=region.to.0);
            let mut above = false;
            for (number, row) in shown.filter(|(number, _)| !self.rows.contains(number)) {
                *left = left.checked_sub(columns.len()).ok_or(ReadFault::TooManyCells)?;
                for column in &columns {
                    row.remove(column);
                    if above || column != first {
                        let cover = if above { Cover::Above } else { Cover::Beside };
                        covers.insert((*number, *column), cover);
                    }
                }
                if let Some(text) = text.take() {
                    row.insert(*first, text);
                }
                above = true;
            }
        }
        rows.retain(|number, _| !self.rows.contains(number));
        for row in rows.values_mut() {
            row.retain(|column, _| !self.hides_column(*column));
        }
        Ok(covers)
    }
}

/// Every sheet by its name, as far as the parts of the workbook tell; a sheet that is not here hides nothing.
pub(super) fn sheets(bytes: &[u8]) -> HashMap<String, Sheet> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return HashMap::new() };
    let mut part = |path: &str| -> Option<String> {
        let mut text = String::new();
        archive.by_name(path).ok()?.read_to_string(&mut text).ok()?;
        Some(text)
    };
    let (Some(book), Some(relations)) = (part("xl/workbook.xml"), part("xl/_rels/workbook.xml.rels")) else {
        return HashMap::new();
    };
    let mut targets = HashMap::new();
    walk(&relations, |start| {
        if name_of(start) == "Relationship"
            && let (Some(id), Some(target)) = (attribute(start, "Id"), attribute(start, "Target"))
        {
            targets.insert(id, target);
        }
    });
    let styles = part("xl/styles.xml").unwrap_or_default();
    let palette: Palette = palette(&styles, &part("xl/theme/theme1.xml").unwrap_or_default());
    let (looks, hidings) = (looks(&styles, &palette), hidings(&styles, &palette));
    let texts = part("xl/sharedStrings.xml").map(|texts| marked(&texts, &palette)).unwrap_or_default();
    let mut named = Vec::new();
    walk(&book, |start| {
        if name_of(start) == "sheet"
            && let (Some(name), Some(id)) = (attribute(start, "name"), attribute(start, "id"))
        {
            named.push((name, id));
        }
    });
    let of = |(name, id): (String, String)| {
        let target = targets.get(&id)?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let xml = part(&path)?;
        let mut sheet = sheet(&xml, &looks);
        conditions(&xml, &hidings, &mut sheet);
        if xml.contains("<is>") {
            sheet.marked = marked(&xml, &palette);
        }
        sheet.overflows |= sheet.marked.len() > MOST || texts.len() > MOST;
        sheet.marked.extend(texts.iter().map(|(plain, seen)| (plain.clone(), seen.clone())));
        Some((name, sheet))
    };
    named.into_iter().filter_map(of).collect()
}

fn sheet(xml: &str, looks: &[Look]) -> Sheet {
    let mut sheet = Sheet::default();
    let (mut row, mut column) = (0, 0);
    walk(xml, |start| {
        let number = |name: &str| attribute(start, name)?.parse::<u32>().ok();
        let size = |name: &str| attribute(start, name)?.parse::<f64>().ok();
        let hidden = matches!(attribute(start, "hidden").as_deref(), Some("1" | "true"));
        match name_of(start) {
            "col" if hidden || size("width").is_some_and(|width| width < NARROWEST) => {
                let ends = number("min").zip(number("max"));
                sheet
                    .columns
                    .extend(ends.map(|(first, last)| (first.saturating_sub(1), last.saturating_sub(1))));
            }
            "row" => {
                (row, column) = (number("r").unwrap_or(row + 1), 0);
                if hidden || size("ht").is_some_and(|height| height < LOWEST) {
                    sheet.rows.insert(row.saturating_sub(1));
                }
            }
            "c" => {
                let place = attribute(start, "r").and_then(|place| position(&place));
                let place = place.unwrap_or((row.saturating_sub(1), column));
                column = place.1 + 1;
                let look = number("s").and_then(|style| looks.get(usize::try_from(style).ok()?));
                let look = look.filter(|look| !look.is_usual() && place.1 < MOST_COLUMNS);
                sheet.overflows |= look.is_some() && sheet.looks.len() >= MOST;
                let look = look.filter(|_| !sheet.overflows);
                sheet.looks.extend(look.map(|look| (place, look.clone())));
            }
            "mergeCell" if sheet.regions.len() >= MOST_REGIONS => sheet.overflows = true,
            "mergeCell" => {
                let ends = attribute(start, "ref");
                let ends = ends.as_deref().and_then(|ends| ends.split_once(':'));
                let ends = ends.and_then(|(from, to)| position(from).zip(position(to)));
                let ends = ends.filter(|(from, to)| from.0 <= to.0 && from.1 <= to.1);
                sheet.regions.extend(ends.map(|(from, to)| Region { from, to }));
            }
            _ => {}
        }
    });
    sheet
}

/// Takes in where conditions hide numbers.
fn conditions(xml: &str, hidings: &[bool], sheet: &mut Sheet) {
    let (mut areas, mut rule, mut formula) = (Vec::<Region>::new(), None::<(String, bool)>, String::new());
    let mut reader = Reader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => match name_of(&start) {
                "conditionalFormatting" => {
                    let said = attribute(&start, "sqref").unwrap_or_default();
                    let area = |area: &str| {
                        let (from, to) = area.split_once(':').unwrap_or((area, area));
                        position(from).zip(position(to)).map(|(from, to)| Region { from, to })
                    };
                    let is_area = |area: &Region| area.from.0 <= area.to.0 && area.from.1 <= area.to.1;
                    areas =
                        said.split_whitespace().filter_map(area).filter(is_area).take(MOST_HIDING).collect();
                }
                "cfRule" => {
                    let number = attribute(&start, "dxfId").and_then(|number| number.parse::<usize>().ok());
                    let hides = number.and_then(|number| hidings.get(number)).copied().unwrap_or_default();
                    let sign = attribute(&start, "operator").unwrap_or_default();
                    (rule, formula) = (Some((sign, hides)), String::new());
                }
                _ => {}
            },
            Ok(Event::Text(text)) if rule.is_some() => formula.push_str(&text.xml10_content()),
            Ok(Event::End(end)) if end.local_name().into_inner() == "cfRule" => {
                let Some((sign, _)) = rule.take().filter(|(_, hides)| *hides) else { continue };
                let condition =
                    comparison(&sign).and_then(|sign| Condition::of(&format!("{sign}{}", formula.trim())));
                sheet.overflows |= sheet.hiding.len() + areas.len() > MOST_HIDING;
                if !sheet.overflows {
                    sheet.hiding.extend(areas.iter().map(|area| (*area, Hiding { condition })));
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// How formats of numbers write a comparison.
fn comparison(name: &str) -> Option<&'static str> {
    match name {
        "lessThan" => Some("<"),
        "lessThanOrEqual" => Some("<="),
        "equal" => Some("="),
        "notEqual" => Some("<>"),
        "greaterThanOrEqual" => Some(">="),
        "greaterThan" => Some(">"),
        _ => None,
    }
}

/// Shows every element's start to `see`, up to the first fault: a part that ends badly has said what it says.
fn walk(xml: &str, mut see: impl FnMut(&BytesStart<'_>)) {
    let mut reader = Reader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => see(&start),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

pub(super) fn name_of<'s>(start: &'s BytesStart<'_>) -> &'s str {
    start.local_name().into_inner()
}

pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let mut known = attributes.with_checks(false).filter_map(Result::ok);
    let found = known.find(|attribute| attribute.key.local_name().into_inner() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// Row and column of `B3`, both from 0.
fn position(reference: &str) -> Option<(u32, u32)> {
    let at = reference.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = reference.split_at_checked(at)?;
    let column = letters.bytes().try_fold(0_u32, |column, letter| {
        let letter = letter.is_ascii_uppercase().then(|| u32::from(letter - b'A') + 1)?;
        column.checked_mul(26)?.checked_add(letter)
    })?;
    let row: u32 = digits.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[(u32, u32, &str)]) -> Rows {
        let mut rows = Rows::new();
        for (row, column, text) in cells {
            rows.entry(*row).or_default().insert(*column, (*text).to_owned());
        }
        rows
    }

    fn read(xml: &str) -> Sheet {
        sheet(&format!("<worksheet>{xml}</worksheet>"), &[])
    }

    #[test]
    fn hidden_rows_and_columns_are_taken_out() {
        let sheet = read(r#"<cols><col min="2" max="3" hidden="1"/></cols><row r="1"/><row hidden="true"/>"#);
        let mut cells = rows(&[(0, 0, "甲"), (0, 1, "去年"), (0, 3, "5"), (1, 0, "旧"), (2, 0, "乙")]);
        let covers = sheet.show(&mut cells, &mut 100).expect("few cells");
        assert_eq!((cells, covers.len()), (rows(&[(0, 0, "甲"), (0, 3, "5"), (2, 0, "乙")]), 0));
    }

    #[test]
    fn a_merged_cell_stands_where_it_is_seen_and_covers_the_rest() {
        let sheet = read(
            r#"<cols><col min="1" max="1" hidden="1"/></cols><row r="1"/><mergeCells><mergeCell ref="A1:C2"/></mergeCells>"#,
        );
        let mut cells = rows(&[(0, 0, "甲"), (1, 3, "5")]);
        let covers = sheet.show(&mut cells, &mut 100).expect("few cells");
        assert_eq!(cells, rows(&[(0, 1, "甲"), (1, 3, "5")]));
        let of = |row, column| covers.get(&(row, column)).copied();
        assert_eq!([of(0, 1), of(0, 2), of(1, 1)], [None, Some(Cover::Beside), Some(Cover::Above)]);
    }

    #[test]
    fn what_is_no_position_is_none() {
        assert_eq!(position("AA10"), Some((9, 26)));
        for text in ["A0", "1", "A", "a1", "$A$1", "ZZZZZZZZ1"] {
            assert_eq!(position(text), None, "{text}");
        }
    }
}
