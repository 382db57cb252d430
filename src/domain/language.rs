//! Everything the service says to people, in Chinese and English, from one catalogue.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A language the service answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// `zh`, what is said where nothing is asked for.
    #[default]
    Chinese,
    /// `en`.
    English,
}

impl Language {
    /// The tag of `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// The short name that stands in an `ETag`'s variant.
    pub fn short(self) -> &'static str {
        match self {
            Language::Chinese => "zh",
            Language::English => "en",
        }
    }
}

/// One text in both languages; `{name}` stands for an argument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

#[expect(clippy::unreachable, reason = "compiled in and read by a test: there is no program without it")]
static CATALOGUE: LazyLock<BTreeMap<String, BTreeMap<String, Text>>> = LazyLock::new(|| {
    toml::from_str(include_str!("messages.toml"))
        .unwrap_or_else(|fault| unreachable!("the catalogue: {fault}"))
});

/// All texts of one group (`rule`, `what`, `problem`, `fault`, …).
pub fn group(name: &str) -> impl Iterator<Item = (&'static str, &'static Text)> {
    CATALOGUE.get(name).into_iter().flatten().map(|(key, text)| (key.as_str(), text))
}

/// The text of a key, with its arguments filled in; the key itself where the catalogue has none.
pub fn say(group: &str, key: &str, language: Language, arguments: &[(&str, &str)]) -> String {
    let Some(text) = CATALOGUE.get(group).and_then(|texts| texts.get(key)) else {
        return key.to_owned();
    };
    let template = match language {
        Language::Chinese => &text.zh,
        Language::English => &text.en,
    };
    arguments.iter().fold(template.clone(), |said, (name, value)| said.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Vec<&str> {
        let mut names: Vec<_> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn every_text_takes_the_same_arguments_in_both_languages() {
        for (name, texts) in CATALOGUE.iter() {
            for (key, text) in texts {
                assert_eq!(arguments(&text.zh), arguments(&text.en), "{name}.{key}");
            }
        }
    }
}
