//! Text from outside: one rule for every way in. Line ends become `\n`; a tab stays; any other control
//! character is refused, because no index, no file and no reader agrees on what to do with it.

use std::borrow::Cow;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    Blank,
    TooLong,
    ControlCharacter,
    /// Of a text that belongs on one line.
    SeveralLines,
}

impl TextFault {
    /// The key of its message in the catalogue's group `fault`.
    pub fn code(self) -> &'static str {
        match self {
            TextFault::Blank => "blank",
            TextFault::TooLong => "too_long",
            TextFault::ControlCharacter => "control_character",
            TextFault::SeveralLines => "several_lines",
        }
    }
}

/// A text that was read by the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// A text of at most so many characters; it may be empty.
    pub fn read(text: &str, most: usize) -> Result<Text, TextFault> {
        let text = with_line_ends(text);
        if text.chars().nth(most).is_some() {
            return Err(TextFault::TooLong);
        }
        if text.chars().any(is_refused) {
            return Err(TextFault::ControlCharacter);
        }
        Ok(Text(text.into_owned()))
    }

    /// A text that says something.
    pub fn said(text: &str, most: usize) -> Result<Text, TextFault> {
        if text.trim().is_empty() { Err(TextFault::Blank) } else { Text::read(text, most) }
    }

    /// A text that says something on one line: a title.
    pub fn line(text: &str, most: usize) -> Result<Text, TextFault> {
        let read = Text::said(text, most)?;
        if read.0.contains(['\n', '\u{2028}', '\u{2029}', '\u{85}']) {
            Err(TextFault::SeveralLines)
        } else {
            Ok(read)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        text.0
    }
}

/// A text from a file, where nobody can be asked: what would be refused is left out, line ends become `\n`.
pub fn cleaned(text: &str) -> Cow<'_, str> {
    let text = with_line_ends(text);
    if text.chars().any(is_refused) {
        Cow::Owned(text.chars().filter(|c| !is_refused(*c)).collect())
    } else {
        text
    }
}

/// A text whose line ends are `\n`, whatever system wrote it.
pub fn with_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_refused(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_one_and_other_control_characters_are_refused() {
        let read = |text: &str| Text::read(text, 10).map(String::from);
        assert_eq!(read("甲\r\n乙\r丙\t丁\n").as_deref(), Ok("甲\n乙\n丙\t丁\n"));
        for refused in ["甲\u{0}", "\u{7}", "\u{1b}[0m", "甲\u{7f}", "\u{9f}"] {
            assert_eq!(read(refused), Err(TextFault::ControlCharacter), "{refused:?}");
        }
        assert_eq!(read(&"长".repeat(11)), Err(TextFault::TooLong));
        assert_eq!(read(&"长".repeat(10)).map(|text| text.chars().count()), Ok(10));
        assert_eq!(read(""), Ok(String::new()));
    }

    #[test]
    fn a_line_says_something_on_one_line() {
        assert_eq!(Text::line("总体情况", 200).map(String::from).as_deref(), Ok("总体情况"));
        assert_eq!(Text::line(" \t", 200), Err(TextFault::Blank));
        for several in ["甲\n乙", "甲\r\n乙", "甲\u{2028}乙"] {
            assert_eq!(Text::line(several, 200), Err(TextFault::SeveralLines));
        }
    }

    #[test]
    fn a_files_text_loses_what_nobody_can_be_asked_about() {
        assert_eq!(cleaned("甲\u{0}乙\r\n丙\u{c}"), "甲乙\n丙");
        assert!(matches!(cleaned("甲乙"), Cow::Borrowed(_)));
    }
}
