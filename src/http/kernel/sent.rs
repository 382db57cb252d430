//! A body on its way to its type: judged by its schema, compared where the server makes what it says, then read.

use super::problem::{Fault, Problem};
use super::schema::{Instead, Schema};
use super::service::Service;
use super::verdict::Verdict;
use crate::domain::report::pointer;
use crate::domain::text::{is_noncharacter, with_line_ends};
use crate::operations::AgencyRef;
use actix_web::web::Data;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema as Drafted};
use utoipa::{PartialSchema, ToSchema};

/// What may be sent: a struct whose schema in the document is what reads it.
///
/// Its name ends in `Input` (`POST` and `PUT`; the members of the answer that it lacks are the server's), in `Create`
/// (`POST` alone) or in `Patch`; the patch form of an `Input` is made from it ([`Patch`]).
pub trait Body: DeserializeOwned + ToSchema {}

impl<T: DeserializeOwned + ToSchema> Body for T {}

/// The patch form of a body in the document: the same members, none of them required at any depth.
pub struct Patch<T>(PhantomData<fn() -> T>);

/// Names, in the draft of the document, the schema that a patch form is to be made from.
pub const PATCH_OF: &str = "x-patch-of";

impl<T: ToSchema> PartialSchema for Patch<T> {
    fn schema() -> RefOr<Drafted> {
        let of = ExtensionsBuilder::new().add(PATCH_OF, T::name()).build();
        RefOr::T(Drafted::Object(ObjectBuilder::new().extensions(Some(of)).build()))
    }
}

