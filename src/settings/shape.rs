//! Whether what is set has the keys and the kinds of values that there are: all faults at once, in our words.

use super::Settings;
use super::check::Fault;
use toml::{Table, Value};

/// Keys that have no default.
const WITHOUT_DEFAULT: [(&str, &str); 1] = [("limits", "kept_bytes")];

/// Settings that are one of a few words.
const WORDS: [(&str, &[&str]); 1] = [("telemetry.format", &["text", "json"])];

/// What there is, and what each is by default.
fn known() -> Table {
    let mut known = Table::try_from(Settings::usual()).unwrap_or_default();
    for (section, key) in WITHOUT_DEFAULT {
        if let Some(Value::Table(section)) = known.get_mut(section) {
            section.insert(key.to_owned(), Value::Integer(0));
        }
    }
    known
}

/// Everything in the wrong place or of the wrong kind.
pub fn faults(given: &Table) -> Vec<Fault> {
    let mut faults = Vec::new();
    compare("", given, &known(), &mut faults);
    faults
}

fn compare(above: &str, given: &Table, known: &Table, faults: &mut Vec<Fault>) {
    for (name, value) in given {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match (known.get(name), value) {
            (None, _) => faults.push(Fault { message: unknown(name, known), key }),
            (Some(Value::Table(known)), Value::Table(given)) => compare(&key, given, known, faults),
            (Some(known), value) => {
                if let Some(kind) = wanted(&key, known, value) {
                    faults.push(Fault { message: format!("应为{kind}，现在是 {}", shown(value)), key });
                }
            }
        }
    }
}

fn unknown(name: &str, known: &Table) -> String {
    let near = known.keys().map(|known| (strsim::osa_distance(name, known), known));
    match near.filter(|(distance, _)| *distance <= name.len() / 3 + 1).min() {
        Some((_, meant)) => format!("没有这个键；是不是 {meant}？"),
        None => "没有这个键；全部的键见 config/default.toml".to_owned(),
    }
}

/// What it should be; `None`: it is. The environment gives everything as text.
fn wanted(key: &str, known: &Value, value: &Value) -> Option<String> {
    let text = value.as_str();
    if let Some((_, words)) = WORDS.iter().find(|(name, _)| *name == key) {
        return (!text.is_some_and(|text| words.contains(&text))).then(|| words.join(" 或 "));
    }
    let (fits, kind) = match known {
        Value::Integer(_) => {
            let number = value.as_integer().or_else(|| text?.parse().ok());
            (number.is_some_and(|number| number >= 0), "不小于 0 的整数")
        }
        Value::Boolean(_) => {
            let word = text.map(str::to_ascii_lowercase);
            let said = word.is_some_and(|word| ["true", "false"].contains(&word.as_str()));
            (value.is_bool() || said, "true 或 false")
        }
        Value::Array(_) => (value.is_array(), "列表，如 [\"甲\", \"乙\"]（环境变量用逗号隔开）"),
        Value::Table(_) => (value.is_table(), "一节"),
        _ => (!value.is_array() && !value.is_table(), "文字"),
    };
    (!fits).then(|| kind.to_owned())
}

/// No more of a value than its beginning; of what holds others not even that.
fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => "一节".to_owned(),
        Value::Array(_) => "列表".to_owned(),
        Value::String(text) => format!("“{}”", text.chars().take(40).collect::<String>()),
        value => value.to_string(),
    }
}
