//! Documents in: what an agency hands over as a file, read into a report without guessing.
//!
//! A format's reader knows nothing of reports: it hands over a [`Grid`], paragraphs and
//! cells in the order they stood, each with its place. The one recogniser ([`recognise()`]) finds sections,
//! rows and columns in it by their labels, through the forms' aliases. So a new format is a new way to
//! fill a grid, and never a second way to read a report.
//!
//! Architecture invariant: a value is read, blank, or unread. It is never assigned by position alone,
//! never shifted; converted only where another unit is written beside it, and said so; what found no place
//! is told with its line.

mod color;
pub mod csv;
mod decode;
pub mod doc;
pub mod docx;
pub mod drawn;
mod embedded;
mod ending;
mod fault;
mod form_of_tables;
mod frame;
mod grid;
mod headings;
pub mod html;
pub mod intake;
mod label;
pub mod layout;
pub mod markdown;
pub mod mht;
mod notes;
mod number_format;
pub mod odf;
mod order;
mod own_tables;
mod palette;
mod particulars;
mod parts;
pub mod pdf;
mod printed;
mod recognise;
mod sheet;
mod signature;
mod tables;
pub mod text;
pub mod value;
pub mod write;
pub mod xls;
pub mod xlsx;
mod xml;

pub use decode::{DecodeFault, decode};
pub use fault::ReadFault;
pub use grid::{Block, Grid};
pub use intake::{Kind, read_grid};
pub use notes::{FoundCell, FoundState, SourceNotes};
pub use recognise::{Reading, recognise, recognise_part};

/// Reads a data file of the readers' own.
#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
fn compiled_in<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|fault| unreachable!("a data file: {fault}"))
}

#[cfg(test)]
mod tests;
