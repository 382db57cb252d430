//! The document as YAML: blocks of YAML whose texts are written as in JSON.
//!
//! Readers of YAML disagree on what a plain text is: `2024-01-29` is a date to one, `no` is false to another. A text in
//! quotes is a text to all of them, and every text of JSON is one of YAML.

use serde_json::Value;

/// Writes a value.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    lay(value, 0, &mut text);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// One value below its key or dash, deeper by one than these.
fn lay(value: &Value, depth: usize, text: &mut String) {
    let begins_here = text.is_empty() || text.ends_with("- ");
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (at, (name, member)) in members.iter().enumerate() {
                begin(at == 0 && begins_here, depth, text);
                text.push_str(&key(name));
                text.push(':');
                lay_under(member, depth, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                begin(at == 0 && begins_here, depth, text);
                text.push_str("- ");
                lay(item, depth + 1, text);
            }
        }
        scalar => {
            text.push_str(&scalar.to_string());
            text.push('\n');
        }
    }
}

/// A line of its own, unless what stands there already begins it.
fn begin(begun: bool, depth: usize, text: &mut String) {
    if !begun {
        text.push_str(&"  ".repeat(depth));
    }
}

/// What a key names: on lines of its own if it has parts.
fn lay_under(value: &Value, depth: usize, text: &mut String) {
    let has_parts = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    text.push(if has_parts { '\n' } else { ' ' });
    lay(value, depth + 1, text);
}

/// A plain word where all readers take it for one.
fn key(name: &str) -> String {
    let word = name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_$".contains(&byte)) && name.len() > 3;
    let read_otherwise = ["null", "true", "false"].iter().any(|other| other.eq_ignore_ascii_case(name));
    if word && !read_otherwise { name.to_owned() } else { Value::from(name).to_string() }
}
