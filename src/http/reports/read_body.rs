//! What a caller says about a report, read into a command.

use super::SectionBody;
use crate::documents::intake::{self, MemberFault};
use crate::domain::form::Form;
use crate::domain::id::ReportId;
use crate::domain::report::{Content, Heading, ReportDocument, Scope, Shape, ShapeFault, read_sections};
use crate::http::kernel::fields::Fields;
use crate::http::kernel::format::day;
use crate::http::kernel::format::is_web_address;
use crate::operations::reports::{Edit, NewReport, ReportView};
use crate::operations::{AgencyRef, InputFault};
use serde_json::{Map, Value, json};

/// The key of the message about a fault of shape.
fn code_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Unknown | Shape::OfAnotherForm => "unknown_field",
        Shape::Misplaced => "misplaced",
        Shape::WrongType | Shape::NoTable | Shape::SecondReport => "wrong_type",
        Shape::Number(_) | Shape::OtherUnit => "not_a_count",
        Shape::Heading(code) | Shape::Text(code) => code,
    }
}

pub fn input_faults(faults: &[ShapeFault]) -> impl Iterator<Item = InputFault> + '_ {
    faults.iter().map(|fault| InputFault::new(fault.pointer.clone(), code_of(fault.shape)))
}

fn read_heading(fields: &mut Fields<'_>) -> Heading {
    Heading {
        title: fields.text("title", 200),
        signed_by: fields.text("signed_by", 200),
        signed_on: fields.day("signed_on"),
        index_number: fields.text("index_number", 100),
    }
}

fn read_source_url(fields: &mut Fields<'_>) -> Option<String> {
    let url = fields.text("source_url", 2_000);
    if url.as_ref().is_some_and(|url| !is_web_address(url)) {
        fields.fault("source_url", "invalid_url");
    }
    url
}

fn read_agency(fields: &mut Fields<'_>) -> Option<AgencyRef> {
    fields.read("agency_id", |text| text.parse().map_err(|()| "invalid_id"))
}

/// Server-made members of a section are taken when they are what they are now.
pub fn check_section_members(
    body: &Map<String, Value>,
    present: Option<&Value>,
    base: &str,
    faults: &mut Vec<InputFault>,
) {
    for member in ["kind", "ordinal", "updated_at"] {
        let now = present.and_then(|present| present.get(member));
        if body.get(member).is_some_and(|sent| Some(sent) != now) {
            faults.push(InputFault::new(format!("{base}/{member}"), "read_only"));
        }
    }
}

/// Reads the body of `POST /reports`; `form_of` tells the form of a year.
pub fn read_new(
    object: &Map<String, Value>,
    id: ReportId,
    form_of: impl Fn(i32) -> &'static Form,
) -> Result<NewReport, Vec<InputFault>> {
    let mut fields = Fields::new(object, None);
    let agency = read_agency(&mut fields);
    let agency = fields.require("agency_id", agency);
    let year = fields.year("year");
    let year = fields.require("year", year);
    let scope = fields.read("scope", |text| text.parse().map_err(|()| "invalid_value"));
    let heading = read_heading(&mut fields);
    let source_url = read_source_url(&mut fields);
    let sections = fields.object("sections");
    let prefill = fields.read("prefill", str::parse);
    let mut faults = fields.finish();
    let mut content = None;
    if let (Some(sections), Some(year)) = (sections, year) {
        let (read, shape_faults) = read_sections(&Content::empty(form_of(year)), sections);
        faults.extend(input_faults(&shape_faults));
        content = Some(read);
    }
    match (agency, year) {
        (Some(agency), Some(year)) if faults.is_empty() => Ok(NewReport {
            prefill,
            source: None,
            id,
            agency,
            year,
            scope: scope.unwrap_or(Scope::Own),
            heading,
            source_url,
            content,
            origin: crate::operations::reports::Origin::Created,
        }),
        _ => Err(faults),
    }
}

/// Reads a whole report over what it is now.
pub fn read_whole(
    object: &Map<String, Value>,
    view: &ReportView,
    present: &Value,
    version: i64,
) -> Result<Edit, Vec<InputFault>> {
    let mut fields = Fields::new(object, Some(present));
    fields.read_only(&[
        "id",
        "agency",
        "year",
        "scope",
        "format",
        "status",
        "revision",
        "due_on",
        "submitted_at",
        "published_at",
        "timeliness",
        "correction",
        "findings",
        "allowed_actions",
        "created_at",
        "updated_at",
    ]);
    let agency = read_agency(&mut fields);
    if agency.is_some_and(|agency| !agency.names(&view.agency)) {
        fields.fault("agency_id", "read_only");
    }
    let heading = read_heading(&mut fields);
    let source_url = read_source_url(&mut fields);
    let source_published_on = fields.day("source_published_on");
    let sections = fields.object("sections");
    let sections = fields.require("sections", sections);
    let mut faults = fields.finish();
    let Some(sections) = sections else {
        return Err(faults);
    };
    let before = &view.revision.content;
    let (mut content, shape_faults) = read_sections(before, sections);
    content.keep_declarations(before);
    faults.extend(input_faults(&shape_faults));
    for (key, section) in sections {
        if let Value::Object(body) = section {
            let now = present.get("sections").and_then(|sections| sections.get(key));
            check_section_members(body, now, &format!("/sections/{key}"), &mut faults);
        }
    }
    if faults.is_empty() {
        let content = Box::new(content);
        Ok(Edit::Whole { version, heading, source_url, source_published_on, content })
    } else {
        Err(faults)
    }
}

/// Reads a report document, as a file or to be judged.
pub fn read_document(object: &Map<String, Value>) -> Result<ReportDocument, Vec<InputFault>> {
    let faults = |faults: Vec<MemberFault>| {
        faults.into_iter().map(|fault| InputFault::new(fault.pointer(), fault.code)).collect()
    };
    intake::read_document(object).map_err(faults)
}

/// A report document as JSON.
pub fn document_body(document: &ReportDocument) -> Value {
    let content = &document.content;
    let sections: Map<String, Value> = content
        .form()
        .sections
        .iter()
        .filter_map(|section| {
            let body = json!(SectionBody::of(content, section, None)?);
            let kept = ["title", "text", "table"];
            let members = body.as_object()?.iter().filter(|(name, _)| kept.contains(&name.as_str()));
            let members: Map<String, Value> =
                members.map(|(name, value)| (name.clone(), value.clone())).collect();
            Some((section.key.clone(), Value::Object(members)))
        })
        .collect();
    json!({
        "title": document.title,
        "agency_name": document.agency_name,
        "agency_id": document.agency_id,
        "year": document.year,
        "scope": document.scope.unwrap_or(Scope::Own).as_str(),
        "format": content.form().id,
        "signed_by": document.signed_by,
        "signed_on": document.signed_on.map(day),
        "index_number": document.index_number,
        "source_url": document.source_url,
        "sections": sections,
    })
}
