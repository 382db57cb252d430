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

    /// The same beside the other parameters, as `filters` sums them up.
    fn read_beside(text: &str, _filters: &str) -> Result<Self, &'static str> {
        Self::read(text)
    }

    /// What the document says of it.
    fn schema() -> RefOr<Schema>;
}

/// Makes a type one that a parameter can have: what the document says of it, and how it is read.
macro_rules! parameter {
    ($type:ty, $schema:expr, |$text:ident| $read:expr) => {
        impl $crate::http::kernel::parameter::Parameter for $type {
            fn read($text: &str) -> Result<$type, &'static str> {
                $read
            }

            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $schema
            }
        }
    };
}
pub(in crate::http) use parameter;

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

parameter!(String, text(0, LONGEST), |text| {
    if text.chars().count() > LONGEST {
        return Err("too_long");
    }
    if text.chars().any(|c| c.is_control() || is_noncharacter(c)) {
        return Err("control_character");
    }
    Ok(text.to_owned())
});

parameter!(
    bool,
    said(ObjectBuilder::new().schema_type(Type::Boolean).default(Some(Value::Bool(false))).build()),
    |text| text.parse().map_err(|_| "invalid_value")
);

parameter!(AgencyRef, named("AgencyIdOrCode"), |text| text.parse().map_err(|()| "invalid_id"));

parameter!(NaiveDate, formatted("date"), |text| format::parse_day(text).ok_or("invalid_date"));

parameter!(NaiveDateTime, formatted("date-time"), |text| format::parse_time(text).ok_or("invalid_time"));

/// A reporting year.
#[derive(Debug, Clone, Copy)]
pub struct YearNumber(pub i32);

impl std::str::FromStr for YearNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<YearNumber, ()> {
        crate::domain::year::parse_year(text).map(YearNumber).ok_or(())
    }
}

parameter!(YearNumber, whole(2008, 2099, None), |text| text.parse().map_err(|()| "invalid_number"));

/// Which of several, from 1.
#[derive(Debug, Clone, Copy)]
pub struct Part(pub usize);

parameter!(Part, whole(1, 100, None), |text| match text.parse() {
    Ok(part @ 1..=100) => Ok(Part(part)),
    _ => Err("invalid_number"),
});

/// Rows of a page, 1–200.
#[derive(Debug, Clone, Copy)]
pub struct Limit(pub i64);

parameter!(Limit, whole(1, 200, Some(50)), |text| match text.parse() {
    Ok(limit @ 1..=200) => Ok(Limit(limit)),
    _ => Err("invalid_number"),
});

/// A parameter whose type stands in the domain, is read by its wire name and told by a schema of its own.
macro_rules! named_parameters {
    ($($type:ty as $schema:literal),+ $(,)?) => {$(
        parameter!($type, named($schema), |text| text.parse().map_err(|()| "invalid_value"));
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

parameter!(View, one_of(&["published"]), |text| if text == "published" {
    Ok(View)
} else {
    Err("invalid_value")
});

parameter!(crate::domain::report::Timeliness, named("TimelinessName"), |text| text
    .parse()
    .map_err(|()| "invalid_value"));

/// Which revision, from 1.
#[derive(Debug, Clone, Copy)]
pub struct RevisionNumber(pub i32);

impl std::str::FromStr for RevisionNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<RevisionNumber, ()> {
        text.parse().ok().filter(|number| *number >= 1).map(RevisionNumber).ok_or(())
    }
}

parameter!(RevisionNumber, whole(1, 2_147_483_647, None), |text| text.parse().map_err(|()| "invalid_number"));

/// A number of the change log.
#[derive(Debug, Clone, Copy)]
pub struct Sequence(pub i64);

parameter!(Sequence, whole(0, isize::MAX, None), |text| text
    .parse()
    .ok()
    .filter(|seq| *seq >= 0)
    .map(Sequence)
    .ok_or("invalid_number"));

/// How long to wait, 0–60.
#[derive(Debug, Clone, Copy)]
pub struct Seconds(pub u64);

parameter!(Seconds, whole(0, 60, Some(0)), |text| text
    .parse()
    .ok()
    .filter(|seconds| *seconds <= 60)
    .map(Seconds)
    .ok_or("invalid_number"));

macro_rules! id_parameters {
    ($($type:ty),+) => {$(
        parameter!($type, formatted("uuid"), |text| text.parse().map_err(|()| "invalid_id"));
    )+};
}

id_parameters!(crate::domain::id::ReportId, crate::domain::id::PersonId);

/// Levels below an agency.
#[derive(Debug, Clone, Copy)]
pub struct Depth(pub usize);

parameter!(Depth, whole(0, 24, Some(3)), |text| match text.parse() {
    Ok(depth @ 0..=24) => Ok(Depth(depth)),
    _ => Err("invalid_number"),
});

/// The beginning of a division code.
#[derive(Debug, Clone)]
pub struct DivisionPrefix(pub String);

parameter!(
    DivisionPrefix,
    said(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{1,12}$")).build()),
    |text| {
        let fits = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(DivisionPrefix(text.to_owned())) } else { Err("division_code") }
    }
);

/// A statutory form, by its id.
#[derive(Debug, Clone, Copy)]
pub struct FormName(pub &'static form::Form);

parameter!(FormName, named("FormatName"), |text| form::by_id(text).map(FormName).ok_or("unknown_form"));

/// The key of a section, of whichever form.
#[derive(Debug, Clone)]
pub struct SectionKey(pub String);

parameter!(SectionKey, named("SectionKind"), |text| {
    let known = form::all().iter().any(|form| form.section(text).is_some());
    if known { Ok(SectionKey(text.to_owned())) } else { Err("invalid_value") }
});

/// What is looked for in texts: something must be said.
#[derive(Debug, Clone)]
pub struct Phrase(pub String);

parameter!(Phrase, text(1, LONGEST), |text| if text.trim().is_empty() {
    Err("required")
} else {
    String::read(text).map(Phrase)
});
