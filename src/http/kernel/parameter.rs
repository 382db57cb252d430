//! The types a parameter can have: how each is read, and how the document tells it.

use super::format;
use crate::domain::form;
use crate::domain::text::is_noncharacter;
use crate::operations::AgencyRef;
use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};

/// A type a parameter can have.
pub trait Parameter: Sized {
    /// The error is the key of its message.
    fn read(text: &str) -> Result<Self, &'static str>;

    /// The same beside the other parameters, as [`filters`] sums them up.
    fn read_beside(text: &str, _filters: &str) -> Result<Self, &'static str> {
        Self::read(text)
    }

    /// What the document says of it.
    fn schema() -> RefOr<Schema>;
}

/// A schema of its own, by its name.
pub fn named(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

/// One of a few words.
pub fn one_of(words: &[&str]) -> RefOr<Schema> {
    said(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build())
}

/// A text of a form.
pub fn formatted(format: &str) -> RefOr<Schema> {
    let schema =
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom(format.to_owned())));
    said(schema.build())
}

/// A text between two lengths.
pub fn text(least: usize, most: usize) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    said(schema.min_length(Some(least)).max_length(Some(most)).build())
}

/// A whole number between two bounds, and what is taken where nothing is said.
fn whole(least: isize, most: isize, usual: Option<isize>) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most));
    said(schema.default(usual.map(|usual| json!(usual))).build())
}

fn said(object: Object) -> RefOr<Schema> {
    RefOr::T(Schema::Object(object))
}

/// Longest text of a parameter, in characters.
const LONGEST: usize = 200;

impl Parameter for String {
    fn read(text: &str) -> Result<String, &'static str> {
        if text.chars().count() > LONGEST {
            return Err("too_long");
        }
        if text.chars().any(|c| c.is_control() || is_noncharacter(c)) {
            return Err("control_character");
        }
        Ok(text.to_owned())
    }

    fn schema() -> RefOr<Schema> {
        text(0, LONGEST)
    }
}

impl Parameter for bool {
    fn read(text: &str) -> Result<bool, &'static str> {
        text.parse().map_err(|_| "invalid_value")
    }

    fn schema() -> RefOr<Schema> {
        said(ObjectBuilder::new().schema_type(Type::Boolean).default(Some(Value::Bool(false))).build())
    }
}

impl Parameter for AgencyRef {
    fn read(text: &str) -> Result<AgencyRef, &'static str> {
        text.parse().map_err(|()| "invalid_id")
    }

    fn schema() -> RefOr<Schema> {
        named("AgencyIdOrCode")
    }
}

impl Parameter for NaiveDate {
    fn read(text: &str) -> Result<NaiveDate, &'static str> {
        format::parse_day(text).ok_or("invalid_date")
    }

    fn schema() -> RefOr<Schema> {
        formatted("date")
    }
}

impl Parameter for NaiveDateTime {
    fn read(text: &str) -> Result<NaiveDateTime, &'static str> {
        format::parse_time(text).ok_or("invalid_time")
    }

    fn schema() -> RefOr<Schema> {
        formatted("date-time")
    }
}

/// A reporting year.
#[derive(Debug, Clone, Copy)]
pub struct YearNumber(pub i32);

impl std::str::FromStr for YearNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<YearNumber, ()> {
        crate::domain::year::parse_year(text).map(YearNumber).ok_or(())
    }
}

impl Parameter for YearNumber {
    fn read(text: &str) -> Result<YearNumber, &'static str> {
        text.parse().map_err(|()| "invalid_number")
    }

    fn schema() -> RefOr<Schema> {
        whole(2008, 2099, None)
    }
}

/// Which of several, from 1.
#[derive(Debug, Clone, Copy)]
pub struct Part(pub usize);

impl Parameter for Part {
    fn read(text: &str) -> Result<Part, &'static str> {
        match text.parse() {
            Ok(part @ 1..=100) => Ok(Part(part)),
            _ => Err("invalid_number"),
        }
    }

    fn schema() -> RefOr<Schema> {
        whole(1, 100, None)
    }
}

/// Rows of a page, 1–200.
#[derive(Debug, Clone, Copy)]
pub struct Limit(pub i64);

impl Parameter for Limit {
    fn read(text: &str) -> Result<Limit, &'static str> {
        match text.parse() {
            Ok(limit @ 1..=200) => Ok(Limit(limit)),
            _ => Err("invalid_number"),
        }
    }

    fn schema() -> RefOr<Schema> {
        whole(1, 200, Some(50))
    }
}

/// A parameter whose type stands in the domain, is read by its wire name and told by a schema of its own.
macro_rules! named_parameters {
    ($($type:ty as $schema:literal),+ $(,)?) => {$(
        impl Parameter for $type {
            fn read(text: &str) -> Result<$type, &'static str> {
                text.parse().map_err(|()| "invalid_value")
            }

            fn schema() -> RefOr<Schema> {
                named($schema)
            }
        }
    )+};
}

named_parameters!(
    crate::domain::agency::Level as "AgencyLevel",
    crate::domain::agency::Kind as "AgencyKind",
    crate::domain::agency::AgencyStatus as "AgencyStatusName",
    crate::domain::report::Scope as "ReportScope",
    crate::domain::workflow::State as "ReportStatus",
);

/// Longest cursor: what is longer was not given by us.
const LONGEST_CURSOR: usize = 4_096;

