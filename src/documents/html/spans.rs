//! Merged cells: which positions they cover.

use scraper::ElementRef;

/// Whether the position is covered from above; it is then used up for this row.
pub(super) fn pass(covered: &mut [usize], at: usize) -> bool {
    match covered.get_mut(at) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

pub(super) fn cover(covered: &mut Vec<usize>, at: usize, below: usize) {
    match covered.get_mut(at) {
        Some(left) => *left = left.saturating_sub(1).max(below),
        None => covered.push(below),
    }
}

/// The number an attribute begins with, at most `most`; 1 where there is none.
pub(super) fn span(cell: ElementRef<'_>, attribute: &str, most: usize) -> usize {
    let raw = cell.value().attr(attribute).unwrap_or_default().trim_start();
    let end = raw.find(|c: char| !c.is_ascii_digit()).unwrap_or(raw.len());
    match raw.get(..end) {
        None | Some("") => 1,
        Some(digits) => digits.parse().unwrap_or(most).min(most),
    }
}
