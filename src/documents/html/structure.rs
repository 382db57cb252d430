//! What elements are: blocks, rows, cells, and tables that are none.

use super::look::Look;
use super::sheet::Sheet;
use scraper::{ElementRef, Node};

/// From how many paragraphs on the only cell of a row is a frame around text, and not a label.
const FRAME_PARAGRAPHS: usize = 4;
/// From how many rows on a table inside a cell is a table, and not a way to split the cell.
const TABLE_ROWS: usize = 3;

/// What an element does to the text it holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Inline,
    Break,
    Block,
    Preformatted,
    Table,
    TablePart,
    Skipped,
}

pub(super) fn kind(element: ElementRef<'_>) -> Kind {
    if is_gone(element) || is_unseen(element) {
        return Kind::Skipped;
    }
    match element.value().name() {
        "script" | "style" | "noscript" | "template" | "head" | "title" | "iframe" | "noframes"
        | "noembed" | "del" | "svg" | "math" | "select" | "rt" | "rp" | "meter" | "progress" | "object"
        | "video" | "audio" | "canvas" => Kind::Skipped,
        "br" => Kind::Break,
        "pre" | "listing" | "xmp" | "plaintext" | "textarea" => Kind::Preformatted,
        "table" => Kind::Table,
        "caption" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" => Kind::TablePart,
        "html" | "body" | "address" | "article" | "aside" | "blockquote" | "center" | "dd" | "details"
        | "dialog" | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure" | "footer"
        | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "hr" | "legend" | "li"
        | "main" | "menu" | "nav" | "ol" | "p" | "search" | "section" | "summary" | "ul" => Kind::Block,
        _ => Kind::Inline,
    }
}

/// Whether an element takes no place on the page.
fn is_gone(element: ElementRef<'_>) -> bool {
    by_itself(element).gone == Some(true)
}

/// Whether an element keeps its place on the page and shows nothing there.
pub(super) fn is_unseen(element: ElementRef<'_>) -> bool {
    by_itself(element).unseen == Some(true)
}

/// What an element says of its own look, whatever the page's styles say.
fn by_itself(element: ElementRef<'_>) -> Look {
    Sheet::default().look(element)
}

/// Whether another page is shown in an element.
pub(super) fn is_frame(element: ElementRef<'_>) -> bool {
    matches!(element.value().name(), "frame" | "iframe")
}

/// What somebody typed into a field of a form, which the page shows as text.
pub(super) fn typed_in(element: ElementRef<'_>) -> Option<&str> {
    let field = element.value();
    let kind = field.attr("type").unwrap_or("text").to_ascii_lowercase();
    let is_text = matches!(kind.as_str(), "text" | "number" | "tel" | "date" | "");
    field.attr("value").filter(|_| field.name() == "input" && is_text)
}

/// Marks that a reader sees and that must not get lost: a note's number, something crossed out.
pub(super) fn mark_of(element: ElementRef<'_>, look: &Look) -> Option<&'static str> {
    match element.value().name() {
        "sup" | "sub" => Some("^"),
        "s" | "strike" => Some("~"),
        _ if look.raised == Some(true) => Some("^"),
        _ if look.struck == Some(true) => Some("~"),
        _ => None,
    }
}

/// Whether figures of an element are none of those beside it: small print, a link to a note.
pub(super) fn is_apart(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let is_note = value.name() == "a" && value.attr("href").is_some_and(|link| link.starts_with('#'));
    is_note || value.name() == "small"
}

pub(super) fn elements(parent: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    parent.children().filter_map(ElementRef::wrap)
}

/// The rows of a table, by the groups no merged cell reaches beyond; the first head on top and the first foot
/// at the end, wherever they are written.
pub(super) fn row_groups(table: ElementRef<'_>) -> Vec<Vec<ElementRef<'_>>> {
    let shown = |element: &ElementRef<'_>| !is_gone(*element) && !is_unseen(*element);
    let groups = elements(table)
        .filter(|group| matches!(group.value().name(), "thead" | "tbody" | "tfoot") && shown(group));
    let (mut has_head, mut has_foot) = (false, false);
    let mut placed: Vec<(i8, Vec<ElementRef<'_>>)> = groups
        .map(|group| {
            let place = match group.value().name() {
                "thead" if !std::mem::replace(&mut has_head, true) => -1,
                "tfoot" if !std::mem::replace(&mut has_foot, true) => 1,
                _ => 0,
            };
            (place, elements(group).filter(|row| row.value().name() == "tr" && shown(row)).collect())
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, rows)| rows).collect()
}

pub(super) fn cells_of(row: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    elements(row).filter(|cell| matches!(cell.value().name(), "td" | "th") && !is_gone(*cell))
}

/// Whether a table arranges the page instead of holding figures.
pub(super) fn is_layout(groups: &[Vec<ElementRef<'_>>]) -> bool {
    let single = groups.iter().flatten().all(|row| cells_of(*row).count() <= 1);
    groups.iter().flatten().flat_map(|row| cells_of(*row)).any(|cell| {
        let (tables, paragraphs) = outline(cell);
        if tables.is_empty() {
            single && paragraphs >= FRAME_PARAGRAPHS
        } else {
            single || paragraphs > 0 || tables.into_iter().any(is_grown)
        }
    })
}

/// The outermost tables in a cell, and how many paragraphs stand outside of them.
fn outline(cell: ElementRef<'_>) -> (Vec<ElementRef<'_>>, usize) {
    let (mut tables, mut paragraphs) = (Vec::new(), 0);
    let mut open = vec![cell];
    while let Some(parent) = open.pop() {
        for inner in elements(parent) {
            match inner.value().name() {
                "table" => tables.push(inner),
                name => {
                    let is_text = matches!(name, "p" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
                    paragraphs += usize::from(is_text && has_text(inner));
                    open.push(inner);
                }
            }
        }
    }
    (tables, paragraphs)
}

/// Whether an element has text of its own or in plain marks, tables not counted.
fn has_text(element: ElementRef<'_>) -> bool {
    let mut open = vec![element];
    while let Some(parent) = open.pop() {
        for child in parent.children() {
            match child.value() {
                Node::Text(text) if text.chars().any(|c| !c.is_whitespace()) => return true,
                _ => open.extend(ElementRef::wrap(child).filter(|inner| kind(*inner) == Kind::Inline)),
            }
        }
    }
    false
}

fn is_grown(table: ElementRef<'_>) -> bool {
    row_groups(table).iter().map(Vec::len).sum::<usize>() >= TABLE_ROWS
        || table.descendants().skip(1).filter_map(ElementRef::wrap).any(|inner| kind(inner) == Kind::Table)
}
