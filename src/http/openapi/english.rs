//! The document in English: every text of it looked up in one catalogue, composed ones put together from their parts.

use crate::domain::language::{Language, say};
use crate::http::kernel::Code;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Catalogue {
    texts: HashMap<String, String>,
    labels: HashMap<String, String>,
}

#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    toml::from_str(include_str!("english.toml"))
        .unwrap_or_else(|fault| unreachable!("the catalogue: {fault}"))
});

/// The document with every text in English; examples stay as they were.
pub fn translated(mut document: Value) -> Value {
    translate(&mut document);
    document
}

fn translate(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members
                .iter_mut()
                .filter(|(name, _)| *name != "example")
                .for_each(|(_, member)| translate(member));
        }
        Value::Array(items) => items.iter_mut().for_each(translate),
        Value::String(text) if !text.is_ascii() => {
            if let Some(english) = english(text) {
                *text = english;
            }
        }
        _ => {}
    }
}

/// A text in English; `None`: the catalogue does not have it.
fn english(text: &str) -> Option<String> {
    let known = CATALOGUE.texts.get(text).cloned();
    known.or_else(|| codes(text)).or_else(|| cell(text)).or_else(|| heading(text)).or_else(|| labels(text))
}

/// `` `uscc_taken`：…；`read_only`：… ``: what each code means.
fn codes(text: &str) -> Option<String> {
    let said = text.split("；`").map(|part| {
        let (code, _) = part.trim_start_matches('`').split_once("`：")?;
        let code: Code = code.parse().ok()?;
        Some(format!("`{}`: {}", code.as_str(), say("problem", code.as_str(), Language::English, &[])))
    });
    Some(said.collect::<Option<Vec<String>>>()?.join("; "))
}

/// A cell of a table: its label, its unit, what null means.
fn cell(text: &str) -> Option<String> {
    let (said, places) = match text.strip_suffix("最多六位小数。") {
        Some(said) => (said, " Six decimal places at most."),
        None => (text, ""),
    };
    let (label, unit) = said.strip_suffix("）。null = 未填。")?.rsplit_once('（')?;
    Some(format!("{} ({}). null = not filled in.{places}", labels(label)?, label_of(unit)?))
}

/// Sections, their titles, their tables, and those of a form.
fn heading(text: &str) -> Option<String> {
    if let Some(title) = text.strip_suffix("的表格。") {
        return Some(format!("Table: {}.", label_of(title)?));
    }
    if let Some(title) = text.strip_prefix("标题，现行用语为“").and_then(|rest| rest.strip_suffix("”。"))
    {
        return Some(format!("Title; at present “{title}” ({}).", label_of(title)?));
    }
    if let Some(title) = text.strip_suffix("的各表。") {
        return Some(format!("Tables of: {}.", label_of(title)?));
    }
    let (numeral, title) = text.split_once('、')?;
    Some(format!("{}. {}", label_of(numeral)?, label_of(title)?))
}

fn label_of(text: &str) -> Option<&'static str> {
    CATALOGUE.labels.get(text).map(String::as_str)
}

/// Labels from the outermost inwards.
fn labels(text: &str) -> Option<String> {
    let whole = label_of(text).map(str::to_owned);
    let parts = || text.split('/').map(|part| label_of(part.trim())).collect::<Option<Vec<&str>>>();
    whole.or_else(|| Some(parts()?.join(" / ")))
}
