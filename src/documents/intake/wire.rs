//! What the reader's process answers: a file as read, or why not, as one line of JSON.

use super::json::MemberFault;
use super::kind::Kind;
use super::read::{IntakeFault, Read};
use super::strict::JsonFault;
use crate::documents::ReadFault;
use crate::documents::SourceNotes;
use crate::domain::figures::Figures;
use crate::domain::language::group;
use crate::domain::report::{Content, ReportDocument, SectionState, ShapeFault};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Which confinements the kernel does not have.
    pub missing: Vec<String>,
    told: Told,
}

#[derive(Debug, Serialize, Deserialize)]
enum Told {
    Read(Box<File>),
    Unreadable(ReadFault),
    Json {
        key: String,
        line: usize,
        column: usize,
    },
    /// Each member with its fault's key.
    NoDocument(Vec<(String, String)>),
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    kind: String,
    charset: String,
    title: Option<String>,
    agency_name: Option<String>,
    agency_id: Option<String>,
    year: Option<i32>,
    scope: Option<String>,
    signed_by: Option<String>,
    signed_on: Option<NaiveDate>,
    index_number: Option<String>,
    source_url: Option<String>,
    form: String,
    figures: String,
    sections: Vec<SectionState>,
    faults: Vec<ShapeFault>,
    notes: SourceNotes,
}

impl Answer {
    pub fn of(read: Result<Read, IntakeFault>, missing: Vec<String>) -> Answer {
        let told = match read {
            Ok(read) => Told::Read(Box::new(File::of(read))),
            Err(IntakeFault::Unreadable(fault)) => Told::Unreadable(fault),
            Err(IntakeFault::Json(JsonFault { key, line, column })) => {
                Told::Json { key: key.to_owned(), line, column }
            }
            Err(IntakeFault::NoDocument(faults)) => Told::NoDocument(
                faults.into_iter().map(|fault| (fault.member, fault.code.to_owned())).collect(),
            ),
        };
        Answer { missing, told }
    }

    /// The file; `None` where the answer is none of ours.
    pub fn take(self) -> Option<Result<Read, IntakeFault>> {
        Some(match self.told {
            Told::Read(file) => Ok(file.read()?),
            Told::Unreadable(fault) => Err(IntakeFault::Unreadable(fault)),
            Told::Json { key, line, column } => {
                Err(IntakeFault::Json(JsonFault { key: known("detail", &key)?, line, column }))
            }
            Told::NoDocument(faults) => {
                let faults = faults
                    .into_iter()
                    .map(|(member, code)| Some(MemberFault { member, code: known("fault", &code)? }));
                Err(IntakeFault::NoDocument(faults.collect::<Option<_>>()?))
            }
        })
    }
}

/// A key as the catalogue has it.
fn known(name: &str, key: &str) -> Option<&'static str> {
    group(name).map(|(known, _)| known).find(|known| *known == key)
}

impl File {
    fn of(read: Read) -> File {
        let document = read.document;
        File {
            kind: read.kind.as_str().to_owned(),
            charset: read.charset,
            title: document.title,
            agency_name: document.agency_name,
            agency_id: document.agency_id,
            year: document.year,
            scope: document.scope.map(|scope| scope.as_str().to_owned()),
            signed_by: document.signed_by,
            signed_on: document.signed_on,
            index_number: document.index_number,
            source_url: document.source_url,
            form: document.content.form().id.clone(),
            figures: document.content.figures.to_flat(),
            sections: document.content.sections,
            faults: document.faults,
            notes: read.notes,
        }
    }

    fn read(self) -> Option<Read> {
        let figures = Figures::from_flat(&self.form, &self.figures).ok()?;
        let document = ReportDocument {
            title: self.title,
            agency_name: self.agency_name,
            agency_id: self.agency_id,
            year: self.year,
            scope: self.scope.map(|scope| scope.parse()).transpose().ok()?,
            signed_by: self.signed_by,
            signed_on: self.signed_on,
            index_number: self.index_number,
            source_url: self.source_url,
            content: Content { figures, sections: self.sections },
            faults: self.faults,
        };
        Some(Read { kind: Kind::of_name(&self.kind)?, charset: self.charset, document, notes: self.notes })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Said, read};
    use super::*;

    fn through(said: &Said, bytes: &[u8]) -> Result<Read, IntakeFault> {
        let line = serde_json::to_vec(&Answer::of(read(said, bytes), Vec::new())).unwrap_or_default();
        let answer: Answer = serde_json::from_slice(&line).expect("an answer");
        answer.take().expect("one of ours")
    }

    #[test]
    fn what_was_read_comes_over_whole() {
        let real = include_bytes!("../../../tests/fixtures/000_21ff2a0d32bbf7b0.txt");
        let twisted = String::from_utf8_lossy(real).replacen("\t0\n", "\t一些\n", 3);
        let faulty = br#"{"year": 2023, "signed_on": "x", "sections": {"overview": {"text": 1}}}"#;
        for bytes in [real.as_slice(), twisted.as_bytes(), faulty] {
            let (near, far) = (read(&Said::default(), bytes), through(&Said::default(), bytes));
            let (near, far) = (near.expect("read"), far.expect("read"));
            assert_eq!(format!("{near:?}"), format!("{far:?}"));
        }
    }

    #[test]
    fn faults_come_over_whole() {
        for bytes in [b"{\\rtf1".as_slice(), b"{\"a\": }", b"{\"b\": 1}", b"\xff\xfe\xfd"] {
            assert_eq!(through(&Said::default(), bytes).err(), read(&Said::default(), bytes).err());
        }
    }
}
