//! Query parameters: declared once, documented and read from the same list, all faults at once.

use super::names;
use super::problem::{Code, Fault, Problem, Right};
use super::sort::WORDS;
use crate::domain::digest::sha256_hex;
use std::collections::BTreeMap;
use utoipa::openapi::path::{Parameter as Documented, ParameterBuilder, ParameterIn};
use utoipa::openapi::{RefOr, Required, Schema};

pub use super::parameter::*;

/// The parameters of one operation.
pub trait Query: Sized {
    fn read(raw: &str) -> Result<Self, Problem>;
}

/// A member of a query: what may be left out is an `Option`.
pub trait Member: Sized {
    /// `None`: what was given is wrong, and noted.
    fn take(reader: &mut Reader, name: &str) -> Option<Self>;

    /// Its parameter as the document has it, or several.
    fn documented(name: &str, words: &str) -> Vec<Documented>;
}

impl<T: Parameter> Member for Option<T> {
    fn take(reader: &mut Reader, name: &str) -> Option<Option<T>> {
        let Some(text) = reader.given.remove(name) else { return Some(None) };
        let read = T::read_beside(&text, &reader.filters);
        reader.note::<T, T>(name, read).map(Some)
    }

    fn documented(name: &str, words: &str) -> Vec<Documented> {
        vec![documented(name, words, Required::False, T::schema())]
    }
}

impl<T: Parameter> Member for T {
    fn take(reader: &mut Reader, name: &str) -> Option<T> {
        let text = reader.given.remove(name);
        let read = text.as_deref().map_or(Err("required"), T::read);
        reader.note::<T, T>(name, read)
    }

    fn documented(name: &str, words: &str) -> Vec<Documented> {
        vec![documented(name, words, Required::True, T::schema())]
    }
}

/// What a list was asked for, in short: a cursor leads on in that list and in no other.
pub fn filters(raw: &str) -> String {
    let of_the_page = ["cursor", "limit", "count", "format"];
    let pairs =
        form_urlencoded::parse(raw.as_bytes()).filter(|(name, _)| !of_the_page.contains(&name.as_ref()));
    let mut pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort_unstable();
    sha256_hex(pairs.join("&").as_bytes()).get(..8).unwrap_or_default().to_owned()
}

/// Declares the parameters of an operation, each with its words and its type.
macro_rules! query {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $type,)*
        }

        impl $crate::http::kernel::query::Query for $name {
            fn read(raw: &str) -> Result<$name, $crate::http::kernel::problem::Problem> {
                let mut reader = $crate::http::kernel::query::Reader::new(raw);
                $(let $field = reader.take::<$type>(stringify!($field));)*
                let faults = reader.finish();
                match ($($field,)*) {
                    ($(Some($field),)*) if faults.is_none() => Ok($name { $($field,)* }),
                    _ => Err(faults.unwrap_or_else(|| $crate::http::kernel::problem::Problem::new($crate::http::kernel::problem::Code::InvalidQuery))),
                }
            }
        }

        impl utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                [$(<$type as $crate::http::kernel::query::Member>::documented(
                    stringify!($field), concat!($($doc),*),
                ),)*].concat()
            }
        }
    };
}
pub(in crate::http) use query;

fn documented(name: &str, words: &str, required: Required, schema: RefOr<Schema>) -> Documented {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(required)
        .description(Some(words.trim()))
        .schema(Some(schema))
        .build()
}

/// No parameters.
#[derive(Debug)]
pub struct NoParameters;

impl Query for NoParameters {
    fn read(raw: &str) -> Result<NoParameters, Problem> {
        Reader::new(raw).finish().map_or(Ok(NoParameters), Err)
    }
}

/// Collects the parameters of a query string and everything that is wrong with them.
pub struct Reader {
    given: BTreeMap<String, String>,
    known: Vec<String>,
    filters: String,
    faults: Vec<Fault>,
}

impl Reader {
    pub fn new(raw: &str) -> Reader {
        let mut reader =
            Reader { given: BTreeMap::new(), known: Vec::new(), filters: String::new(), faults: Vec::new() };
        if raw.contains("cursor=") {
            reader.filters = filters(raw);
        }
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            if value.contains(char::REPLACEMENT_CHARACTER) {
                // What is no UTF-8 was read so.
                reader.faults.push(Fault::of_parameter(name.clone(), "not_utf8"));
            }
            if reader.given.insert(name.to_string(), value.into_owned()).is_some() {
                reader.faults.push(Fault::of_parameter(name, "repeated_parameter"));
            }
        }
        reader
    }

    pub fn take<T: Member>(&mut self, name: &str) -> Option<T> {
        self.known.push(name.to_owned());
        T::take(self, name)
    }

    /// Notes what is wrong with a parameter, and what would be right by its own schema.
    fn note<P: Parameter, T>(&mut self, name: &str, read: Result<T, &'static str>) -> Option<T> {
        let wrong = |code| Fault::of_parameter(name, code).right(right_of(code, P::schema()));
        read.map_err(|code| self.faults.push(wrong(code))).ok()
    }

    /// Everything that is wrong, unknown parameters included.
    pub fn finish(mut self) -> Option<Problem> {
        let known = &self.known;
        let unknown = self.given.into_keys().map(|name| {
            let right = Right::named_like(&name, known.iter().map(String::as_str));
            Fault::of_parameter(name, "unknown_parameter").right(right)
        });
        self.faults.extend(unknown);
        if self.faults.is_empty() {
            return None;
        }
        let of_the_cursor = self.faults.iter().all(|fault| fault.code == "foreign_cursor");
        let mut problem = Problem::of_query(self.faults);
        if of_the_cursor {
            problem.code = Code::InvalidCursor;
        }
        Some(problem)
    }
}

/// What a schema would take in the place of what was wrong.
fn right_of(code: &str, schema: RefOr<Schema>) -> Right {
    let schema = match schema {
        RefOr::Ref(named) => {
            let name = named.ref_location.rsplit('/').next().unwrap_or_default();
            return Right::one_of(names::values(name));
        }
        RefOr::T(schema) => serde_json::to_value(schema).unwrap_or_default(),
    };
    let of = |keyword: &str| schema.get(keyword).cloned();
    match code {
        "invalid_number" => Right { minimum: of("minimum"), maximum: of("maximum"), ..Right::default() },
        "too_long" => Right { limit: of("maxLength").and_then(|most| most.as_u64()), ..Right::default() },
        "invalid_value" => {
            let allowed = of("enum").or_else(|| of(WORDS)).and_then(|names| names.as_array().cloned());
            Right { allowed: allowed.unwrap_or_default(), ..Right::default() }
        }
        _ => Right::default(),
    }
}

query!(
    /// Which revision is read, on a report and everything below it.
    ViewQuery {
        /// `published`：有授权时也只看已发布的一版。
        view: Option<View>,
    }
);
