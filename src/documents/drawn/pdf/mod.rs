//! PDF with text: objects by lopdf, the contents of its pages drawn as far as characters and lines go.

mod annotations;
mod cmap;
mod content;
mod font;
mod layers;
mod path;
mod state;

use super::canvas::Page;
use super::{MOST_PAGES, grid};
use crate::documents::fault::ReadFault;
use crate::documents::grid::Grid;
use content::Drawing;
use font::number;
use layers::Layers;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};
use state::{Matrix, State};

/// Largest content of all pages, in bytes as unpacked, and of what stands in the file otherwise.
const LARGEST_CONTENT: usize = 16 << 20;
const LARGEST_OBJECTS: usize = 64 << 20;
/// How many pages a page may lie under in their tree.
const DEEPEST: usize = 32;
/// From how many characters nobody can tell on, and which part of all, the fonts carry none.
const FEWEST_UNKNOWN: usize = 10;
const PART_UNKNOWN: usize = 10;

/// Reads a document into a grid.
pub fn read(bytes: &[u8]) -> Result<Grid, ReadFault> {
    let drawn = std::panic::catch_unwind(|| draw(bytes));
    // The library counts without a net on a few numbers of a hurt file.
    grid(drawn.unwrap_or(Err(ReadFault::PdfDamaged))?)
}

fn draw(bytes: &[u8]) -> Result<Vec<Page>, ReadFault> {
    let options = LoadOptions::with_max_decompressed_size(LARGEST_OBJECTS);
    let document = Document::load_mem_with_options(bytes, options).map_err(|fault| match fault {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => ReadFault::Locked,
        _ => ReadFault::PdfDamaged,
    })?;
    if document.is_encrypted() {
        return Err(ReadFault::Locked);
    }
    let pages: Vec<ObjectId> = document.page_iter().take(MOST_PAGES + 1).collect();
    if pages.len() > MOST_PAGES {
        return Err(ReadFault::TooManyElements);
    }
    let layers = Layers::of(&document);
    let mut left = LARGEST_CONTENT;
    let mut drawn = Vec::new();
    let (mut shown, mut unknown) = (0, 0);
    for page in pages {
        let Ok(page) = document.get_dictionary(page) else { continue };
        let sheet = one(&document, page, &layers, &mut left)?;
        shown += sheet.glyphs.len();
        unknown += sheet.unknown;
        drawn.push(sheet);
    }
    if unknown >= FEWEST_UNKNOWN && unknown * PART_UNKNOWN > shown {
        return Err(ReadFault::PdfNoUnicode);
    }
    if shown == 0 { Err(ReadFault::PdfNoText) } else { Ok(drawn) }
}

fn one(document: &Document, page: &Dictionary, layers: &Layers, left: &mut usize) -> Result<Page, ReadFault> {
    let edges = inherited(document, page, b"CropBox").or_else(|| inherited(document, page, b"MediaBox"));
    let edges: Vec<f64> = edges
        .and_then(|edges| edges.as_array().ok())
        .map(|edges| edges.iter().filter_map(|edge| number(document.dereference(edge).ok()?.1)).collect())
        .unwrap_or_default();
    let [x0, y0, x1, y1] = <[f64; 4]>::try_from(edges).unwrap_or([0.0, 0.0, 595.0, 842.0]);
    let (left_edge, right, bottom, top) = (x0.min(x1), x0.max(x1), y0.min(y1), y0.max(y1));
    let (width, height) = (right - left_edge, top - bottom);
    let turned = inherited(document, page, b"Rotate").and_then(number).unwrap_or_default().rem_euclid(360.0);
    // Down is the other way on paper.
    let upright = Matrix([1.0, 0.0, 0.0, -1.0, -left_edge, top]);
    let (matrix, width, height) = if (turned - 90.0).abs() < 1.0 {
        (upright.then(Matrix([0.0, 1.0, -1.0, 0.0, height, 0.0])), height, width)
    } else if (turned - 180.0).abs() < 1.0 {
        (upright.then(Matrix([-1.0, 0.0, 0.0, -1.0, width, height])), width, height)
    } else if (turned - 270.0).abs() < 1.0 {
        (upright.then(Matrix([0.0, -1.0, 1.0, 0.0, 0.0, width])), height, width)
    } else {
        (upright, width, height)
    };
    let mut bytes = Vec::new();
    for part in contents(document, page) {
        let part =
            document.get_object(part).and_then(Object::as_stream).map_err(|_| ReadFault::PdfDamaged)?;
        let part = part.get_plain_content_with_limit(*left).map_err(|_| ReadFault::TooLargeInside)?;
        *left = left.saturating_sub(part.len());
        bytes.extend(part);
        bytes.push(b'\n');
    }
    let resources = inherited(document, page, b"Resources").and_then(|resources| resources.as_dict().ok());
    let mut drawing = Drawing::new(document, Page::new(width, height), layers, left);
    drawing.draw(&bytes, resources, State::new(matrix), 0)?;
    annotations::draw(document, page, &mut drawing, matrix)?;
    Ok(drawing.page)
}

fn contents(document: &Document, page: &Dictionary) -> Vec<ObjectId> {
    match page.get(b"Contents") {
        Ok(Object::Reference(id)) => match document.get_object(*id) {
            Ok(Object::Array(parts)) => parts.iter().filter_map(|part| part.as_reference().ok()).collect(),
            _ => vec![*id],
        },
        Ok(Object::Array(parts)) => parts.iter().filter_map(|part| part.as_reference().ok()).collect(),
        _ => Vec::new(),
    }
}

/// What a page, or one it lies under, says.
fn inherited<'d>(document: &'d Document, page: &'d Dictionary, key: &[u8]) -> Option<&'d Object> {
    let mut at = page;
    for _ in 0..DEEPEST {
        if let Ok(found) = at.get_deref(key, document) {
            return Some(found);
        }
        at = at.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}