/// Where the last page ended; what it is, is the listing's business.
#[derive(Debug, Clone)]
pub struct CursorText(pub String);

impl Parameter for CursorText {
    fn read(text: &str) -> Result<CursorText, &'static str> {
        if text.len() <= LONGEST_CURSOR { Ok(CursorText(text.to_owned())) } else { Err("foreign_cursor") }
    }

    fn read_beside(text: &str, filters: &str) -> Result<CursorText, &'static str> {
        let own = text.strip_prefix(filters).and_then(|rest| rest.strip_prefix('.'));
        own.map_or(Err("foreign_cursor"), CursorText::read)
    }

    fn schema() -> RefOr<Schema> {
        text(1, LONGEST_CURSOR)
    }
}

/// `published`: the published revision, whoever asks.
#[derive(Debug, Clone, Copy)]
pub struct View;

impl Parameter for View {
    fn read(text: &str) -> Result<View, &'static str> {
        if text == "published" { Ok(View) } else { Err("invalid_value") }
    }

    fn schema() -> RefOr<Schema> {
        one_of(&["published"])
    }
}

impl Parameter for crate::domain::report::Timeliness {
    fn read(text: &str) -> Result<Self, &'static str> {
        text.parse().map_err(|()| "invalid_value")
    }

    fn schema() -> RefOr<Schema> {
        named("TimelinessName")
    }
}

/// Which revision, from 1.
#[derive(Debug, Clone, Copy)]
pub struct RevisionNumber(pub i32);

impl std::str::FromStr for RevisionNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<RevisionNumber, ()> {
        text.parse().ok().filter(|number| *number >= 1).map(RevisionNumber).ok_or(())
    }
}

impl Parameter for RevisionNumber {
    fn read(text: &str) -> Result<RevisionNumber, &'static str> {
        text.parse().map_err(|()| "invalid_number")
    }

    fn schema() -> RefOr<Schema> {
        whole(1, 2_147_483_647, None)
    }
}

/// A number of the change log.
#[derive(Debug, Clone, Copy)]
pub struct Sequence(pub i64);

impl Parameter for Sequence {
    fn read(text: &str) -> Result<Sequence, &'static str> {
        text.parse().ok().filter(|seq| *seq >= 0).map(Sequence).ok_or("invalid_number")
    }

    fn schema() -> RefOr<Schema> {
        whole(0, isize::MAX, None)
    }
}

/// How long to wait, 0–60.
#[derive(Debug, Clone, Copy)]
pub struct Seconds(pub u64);

impl Parameter for Seconds {
    fn read(text: &str) -> Result<Seconds, &'static str> {
        text.parse().ok().filter(|seconds| *seconds <= 60).map(Seconds).ok_or("invalid_number")
    }

    fn schema() -> RefOr<Schema> {
        whole(0, 60, Some(0))
    }
}

macro_rules! id_parameters {
    ($($type:ty),+) => {$(
        impl Parameter for $type {
            fn read(text: &str) -> Result<$type, &'static str> {
                text.parse().map_err(|()| "invalid_id")
            }

            fn schema() -> RefOr<Schema> {
                formatted("uuid")
            }
        }
    )+};
}

id_parameters!(crate::domain::id::ReportId, crate::domain::id::PersonId);

/// Levels below an agency.
#[derive(Debug, Clone, Copy)]
pub struct Depth(pub usize);

impl Parameter for Depth {
    fn read(text: &str) -> Result<Depth, &'static str> {
        match text.parse() {
            Ok(depth @ 0..=24) => Ok(Depth(depth)),
            _ => Err("invalid_number"),
        }
    }

    fn schema() -> RefOr<Schema> {
        whole(0, 24, Some(3))
    }
}

/// The beginning of a division code.
#[derive(Debug, Clone)]
pub struct DivisionPrefix(pub String);

impl Parameter for DivisionPrefix {
    fn read(text: &str) -> Result<DivisionPrefix, &'static str> {
        let fits = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(DivisionPrefix(text.to_owned())) } else { Err("division_code") }
    }

    fn schema() -> RefOr<Schema> {
        said(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{1,12}$")).build())
    }
}

/// A statutory form, by its id.
#[derive(Debug, Clone, Copy)]
pub struct FormName(pub &'static form::Form);

impl Parameter for FormName {
    fn read(text: &str) -> Result<FormName, &'static str> {
        form::by_id(text).map(FormName).ok_or("unknown_form")
    }

    fn schema() -> RefOr<Schema> {
        named("FormatName")
    }
}

/// The key of a section, of whichever form.
#[derive(Debug, Clone)]
pub struct SectionKey(pub String);

impl Parameter for SectionKey {
    fn read(text: &str) -> Result<SectionKey, &'static str> {
        let known = form::all().iter().any(|form| form.section(text).is_some());
        if known { Ok(SectionKey(text.to_owned())) } else { Err("invalid_value") }
    }

    fn schema() -> RefOr<Schema> {
        named("SectionKind")
    }
}

/// What is looked for in texts: something must be said.
#[derive(Debug, Clone)]
pub struct Phrase(pub String);

impl Parameter for Phrase {
    fn read(text: &str) -> Result<Phrase, &'static str> {
        if text.trim().is_empty() { Err("required") } else { String::read(text).map(Phrase) }
    }

    fn schema() -> RefOr<Schema> {
        text(1, LONGEST)
    }
}
