//! What a caller says about a report, read into a command.

use super::SectionBody;
use crate::documents::intake::{self, MemberFault};
use crate::domain::form::Form;
use crate::domain::id::ReportId;
use crate::domain::report::{
    Content, Heading, ReportDocument, Scope, Shape, ShapeFault, read_section, read_sections,
};
use crate::http::kernel::Problem;
use crate::http::kernel::format::day;
use crate::http::kernel::names::{AgencyIdOrCode, PrefillName, ReportScope, SectionsInput};
use crate::http::kernel::number::Whole;
use crate::http::kernel::sent::Patch;
use crate::operations::reports::{Edit, NewReport, Prefill, ReportView};
use crate::operations::{AgencyRef, InputFault};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

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

/// What was read, if nothing of it is in the wrong shape.
fn read_well(content: Content, faults: &[ShapeFault]) -> Result<Content, Problem> {
    let told = faults.iter().map(|fault| InputFault::new(fault.pointer.clone(), code_of(fault.shape)));
    let told: Vec<InputFault> = told.collect();
    if told.is_empty() { Ok(content) } else { Err(Problem::of_body(told)) }
}

/// 要建立的报告。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportCreate {
    #[schema(value_type = AgencyIdOrCode)]
    agency_id: AgencyRef,
    #[schema(value_type = i32, minimum = 2008, maximum = 2099)]
    year: Whole,
    /// 范围，默认 own。
    #[schema(value_type = Option<ReportScope>)]
    scope: Option<Scope>,
    #[schema(value_type = Option<SectionsInput>)]
    sections: Option<Map<String, Value>>,
    #[schema(value_type = Option<PrefillName>)]
    prefill: Option<Prefill>,
    #[schema(format = "line", min_length = 1, max_length = 200)]
    title: Option<String>,
    /// 落款。
    #[schema(min_length = 1, max_length = 200)]
    signed_by: Option<String>,
    /// 落款日期。
    signed_on: Option<NaiveDate>,
    /// 索引号。
    #[schema(min_length = 1, max_length = 100)]
    index_number: Option<String>,
    /// 在本机关网站上的地址。
    #[schema(format = "uri", min_length = 1, max_length = 2000)]
    source_url: Option<String>,
}

impl ReportCreate {
    /// The report that is to be, in the form of its year.
    pub fn new_report(self, id: ReportId, form: &'static Form) -> Result<NewReport, Problem> {
        let content = match &self.sections {
            Some(sections) => Some(content_of(&Content::empty(form), sections)?),
            None => None,
        };
        Ok(NewReport {
            prefill: self.prefill,
            source: None,
            id,
            agency: self.agency_id,
            year: self.year.year().unwrap_or_default(),
            scope: self.scope.unwrap_or(Scope::Own),
            heading: Heading {
                title: self.title,
                signed_by: self.signed_by,
                signed_on: self.signed_on,
                index_number: self.index_number,
            },
            source_url: self.source_url,
            content,
            origin: crate::operations::reports::Origin::Created,
        })
    }
}

/// 要改成的报告。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    /// 机关不能改；写了须是报告的机关。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    #[serde(rename = "agency_id")]
    _agency_id: Option<AgencyRef>,
    #[schema(format = "line", min_length = 1, max_length = 200)]
    title: Option<String>,
    /// 落款。
    #[schema(min_length = 1, max_length = 200)]
    signed_by: Option<String>,
    /// 落款日期。
    signed_on: Option<NaiveDate>,
    /// 索引号。
    #[schema(min_length = 1, max_length = 100)]
    index_number: Option<String>,
    /// 在本机关网站上的地址。
    #[schema(format = "uri", min_length = 1, max_length = 2000)]
    source_url: Option<String>,
    /// 在本机关网站上发布的日期。
    source_published_on: Option<NaiveDate>,
    /// 没有给出的部分清空，`null` 的部分删去。
    #[schema(value_type = SectionsInput)]
    sections: Map<String, Value>,
}

pub type ReportPatch = Patch<ReportInput>;

impl ReportInput {
    /// The edit of a report, in its form.
    pub fn edit(self, view: &ReportView, version: i64) -> Result<Edit, Problem> {
        let before = &view.revision.content;
        let mut content = content_of(before, &self.sections)?;
        content.keep_declarations(before);
        Ok(Edit::Whole {
            version,
            heading: Heading {
                title: self.title,
                signed_by: self.signed_by,
                signed_on: self.signed_on,
                index_number: self.index_number,
            },
            source_url: self.source_url,
            source_published_on: self.source_published_on,
            content: Box::new(content),
        })
    }
}

/// The sections of a form, by the name of their schema.
pub fn sections_schema(form: &Form) -> String {
    format!("Sections{}Input", form.id)
}

/// Sections that their schema let through, as a content.
fn content_of(before: &Content, sections: &Map<String, Value>) -> Result<Content, Problem> {
    let (content, faults) = read_sections(before, sections);
    read_well(content, &faults)
}

/// A section that its schema let through, as a content that says nothing else.
pub fn section_content(before: &Content, at: usize, body: &Map<String, Value>) -> Result<Content, Problem> {
    let mut content = Content::empty(before.form());
    let mut faults = Vec::new();
    read_section(&mut content, at, body, "", &mut faults);
    content.keep_declarations(before);
    read_well(content, &faults)
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
