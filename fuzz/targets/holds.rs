//! What holds for every reader, whatever the bytes. The tests that hurt files on every run ask for the same.

use nianbao::inside::documents::{Kind, read_grid, recognise};

/// Reads the bytes as a file of this kind; figures that are told as read are there, and nothing else.
pub fn read(kind: Kind, bytes: &[u8]) {
    let Ok((grid, _)) = read_grid(kind, bytes, None) else { return };
    let reading = recognise(&grid, None);
    let notes = &reading.notes;
    assert!(notes.cells_read + notes.cells_blank <= notes.cells_expected);
    let filled = reading.document.content.figures.values().iter().flatten().count();
    assert_eq!(filled, notes.cells_read);
}
