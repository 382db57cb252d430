//! A report document in JSON: it names its cells itself, so that nothing has to be recognised.

use crate::domain::form;
use crate::domain::number::Precision;
use crate::domain::report::{Content, ReportDocument, Shape, ShapeFault, pointer, read_sections};
use crate::domain::text::{Text, TextFault, is_web_address};
use crate::domain::year::parse_year;
use chrono::NaiveDate;
use serde_json::{Map, Value};

/// Members of a stored report that a document may carry along, as `GET` gave it.
const REPORT_MEMBERS: [&str; 14] = [
    "id",
    "agency",
    "status",
    "revision",
    "source_published_on",
    "due_on",
    "submitted_at",
    "published_at",
    "timeliness",
    "correction",
    "findings",
    "allowed_actions",
    "created_at",
    "updated_at",
];

/// Members around the sections that are content: what cannot be read of them becomes a finding. All
/// others say what the document is and by what it is judged.
const HEADING: [&str; 6] = ["title", "signed_by", "signed_on", "index_number", "source_url", "agency_name"];

/// What is wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFault {
    pub member: String,
    /// Key in the catalogue's group `fault`.
    pub code: &'static str,
}

impl MemberFault {
    pub fn pointer(&self) -> String {
        pointer("", &self.member)
    }
}

/// Reads a report document. Wrong shapes inside its sections and its heading stay with the document and
/// become findings; only what makes it no document at all is a fault, and then every fault is told.
pub fn read_document(object: &Map<String, Value>) -> Result<ReportDocument, Vec<MemberFault>> {
    let mut members = Members { object, known: REPORT_MEMBERS.to_vec(), faults: Vec::new() };
    let year = members.year("year");
    members.require("year", year.is_some());
    let named = members.read("format", |text| form::by_id(text).ok_or("unknown_form"));
    let scope = members.read("scope", |text| text.parse().map_err(|()| "invalid_value"));
    // A whole report names its agency in a member of its own.
    let of_agency = |member: &str| {
        let agency = object.get("agency").and_then(|agency| agency.get(member));
        agency.and_then(Value::as_str).map(str::to_owned)
    };
    let agency_id = members.text("agency_id", 200).or_else(|| of_agency("id"));
    let agency_name = members.text("agency_name", 200).or_else(|| of_agency("name"));
    let title = members.text("title", 200);
    let signed_by = members.text("signed_by", 200);
    let signed_on = members.read("signed_on", |text| day(text).ok_or("invalid_date"));
    let index_number = members.text("index_number", 100);
    let source_url = members.text("source_url", 2_000);
    let source_url = source_url.filter(|text| {
        let is_address = is_web_address(text);
        if !is_address {
            members.fault("source_url", "invalid_url");
        }
        is_address
    });
    let sections = members.object("sections");
    members.require("sections", sections.is_some());
    let faults = members.finish();
    let of_heading = |fault: &MemberFault| HEADING.contains(&fault.member.as_str());
    let (Some(sections), Some(year), true) = (sections, year, faults.iter().all(of_heading)) else {
        return Err(faults);
    };
    // In a document a section that is not there is missing, not emptied.
    let mut nothing = Content::empty(named.unwrap_or_else(|| form::for_year(year)));
    nothing.sections.iter_mut().for_each(|section| section.present = false);
    let (content, shape_faults) = read_sections(&nothing, sections);
    let mut shapes = heading_faults(&faults, object);
    shapes.extend(shape_faults);
    Ok(ReportDocument {
        title,
        agency_name,
        agency_id,
        year: Some(year),
        scope,
        signed_by,
        signed_on,
        index_number,
        source_url,
        content,
        faults: shapes,
    })
}

/// The faults of a heading as findings tell them, with what stood there.
fn heading_faults(faults: &[MemberFault], object: &Map<String, Value>) -> Vec<ShapeFault> {
    let shapes = faults.iter().map(|fault| ShapeFault {
        pointer: fault.pointer(),
        shape: Shape::Heading(fault.code),
        found: object.get(&fault.member).cloned().unwrap_or_default(),
        cell: None,
    });
    shapes.collect()
}

/// Reads exactly `YYYY-MM-DD`.
fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10).then_some(day)
}

/// An object being read. What nobody asked for is unknown and told at the end.
struct Members<'a> {
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
    faults: Vec<MemberFault>,
}

impl<'a> Members<'a> {
    fn fault(&mut self, member: &str, code: &'static str) {
        self.faults.push(MemberFault { member: member.to_owned(), code });
    }

    /// The member, `None` where it is absent or null.
    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Text that its own type reads.
    fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let read = match self.take(name)? {
            Value::String(text) => read(text),
            _ => Err("wrong_type"),
        };
        read.map_err(|code| self.fault(name, code)).ok()
    }

    /// Text of 1 to `most` characters that says something.
    fn text(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.read(name, |text| {
            let read = if name == "title" { Text::line(text, most) } else { Text::said(text, most) };
            read.map(String::from).map_err(TextFault::code)
        })
    }

    /// A whole number; `3.0` is 3.
    fn year(&mut self, name: &'static str) -> Option<i32> {
        let Value::Number(number) = self.take(name)? else {
            self.fault(name, "wrong_type");
            return None;
        };
        let whole = Precision::Count.parse(&number.to_string()).ok();
        let year = whole.and_then(|year| parse_year(&year.to_string()));
        if year.is_none() {
            self.fault(name, "invalid_number");
        }
        year
    }

    fn object(&mut self, name: &'static str) -> Option<&'a Map<String, Value>> {
        let object = self.take(name)?.as_object();
        if object.is_none() {
            self.fault(name, "wrong_type");
        }
        object
    }

    fn require(&mut self, name: &str, is_there: bool) {
        if !is_there && !self.faults.iter().any(|fault| fault.member == name) {
            self.fault(name, "required");
        }
    }

    /// All faults, unknown members included.
    fn finish(mut self) -> Vec<MemberFault> {
        for name in self.object.keys().filter(|name| !self.known.contains(&name.as_str())) {
            self.faults.push(MemberFault { member: name.clone(), code: "unknown_field" });
        }
        self.faults
    }
}
