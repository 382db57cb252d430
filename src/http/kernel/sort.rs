//! By which fields a list can be ordered, and by which it was asked to be.

use super::parameter::Parameter;
use crate::domain::page::{ById, PageValue};
use std::fmt;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// A field a listing can be ordered by.
pub struct SortField<T: 'static, O: 'static = ById> {
    pub name: &'static str,
    pub order: O,
    /// The value a row has there.
    pub value: fn(&T) -> PageValue,
}

/// Rows that can be listed by more than their ids.
pub trait Sortable: Sized + 'static {
    type Order: Copy + 'static;
    const FIELDS: &'static [SortField<Self, Self::Order>];
}

/// The fields asked for, each with whether it descends.
pub struct Sort<T: Sortable>(pub Vec<(bool, &'static SortField<T, T::Order>)>);

impl<T: Sortable> Parameter for Sort<T> {
    fn read(text: &str) -> Result<Sort<T>, &'static str> {
        let mut fields: Vec<(bool, &'static SortField<T, T::Order>)> = Vec::new();
        for part in text.split(',') {
            let (descending, name) = part.strip_prefix('-').map_or((false, part), |name| (true, name));
            let field = T::FIELDS.iter().find(|field| field.name == name).ok_or("invalid_value")?;
            if fields.iter().any(|(_, other)| other.name == name) {
                return Err("invalid_value");
            }
            fields.push((descending, field));
        }
        Ok(Sort(fields))
    }

    fn schema() -> RefOr<Schema> {
        let names: Vec<&str> = T::FIELDS.iter().map(|field| field.name).collect();
        listed(&format!("-?({})", names.join("|")), names.len(), &names)
    }
}

impl<T: Sortable> fmt::Debug for Sort<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.0.iter().map(|(descending, field)| (descending, field.name))).finish()
    }
}

/// Where a schema names the words of its pattern, for people and for the message that one is none of them.
pub const WORDS: &str = "x-words";

/// Up to so many of what a pattern takes, parted by commas; the words that it takes.
pub fn listed(one: &str, most: usize, words: &[&str]) -> RefOr<Schema> {
    let list = format!("^{one}(,{one}){{0,{}}}$", most.saturating_sub(1));
    let words = (!words.is_empty()).then(|| Extensions::builder().add(WORDS, words).build());
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(list)).extensions(words);
    RefOr::T(Schema::Object(schema.build()))
}
