//! What stands upon a page (ISO 32000-1, 12.5): fields that were filled in, stamps, notes, lines through text.

use super::content::Drawing;
use super::state::{Matrix, State};
use crate::documents::drawn::canvas::Rect;
use crate::documents::fault::ReadFault;
use lopdf::{Dictionary, Document, Object, Stream};

/// Most of a page that are drawn.
const MOST: usize = 5_000;
/// Not shown at all, or not on a screen.
const HIDDEN: i64 = 2 | 32;

/// Draws what stands upon a page over it.
pub(super) fn draw<'d>(
    document: &'d Document,
    page: &'d Dictionary,
    drawing: &mut Drawing<'d, '_>,
    matrix: Matrix,
) -> Result<(), ReadFault> {
    let Ok(Object::Array(all)) = page.get_deref(b"Annots", document) else { return Ok(()) };
    for annotation in all.iter().take(MOST) {
        let Ok((_, Object::Dictionary(annotation))) = document.dereference(annotation) else { continue };
        let flags = annotation.get(b"F").and_then(Object::as_i64).unwrap_or_default();
        let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        let Some([x0, y0, x1, y1]) = drawing.numbers(annotation, b"Rect") else { continue };
        if flags & HIDDEN != 0 || kind == b"Popup" || drawing.is_off(annotation.get(b"OC").ok()) {
            continue;
        }
        let (left, right, low, high) = (x0.min(x1), x0.max(x1), y0.min(y1), y0.max(y1));
        let look = appearance(document, annotation);
        // What is struck out is none, and where programs draw what lies over it themselves nobody knows what is seen.
        let is_drawn_anyhow = look.is_none() && matches!(kind, b"FreeText" | b"Stamp");
        if is_drawn_anyhow || matches!(kind, b"StrikeOut" | b"Redact") {
            drawing.page.mark(Rect::around([(left, low), (right, high)].map(|at| matrix.of(at))));
        }
        let Some(form) = look else { continue };
        let Some([x0, y0, x1, y1]) = drawing.numbers(&form.dict, b"BBox") else { continue };
        let own = drawing.matrix_of(form);
        let area = Rect::around([(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|at| own.of(at)));
        let (wide, tall) = (area.right - area.left, area.bottom - area.top);
        if wide > 0.0 && tall > 0.0 {
            let (across, up) = ((right - left) / wide, (high - low) / tall);
            let set = Matrix([across, 0.0, 0.0, up, left - area.left * across, low - area.top * up]);
            drawing.form(form, None, State::new(set.then(matrix)), 1)?;
        }
    }
    Ok(())
}

/// How it looks when nothing is done to it.
fn appearance<'d>(document: &'d Document, annotation: &'d Dictionary) -> Option<&'d Stream> {
    let looks = annotation.get_deref(b"AP", document).ok()?.as_dict().ok()?;
    match looks.get_deref(b"N", document).ok()? {
        Object::Stream(form) => Some(form),
        Object::Dictionary(states) => {
            let state = annotation.get(b"AS").and_then(Object::as_name).ok()?;
            states.get_deref(state, document).ok()?.as_stream().ok()
        }
        _ => None,
    }
}
