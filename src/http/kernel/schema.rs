//! Bodies are judged by the published document itself: its request schemas, compiled once each.

use super::problem::{Code, Problem};
use super::verdict::{Verdict, collect};
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A form of text with a check of its own, for what no pattern says (check characters of a code).
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// As `format` in a schema.
    pub name: &'static str,
    /// What is wrong with a text, as a key of the catalogue's group `fault`.
    pub check: fn(&str) -> Result<(), &'static str>,
}

/// The schemas of the document by name. One is compiled when a body of its kind first comes.
#[derive(Debug)]
pub struct Schemas {
    /// What stands below `#/components/schemas`.
    all: Map<String, Value>,
    formats: &'static [Format],
    compiled: Mutex<HashMap<String, Arc<Schema>>>,
}

/// In a schema that refers to one of many forms: which of them it is this time.
pub type Instead<'n> = (&'static str, &'n str);

impl Schemas {
    pub fn of(document: &Value, formats: &'static [Format]) -> Schemas {
        let all = document.pointer("/components/schemas").and_then(Value::as_object).cloned();
        Schemas { all: all.unwrap_or_default(), formats, compiled: Mutex::default() }
    }

    pub fn knows(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    /// The schema of a name, in which the form that is at hand stands instead of all forms.
    pub fn get(&self, name: &str, instead: Option<Instead<'_>>) -> Result<Arc<Schema>, Problem> {
        let key = format!("{name} {}", instead.map_or("", |(_, special)| special));
        let known = |compiled: &HashMap<String, Arc<Schema>>| compiled.get(&key).cloned();
        if let Some(schema) = known(&self.compiled.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(schema);
        }
        let schema = Schema::compile(self.root(name, instead), self.formats).map_err(|fault| {
            tracing::error!(name, fault, "a schema of the document cannot be compiled");
            Problem::new(Code::Internal)
        })?;
        let schema = Arc::new(schema);
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(compiled.entry(key).or_insert(schema)))
    }

    /// A schema with all that it refers to, and nothing else: compiling is as short as the schema.
    fn root(&self, name: &str, instead: Option<Instead<'_>>) -> Value {
        let (mut wanted, mut found) = (vec![name.to_owned()], Map::new());
        while let Some(name) = wanted.pop() {
            if found.contains_key(&name) {
                continue;
            }
            let schema = match instead {
                Some((general, special)) if general == name => reference(special),
                _ => self.all.get(&name).cloned().unwrap_or(Value::Bool(false)),
            };
            let mut referred = BTreeSet::new();
            references(&schema, &mut referred);
            wanted.extend(referred);
            found.insert(name, schema);
        }
        json!({"$ref": format!("{COMPONENTS}{name}"), "components": {"schemas": found}})
    }
}

/// Where the schemas of a document stand.
const COMPONENTS: &str = "#/components/schemas/";

fn reference(name: &str) -> Value {
    json!({"$ref": format!("{COMPONENTS}{name}")})
}

/// Collects the names of the schemas that a schema refers to.
fn references(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str);
            found.extend(name.and_then(|name| name.strip_prefix(COMPONENTS)).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// One schema, ready to judge.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
    /// The schema with all it refers to.
    root: Value,
    formats: &'static [Format],
}

impl Schema {
    fn compile(root: Value, formats: &'static [Format]) -> Result<Schema, String> {
        // Patterns run in linear time, whatever is sent.
        let mut options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex());
        for format in formats {
            let check = format.check;
            options = options.with_format(format.name, move |text: &str| check(text).is_ok());
        }
        let validator = options.build(&root).map_err(|error| error.to_string())?;
        Ok(Schema { validator, root, formats })
    }

    /// Everything that is wrong with a body.
    pub fn judge(&self, body: &Value) -> Verdict {
        // Most bodies are right, and seeing that takes less than collecting nothing.
        if self.validator.is_valid(body) {
            return Verdict::default();
        }
        collect(self, self.validator.iter_errors(body))
    }

    /// What a format of our own has against a text.
    pub fn format_fault(&self, name: &str, text: &str) -> Option<&'static str> {
        let format = self.formats.iter().find(|format| format.name == name)?;
        (format.check)(text).err()
    }

    /// The part of the schema at a pointer.
    pub fn part(&self, pointer: &str) -> Option<&Value> {
        self.root.pointer(pointer)
    }

    /// The schema itself, where its reference leads.
    pub fn top(&self) -> &Value {
        self.resolve(&self.root)
    }

    /// Follows references.
    pub fn resolve<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        while let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let there = name.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            let Some(there) = there else { break };
            schema = there;
        }
        schema
    }

    /// The members of an object a schema describes, whether or not it may be null.
    pub fn members<'s>(&'s self, schema: &'s Value) -> Option<&'s Map<String, Value>> {
        let schema = self.resolve(schema);
        let own = schema.get("properties").and_then(Value::as_object);
        own.or_else(|| {
            let branches =
                ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|of| schema.get(of)?.as_array());
            branches.flatten().find_map(|branch| self.members(branch))
        })
    }
}
