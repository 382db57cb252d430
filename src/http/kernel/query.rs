//! Query parameters: declared once, documented and read from the same list, all faults at once.

use super::format;
use super::problem::Problem;
use crate::operations::AgencyRef;
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;

/// A type a parameter can have; the error is the key of its message.
pub trait Parameter: Sized {
    fn read(text: &str) -> Result<Self, &'static str>;
}

/// The parameters of one operation.
pub trait Query: Sized {
    fn read(raw: &str) -> Result<Self, Problem>;
}

/// Declares the parameters of an operation: `name: type [type in the OpenAPI document]`.
macro_rules! query {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty [$schema:ty]),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$doc])* #[param(value_type = Option<$schema>)] pub $field: Option<$type>,)*
        }

        impl $crate::http::kernel::query::Query for $name {
            fn read(raw: &str) -> Result<$name, $crate::http::kernel::problem::Problem> {
                let mut reader = $crate::http::kernel::query::Reader::new(raw);
                let read = $name { $($field: reader.take(stringify!($field)),)* };
                reader.finish()?;
                Ok(read)
            }
        }
    };
}
pub(in crate::http) use query;

/// No parameters.
#[derive(Debug)]
pub struct NoParameters;

impl Query for NoParameters {
    fn read(raw: &str) -> Result<NoParameters, Problem> {
        Reader::new(raw).finish()?;
        Ok(NoParameters)
    }
}

/// Collects the parameters of a query string and everything that is wrong with them.
pub struct Reader {
    given: BTreeMap<String, String>,
    faults: Vec<(String, &'static str)>,
}

impl Reader {
    pub fn new(raw: &str) -> Reader {
        let mut reader = Reader { given: BTreeMap::new(), faults: Vec::new() };
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            if reader.given.insert(name.to_string(), value.into_owned()).is_some() {
                reader.faults.push((name.into_owned(), "repeated_parameter"));
            }
        }
        reader
    }

    pub fn take<T: Parameter>(&mut self, name: &str) -> Option<T> {
        let text = self.given.remove(name)?;
        match T::read(&text) {
            Ok(value) => Some(value),
            Err(code) => {
                self.faults.push((name.to_owned(), code));
                None
            }
        }
    }

    pub fn finish(mut self) -> Result<(), Problem> {
        let unknown = self.given.into_keys().map(|name| (name, "unknown_parameter"));
        self.faults.extend(unknown);
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::of_query(self.faults)) }
    }
}

/// Longest text of a parameter, in characters.
const LONGEST: usize = 200;

impl Parameter for String {
    fn read(text: &str) -> Result<String, &'static str> {
        if text.chars().count() > LONGEST {
            return Err("too_long");
        }
        if text.chars().any(char::is_control) {
            return Err("control_character");
        }
        Ok(text.to_owned())
    }
}

impl Parameter for bool {
    fn read(text: &str) -> Result<bool, &'static str> {
        text.parse().map_err(|_| "invalid_value")
    }
}

impl Parameter for AgencyRef {
    fn read(text: &str) -> Result<AgencyRef, &'static str> {
        text.parse().map_err(|()| "invalid_id")
    }
}

impl Parameter for NaiveDate {
    fn read(text: &str) -> Result<NaiveDate, &'static str> {
        format::parse_day(text).ok_or("invalid_date")
    }
}

impl Parameter for NaiveDateTime {
    fn read(text: &str) -> Result<NaiveDateTime, &'static str> {
        format::parse_time(text).ok_or("invalid_time")
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
}

/// A parameter whose type stands in the domain and is read by its wire name.
macro_rules! named_parameters {
    ($($type:ty),+ $(,)?) => {$(
        impl Parameter for $type {
            fn read(text: &str) -> Result<$type, &'static str> {
                text.parse().map_err(|()| "invalid_value")
            }
        }
    )+};
}

named_parameters!(
    crate::domain::agency::Level,
    crate::domain::agency::Kind,
    crate::domain::agency::AgencyStatus,
    crate::domain::report::Scope,
    crate::domain::workflow::State,
);

/// Where the last page ended; what it is, is the listing's business.
#[derive(Debug, Clone)]
pub struct CursorText(pub String);

impl Parameter for CursorText {
    fn read(text: &str) -> Result<CursorText, &'static str> {
        Ok(CursorText(text.to_owned()))
    }
}

/// `published`: the published revision, whoever asks.
#[derive(Debug, Clone, Copy)]
pub struct View;

impl Parameter for View {
    fn read(text: &str) -> Result<View, &'static str> {
        if text == "published" { Ok(View) } else { Err("invalid_value") }
    }
}

query!(
    /// Which revision is read, on a report and everything below it.
    ViewQuery {
        /// `published`：有授权时也只看已发布的一版。
        view: View[String],
    }
);

impl Parameter for crate::domain::report::Timeliness {
    fn read(text: &str) -> Result<Self, &'static str> {
        use crate::domain::report::Timeliness;
        let known = [Timeliness::OnTime, Timeliness::Late];
        known.into_iter().find(|known| known.as_str() == text).ok_or("invalid_value")
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
}

/// A number of the change log.
#[derive(Debug, Clone, Copy)]
pub struct Sequence(pub i64);

impl Parameter for Sequence {
    fn read(text: &str) -> Result<Sequence, &'static str> {
        text.parse().ok().filter(|seq| *seq >= 0).map(Sequence).ok_or("invalid_number")
    }
}

/// How long to wait, 0–60.
#[derive(Debug, Clone, Copy)]
pub struct Seconds(pub u64);

impl Parameter for Seconds {
    fn read(text: &str) -> Result<Seconds, &'static str> {
        text.parse().ok().filter(|seconds| *seconds <= 60).map(Seconds).ok_or("invalid_number")
    }
}

macro_rules! id_parameters {
    ($($type:ty),+) => {$(
        impl Parameter for $type {
            fn read(text: &str) -> Result<$type, &'static str> {
                text.parse().map_err(|()| "invalid_id")
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
}

/// The beginning of a division code.
#[derive(Debug, Clone)]
pub struct DivisionPrefix(pub String);

impl Parameter for DivisionPrefix {
    fn read(text: &str) -> Result<DivisionPrefix, &'static str> {
        let fits = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(DivisionPrefix(text.to_owned())) } else { Err("division_code") }
    }
}
