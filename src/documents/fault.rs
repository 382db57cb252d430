//! Why a file could not be read, each cause with its name and the message that says the way out.

use super::DecodeFault;
use super::docx::DocxFault;
use super::html::HtmlFault;
use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[$about:meta])* $name:ident = $code:literal,)+) => {
        /// Why a document could not be read; nothing of it has been taken over.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ReadFault {
            $($(#[$about])* #[doc = concat!("\n\nTold as `", $code, "`.")] #[serde(rename = $code)] $name,)+
            /// Its charset is none a report is written in, or its bytes are not valid in it.
            #[serde(rename = "charset")]
            Charset(String),
        }

        impl ReadFault {
            /// Every fault but that of a charset.
            pub const ALL: &[ReadFault] = &[$(ReadFault::$name),+];

            /// Stable name.
            pub fn code(&self) -> &'static str {
                match self {
                    $(ReadFault::$name => $code,)+
                    ReadFault::Charset(_) => "charset",
                }
            }

            /// The key of what is said about it in the catalogue's group `detail`.
            pub fn key(&self) -> &'static str {
                match self {
                    $(ReadFault::$name => concat!("document_", $code),)+
                    ReadFault::Charset(_) => "document_charset",
                }
            }
        }
    };
}

faults! {
    /// A PDF that is cut off or altered.
    PdfDamaged = "pdf_damaged",
    /// A PDF or OFD without any text: a scan.
    PdfNoText = "pdf_no_text",
    /// A PDF whose fonts do not say which characters their glyphs are.
    PdfNoUnicode = "pdf_no_unicode",
    /// Word of before 1997.
    OldWord = "old_word",
    /// Rich text.
    Rtf = "rtf",
    /// A picture: a scan, a photograph.
    Picture = "picture",
    /// An archive of other files.
    Archive = "archive",
    /// A presentation.
    Slides = "slides",
    /// Excel's binary workbook.
    BinaryWorkbook = "binary_workbook",
    /// Word or Excel of 2003 as XML, flat OpenDocument, UOF.
    FlatXml = "flat_xml",
    /// An OLE file that holds neither text nor workbook.
    OtherOffice = "other_office",
    /// Bytes of no kind that is known.
    UnknownBytes = "unknown_bytes",
    /// What it is said to be it is not, and what it is nobody can tell.
    Mislabelled = "mislabelled",
    /// Nothing is in it.
    Empty = "empty",
    /// It wants a password.
    Locked = "locked",
    TooDeep = "too_deep",
    TooManyElements = "too_many_elements",
    TooManyCells = "too_many_cells",
    TooLargeInside = "too_large_inside",
    NotAnArchive = "not_an_archive",
    TooManyEntries = "too_many_entries",
    Damaged = "damaged",
    NoText = "no_text",
    Malformed = "malformed",
    Entities = "entities",
    /// Fewer reports stand in the file than were asked for.
    NoSuchPart = "no_such_part",
    /// The reader's process came to the end of its time.
    Timeout = "timeout",
    /// The reader's process ended without an answer: too much memory, or a fault of its own.
    Crashed = "crashed",
}

impl ReadFault {
    /// Whether the file is of a kind that is never read, rather than one that is and cannot be.
    pub fn is_of_kind(&self) -> bool {
        matches!(
            self,
            ReadFault::Rtf
                | ReadFault::Picture
                | ReadFault::Archive
                | ReadFault::Slides
                | ReadFault::BinaryWorkbook
                | ReadFault::FlatXml
                | ReadFault::OtherOffice
                | ReadFault::UnknownBytes
                | ReadFault::Mislabelled
        )
    }

    /// The arguments of what is said about it.
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            ReadFault::Charset(charset) => vec![("charset", charset.clone())],
            _ => Vec::new(),
        }
    }
}

impl From<DecodeFault> for ReadFault {
    fn from(fault: DecodeFault) -> ReadFault {
        ReadFault::Charset(match fault {
            DecodeFault::Unsupported(name) => name,
            DecodeFault::Malformed(name) => name.to_owned(),
            DecodeFault::Unrecognised => "?".to_owned(),
        })
    }
}

impl From<HtmlFault> for ReadFault {
    fn from(fault: HtmlFault) -> ReadFault {
        match fault {
            HtmlFault::Depth => ReadFault::TooDeep,
            HtmlFault::Nodes => ReadFault::TooManyElements,
            HtmlFault::Cells => ReadFault::TooManyCells,
        }
    }
}

impl From<DocxFault> for ReadFault {
    fn from(fault: DocxFault) -> ReadFault {
        match fault {
            DocxFault::TooLarge | DocxFault::TooLong => ReadFault::TooLargeInside,
            DocxFault::NotAnArchive => ReadFault::NotAnArchive,
            DocxFault::TooManyEntries => ReadFault::TooManyEntries,
            DocxFault::Damaged => ReadFault::Damaged,
            DocxFault::NoText => ReadFault::NoText,
            DocxFault::Malformed => ReadFault::Malformed,
            DocxFault::Entities => ReadFault::Entities,
            DocxFault::TooDeep => ReadFault::TooDeep,
            DocxFault::TooManyCells => ReadFault::TooManyCells,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::{Language, say};

    #[test]
    fn every_fault_says_what_is_wrong_in_both_languages() {
        let charset = ReadFault::Charset("klingon".to_owned());
        for fault in ReadFault::ALL.iter().chain([&charset]) {
            for language in [Language::Chinese, Language::English] {
                assert_ne!(say("detail", fault.key(), language, &[]), fault.key(), "{fault:?}");
            }
        }
    }
}
