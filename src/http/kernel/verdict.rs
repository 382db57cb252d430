//! What a schema finds, in our own words: keywords become codes by one small table, at pointers of the body.

use super::problem::{Fault, Place, Right};
use super::schema::Schema;
use crate::domain::report::pointer;
use crate::domain::text::Text;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

/// Most faults that are told at once.
const MOST_FAULTS: usize = 100;

/// The faults of a body, one at each place.
#[derive(Debug, Default)]
pub struct Verdict {
    pub faults: Vec<Fault>,
    /// There are more.
    pub truncated: bool,
}

impl Verdict {
    /// Adds a fault; of two at one place the first speaks.
    pub fn add(&mut self, fault: Fault) {
        if self.faults.iter().any(|known| known.place == fault.place) {
            return;
        }
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        } else {
            self.truncated = true;
        }
    }
}

/// Tells what a schema found.
pub fn collect<'e>(schema: &Schema, errors: impl Iterator<Item = ValidationError<'e>>) -> Verdict {
    let mut verdict = Verdict::default();
    for error in errors {
        tell(schema, &error, &mut verdict);
        if verdict.truncated {
            break;
        }
    }
    verdict
}

fn tell(schema: &Schema, error: &ValidationError<'_>, verdict: &mut Verdict) {
    let at = error.instance_path().as_str();
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            verdict.add(Fault::at(pointer(at, name), "required"));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let known = || sibling(schema, error, "properties").and_then(Value::as_object);
            for name in unexpected {
                let known = known().into_iter().flat_map(|known| known.keys().map(String::as_str));
                let right = Right::named_like(name, known);
                verdict.add(Fault::at(pointer(at, name), "unknown_field").right(right));
            }
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match branch(context, at) {
            Some(errors) => errors.iter().for_each(|error| tell(schema, error, verdict)),
            None => verdict.add(Fault::at(at, of_type(error.instance()))),
        },
        _ => {
            let (code, right) = told(schema, error);
            verdict.add(Fault { place: Place::Pointer(at.to_owned()), code, right });
        }
    }
}

/// Of several branches the one that fits the type of what was sent; of several such the one with the least against
/// it.
fn branch<'c>(
    context: &'c [Vec<ValidationError<'static>>],
    at: &str,
) -> Option<&'c Vec<ValidationError<'static>>> {
    let of_another_type = |error: &ValidationError<'_>| {
        error.instance_path().as_str() == at && matches!(error.kind(), Kind::Type { .. })
    };
    let fitting = context.iter().filter(|errors| !errors.iter().any(of_another_type));
    fitting.min_by_key(|errors| errors.len())
}

/// Where something must stand, null is nothing.
fn of_type(found: &Value) -> &'static str {
    if found.is_null() { "required" } else { "wrong_type" }
}

/// Another keyword of the schema that an error comes from.
fn sibling<'s>(schema: &'s Schema, error: &ValidationError<'_>, keyword: &str) -> Option<&'s Value> {
    let (around, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.part(around)?.get(keyword)
}

/// The table: what each keyword is called here, and what would be right.
fn told(schema: &Schema, error: &ValidationError<'_>) -> (&'static str, Right) {
    let limit = |limit: &u64| Right { limit: Some(*limit), ..Right::default() };
    let allowed = |names: &Value| {
        let names = names.as_array().into_iter().flatten().filter(|name| !name.is_null());
        Right { allowed: names.cloned().collect(), ..Right::default() }
    };
    match error.kind() {
        Kind::Type { .. } => (of_type(error.instance()), Right::default()),
        Kind::Enum { .. } | Kind::Constant { .. } if error.instance().is_null() => {
            ("required", Right::default())
        }
        Kind::Enum { options } => ("invalid_value", allowed(options)),
        Kind::Constant { expected_value } => {
            ("invalid_value", Right { allowed: vec![(**expected_value).clone()], ..Right::default() })
        }
        Kind::MaxLength { limit: most } => ("too_long", limit(most)),
        Kind::MinLength { .. } if error.instance().as_str().is_some_and(|text| !text.trim().is_empty()) => {
            (of_pattern(schema, error), Right::default())
        }
        Kind::MinLength { .. } => ("blank", Right::default()),
        Kind::MaxItems { limit: most } | Kind::MaxProperties { limit: most } => ("too_many", limit(most)),
        Kind::MinItems { .. } | Kind::MinProperties { .. } => ("too_few", Right::default()),
        Kind::Minimum { .. }
        | Kind::Maximum { .. }
        | Kind::ExclusiveMinimum { .. }
        | Kind::ExclusiveMaximum { .. } => ("invalid_number", range(schema, error)),
        Kind::MultipleOf { .. } => ("too_many_places", range(schema, error)),
        Kind::Format { format } => (of_format(schema, format, error.instance()), Right::default()),
        Kind::Pattern { .. } => (of_pattern(schema, error), Right::default()),
        _ => ("invalid_value", Right::default()),
    }
}

fn range(schema: &Schema, error: &ValidationError<'_>) -> Right {
    let of = |names: [&str; 2]| names.into_iter().find_map(|name| sibling(schema, error, name).cloned());
    Right {
        minimum: of(["minimum", "exclusiveMinimum"]),
        maximum: of(["maximum", "exclusiveMaximum"]),
        ..Right::default()
    }
}

fn of_format(schema: &Schema, format: &str, found: &Value) -> &'static str {
    match format {
        "date" => "invalid_date",
        "date-time" => "invalid_time",
        "uuid" => "invalid_id",
        own => {
            let text = found.as_str().unwrap_or_default();
            schema.format_fault(own, text).unwrap_or("invalid_value")
        }
    }
}

/// A pattern says only that something is wrong; the text itself tells what.
fn of_pattern(schema: &Schema, error: &ValidationError<'_>) -> &'static str {
    let text = error.instance().as_str().unwrap_or_default();
    let format = sibling(schema, error, "format").and_then(Value::as_str);
    if let Some(code) = format.and_then(|format| schema.format_fault(format, text)) {
        return code;
    }
    Text::line(text, usize::MAX).err().map_or("invalid_value", |fault| fault.code())
}