impl<T: ToSchema> ToSchema for Patch<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(patch_name(&T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Drafted>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// Whether a body stands for the whole of a thing or for what is to change of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Change,
}

/// The body as it was sent: JSON, not yet judged.
pub struct Sent<T> {
    value: Value,
    extent: Extent,
    service: Data<Service>,
    /// Against what was sent beside it: told before the body is judged.
    beside: Result<(), Problem>,
    instead: Option<(&'static str, String)>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Body> Sent<T> {
    pub fn new(value: Value, extent: Extent, service: Data<Service>) -> Sent<T> {
        Sent { value, extent, service, beside: Ok(()), instead: None, kind: PhantomData }
    }

    /// Whatever is against what was sent beside it is told first.
    pub fn after(self, beside: Result<(), Problem>) -> Sent<T> {
        Sent { beside, ..self }
    }

    /// Whether the body says all, not only what changes.
    pub fn is_whole(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// A member before the body is judged: the right over what it names is asked first.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.value.get(name)
    }

    /// An agency that the body names.
    pub fn agency(&self, name: &str) -> Option<AgencyRef> {
        self.member(name).and_then(Value::as_str).and_then(|text| text.parse().ok())
    }

    /// Judges by the schema of the form that is at hand, not by all there are.
    pub fn instead(mut self, general: &'static str, special: String) -> Sent<T> {
        self.instead = Some((general, special));
        self
    }

    /// Reads a body that makes something new.
    pub fn read(self) -> Result<T, Problem> {
        self.read_with(|_| Vec::new())
    }

    /// The same; what its members have against each other, or name in vain, is told with what the schema finds.
    pub fn read_with(mut self, check: impl FnOnce(Option<&T>) -> Vec<Fault>) -> Result<T, Problem> {
        std::mem::replace(&mut self.beside, Ok(()))?;
        let schema = self.schema(&whole_name::<T>())?;
        let verdict = judge(&schema, &self.value, None);
        finish(verdict, schema.without_read_only(schema.top(), self.value), check)
    }

    /// Reads a body over what is there: `now` is its representation. A `PUT` says all, a `PATCH` what changes.
    pub fn over(self, now: &Value) -> Result<T, Problem> {
        self.over_with(now, |_| Vec::new())
    }

    /// The same with a check of the members together, which sees the whole as it would be.
    pub fn over_with(
        mut self,
        now: &Value,
        check: impl FnOnce(Option<&T>) -> Vec<Fault>,
    ) -> Result<T, Problem> {
        std::mem::replace(&mut self.beside, Ok(()))?;
        let whole = self.schema(&whole_name::<T>())?;
        match self.extent {
            Extent::Whole => {
                let verdict = judge(&whole, &self.value, Some(now));
                finish(verdict, whole.without_read_only(whole.top(), self.value), check)
            }
            Extent::Change => {
                let name = patch_name(&whole_name::<T>());
                // Where nothing is required, the whole and the change have one form.
                let own = self.service.document.schemas.knows(&name);
                let patch = if own { self.schema(&name)? } else { Arc::clone(&whole) };
                let verdict = judge(&patch, &self.value, Some(now));
                let change = patch.without_read_only(patch.top(), self.value);
                let before = whole.without_read_only(whole.top(), now.clone());
                finish(verdict, merge(before, change), check)
            }
        }
    }

    fn schema(&self, name: &str) -> Result<Arc<Schema>, Problem> {
        let instead: Option<Instead<'_>> = self.instead.as_ref().map(|(all, one)| (*all, one.as_str()));
        self.service.document.schemas.get(name, instead)
    }
}

fn whole_name<T: ToSchema>() -> String {
    T::name().into_owned()
}

/// What the patch form of a body is called.
pub fn patch_name(whole: &str) -> String {
    format!("{}Patch", whole.strip_suffix("Input").or(whole.strip_suffix("Patch")).unwrap_or(whole))
}

fn judge(schema: &Schema, sent: &Value, now: Option<&Value>) -> Verdict {
    // What the server makes is either what it is or nobody's to set: its own schema has no more to say.
    let mut verdict = Verdict::default();
    schema.compare(schema.top(), sent, now, "", &mut verdict);
    tell_refused(sent, "", &mut verdict);
    let found = schema.judge(sent);
    verdict.truncated |= found.truncated;
    found.faults.into_iter().for_each(|fault| verdict.add(fault));
    verdict
}

/// Characters that stand in no text, at any depth: no pattern of ECMA names those beyond the first plane.
fn tell_refused(value: &Value, at: &str, verdict: &mut Verdict) {
    match value {
        Value::String(text) if text.contains(is_noncharacter) => {
            verdict.add(Fault::at(at, "control_character"));
        }
        Value::Array(items) if items.iter().any(holds_refused) => {
            let each = items.iter().enumerate();
            each.for_each(|(number, item)| tell_refused(item, &pointer(at, &number.to_string()), verdict));
        }
        Value::Object(members) if members.values().any(holds_refused) => {
            members.iter().for_each(|(name, member)| tell_refused(member, &pointer(at, name), verdict));
        }
        _ => {}
    }
}

fn holds_refused(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(is_noncharacter),
        Value::Array(items) => items.iter().any(holds_refused),
        Value::Object(members) => members.values().any(holds_refused),
        _ => false,
    }
}

/// Reads what was judged, and tells everything that is wrong.
fn finish<T: Body>(
    mut verdict: Verdict,
    mut wanted: Value,
    check: impl FnOnce(Option<&T>) -> Vec<Fault>,
) -> Result<T, Problem> {
    // The members that are right are checked together although others are wrong.
    if let Value::Object(members) = &mut wanted {
        for fault in &verdict.faults {
            members.shift_remove(fault.member());
        }
    }
    end_lines(&mut wanted);
    let read = serde_json::from_value(wanted);
    check(read.as_ref().ok()).into_iter().for_each(|fault| verdict.add(fault));
    match read {
        Ok(read) if verdict.faults.is_empty() => Ok(read),
        Err(error) if verdict.faults.is_empty() => {
            // The schema let through what the type cannot hold: ours to mend, and no reason to do anything.
            tracing::error!(%error, body = %T::name(), "a body that fits its schema cannot be read");
            Err(Problem::of_body(vec![Fault::at("", "invalid_value")]))
        }
        _ => Err(Problem::of_verdict(verdict)),
    }
}

/// Texts hold `\n` alone, at any depth: a type sees what every other way in gives it.
fn end_lines(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(ended) = with_line_ends(text) {
                *text = ended;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(end_lines),
        Value::Object(members) => members.values_mut().for_each(end_lines),
        _ => {}
    }
}

/// Lays a JSON Merge Patch (RFC 7396) over a representation. A null stays: absent and null are the same to every
/// reader here.
pub fn merge(mut present: Value, patch: Value) -> Value {
    match (&mut present, patch) {
        (Value::Object(members), Value::Object(patch)) => {
            for (name, value) in patch {
                let before = members.remove(&name).unwrap_or(Value::Null);
                members.insert(name, merge(before, value));
            }
            present
        }
        (_, Value::Object(patch)) => merge(Value::Object(Map::new()), Value::Object(patch)),
        (_, other) => other,
    }
}

/// Whether the server makes a member.
fn is_made_by_the_server(schema: &Value) -> bool {
    schema.get("readOnly").and_then(Value::as_bool).unwrap_or(false)
}

/// Whether a member tells of the moment and belongs to no version: sent back it is taken, whatever it says.
fn is_of_the_moment(schema: &Value) -> bool {
    schema.get("x-of-the-moment").and_then(Value::as_bool).unwrap_or(false)
}

impl Schema {
    /// Members the server makes: taken when they are what they are now, else refused. What is new is what its schema
    /// says it is at first: no `default`, which generated clients take for a member that is always there.
    fn compare(&self, schema: &Value, sent: &Value, now: Option<&Value>, at: &str, verdict: &mut Verdict) {
        let (Some(known), Value::Object(sent)) = (self.members(schema), sent) else { return };
        for (name, value) in sent {
            let Some(member) = known.get(name) else { continue };
            let there = now.and_then(|now| now.get(name));
            if !is_made_by_the_server(member) {
                if value.is_object() {
                    let there = there.or(now.map(|_| &Value::Null));
                    self.compare(member, value, there, &pointer(at, name), verdict);
                }
                continue;
            }
            let same = match now {
                Some(_) => self.is_same(member, value, there.unwrap_or(&Value::Null)),
                None => member.get("x-at-first") == Some(value),
            };
            if !same {
                verdict.add(Fault::at(pointer(at, name), "read_only"));
            }
        }
    }

    fn is_same(&self, schema: &Value, sent: &Value, now: &Value) -> bool {
        if is_of_the_moment(schema) {
            return true;
        }
        let (Value::Object(members), Value::Object(there)) = (sent, now) else {
            // `1.0` is 1.
            let alike = |sent: &Value, now: &Value| sent.is_number() && sent.as_f64() == now.as_f64();
            return sent == now || alike(sent, now);
        };
        let known = self.members(schema);
        members.iter().all(|(name, value)| {
            let member = known.and_then(|known| known.get(name)).unwrap_or(&Value::Null);
            self.is_same(member, value, there.get(name).unwrap_or(&Value::Null))
        })
    }

    /// What remains for a type to read: the members that are not the server's and that the schema knows.
    fn without_read_only(&self, schema: &Value, mut value: Value) -> Value {
        self.take_read_only(schema, &mut value);
        value
    }

    fn take_read_only(&self, schema: &Value, value: &mut Value) {
        let Value::Object(members) = value else { return };
        let Some(known) = self.members(schema) else { return };
        members.retain(|name, value| {
            let member = known.get(name).filter(|member| !is_made_by_the_server(member));
            member.inspect(|member| self.take_read_only(member, value)).is_some()
        });
    }
}

impl Problem {
    /// Everything a schema found.
    pub fn of_verdict(verdict: Verdict) -> Problem {
        let problem = Problem::of_body(verdict.faults);
        if verdict.truncated { problem.member("truncated", Value::Bool(true)) } else { problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_says_what_changes_and_empties_by_null() {
        let now = json!({"a": 1, "b": {"c": 1, "d": 2}, "e": null});
        let patch = json!({"b": {"c": null}, "e": {"f": 1}, "g": [1]});
        assert_eq!(merge(now, patch), json!({"a": 1, "b": {"d": 2, "c": null}, "e": {"f": 1}, "g": [1]}));
    }

    #[test]
    fn line_ends_become_one_at_any_depth() {
        let mut sent = json!({"a": "甲\r\n乙", "b": [{"c": "丙\r丁\n"}], "d": 1});
        end_lines(&mut sent);
        assert_eq!(sent, json!({"a": "甲\n乙", "b": [{"c": "丙\n丁\n"}], "d": 1}));
    }

    #[test]
    fn patches_are_named_after_what_they_change() {
        assert_eq!(patch_name("WebhookInput"), "WebhookPatch");
        assert_eq!(patch_name("TokenPatch"), "TokenPatch");
    }
}
