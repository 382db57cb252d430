//! Text from outside: one rule for every way in. Line ends become `\n`; a tab stays; any other control
//! character, and what is no character at all, is refused, because no index, no file and no reader agrees on what to
//! do with it.

use super::wording::is_hidden;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    Blank,
    TooLong,
    ControlCharacter,
    /// Of a text that belongs on one line.
    SeveralLines,
    /// Of a title that is written from the other side, and of a name that holds anything not seen.
    HiddenCharacter,
}

impl TextFault {
    /// The key of its message in the catalogue's group `fault`.
    pub fn code(self) -> &'static str {
        match self {
            TextFault::Blank => "blank",
            TextFault::TooLong => "too_long",
            TextFault::ControlCharacter => "control_character",
            TextFault::SeveralLines => "several_lines",
            TextFault::HiddenCharacter => "hidden_character",
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
        if read.0.contains(ends_line) {
            Err(TextFault::SeveralLines)
        } else if read.0.contains(turns) {
            Err(TextFault::HiddenCharacter)
        } else {
            Ok(read)
        }
    }

    /// A line by which something is known: nothing in it that is not seen, or two would look the same.
    pub fn name(text: &str, most: usize) -> Result<Text, TextFault> {
        let read = Text::line(text, most)?;
        if read.0.contains(is_hidden) { Err(TextFault::HiddenCharacter) } else { Ok(read) }
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

/// The same of a text that belongs on one line: a title.
pub fn cleaned_line(text: &str) -> Cow<'_, str> {
    if text.contains(|c| is_refused(c) || ends_line(c) || turns(c)) {
        let kept = text.chars().filter(|c| ends_line(*c) || !(is_refused(*c) || turns(*c)));
        Cow::Owned(kept.map(|c| if ends_line(c) { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
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

/// A text in compatibility form. Most are made of characters alone that have one each, whatever stands beside them.
pub fn compatible(text: &str) -> String {
    text.chars().map(plain).collect::<Option<String>>().unwrap_or_else(|| text.nfkc().collect())
}

/// The compatibility form of a letter of ours, of Han, or of a mark of either, full-width or not; `None` of all others.
pub fn plain(c: char) -> Option<char> {
    match c {
        '\0'..='\u{7f}' | '\u{3001}' | '\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{4e00}'..='\u{9fff}' => {
            Some(c)
        }
        '‘' | '’' | '“' | '”' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => None,
    }
}

/// Whether a text is an `http` or `https` address with a host (RFC 3986), as it stands: nothing in it is mended.
pub fn is_web_address(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let has_host = |url: &Url| url.host_str().is_some_and(|host| !host.is_empty());
    let begins = |url: &Url| {
        let scheme =
            text.get(..url.scheme().len()).is_some_and(|said| said.eq_ignore_ascii_case(url.scheme()));
        let behind = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
        scheme
            && matches!(url.scheme(), "http" | "https")
            && behind.is_some_and(|rest| !rest.starts_with(['/', '\\']))
    };
    is_plain && Url::parse(text).is_ok_and(|url| has_host(&url) && begins(&url))
}

/// Whether a character stands in no text from outside.
pub fn is_refused(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || is_noncharacter(c)
}

/// Code points that are no characters and never will be: no XML may hold them.
pub fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that let what follows be seen from the other side.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_the_compatibility_form() {
        let all = (0..=0xffff).filter_map(char::from_u32);
        let mut plain = all.filter_map(|c| Some((c, plain(c)?)));
        assert!(plain.all(|(c, form)| std::iter::once(c).nfkc().eq([form])));
        assert_eq!(compatible("（一）总计 ａ１，①ﬁ"), "(一)总计 a1,1fi");
    }

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        for right in
            ["https://a.gov.cn/x?y=1#z", "http://10.0.0.1:8080", "HTTPS://[fd00::1]/", "http://用户.cn"]
        {
            assert_eq!(is_web_address(right), right.is_ascii(), "{right}");
        }
        let wrong = [
            "",
            "a.gov.cn",
            "http:a.gov.cn",
            "http:/a.gov.cn",
            "http:///a.gov.cn",
            "http:\\\\a.gov.cn",
            "http://",
        ];
        let wrong = wrong.iter().chain(&[
            "ftp://a.gov.cn",
            "javascript://a",
            "http://a b",
            "http://a:99999",
            "https://a\n",
        ]);
        for wrong in wrong {
            assert!(!is_web_address(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn line_ends_become_one_and_other_control_characters_are_refused() {
        let read = |text: &str| Text::read(text, 10).map(String::from);
        assert_eq!(read("甲\r\n乙\r丙\t丁\n").as_deref(), Ok("甲\n乙\n丙\t丁\n"));
        let none = ["\u{fffe}", "甲\u{ffff}", "\u{fdd0}", "\u{1fffe}", "\u{10ffff}"];
        for refused in ["甲\u{0}", "\u{7}", "\u{1b}[0m", "甲\u{7f}", "\u{9f}"].into_iter().chain(none) {
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
        for turned in ["甲\u{202e}乙", "\u{2066}甲"] {
            assert_eq!(Text::line(turned, 200), Err(TextFault::HiddenCharacter));
        }
    }

    #[test]
    fn a_name_holds_nothing_that_is_not_seen() {
        assert!(Text::name("沁源县信访局（本级）", 200).is_ok() && Text::line("甲\u{200b}局", 200).is_ok());
        for hidden in ["甲\u{200b}局", "甲局\u{2060}", "\u{ad}甲局", "甲\u{3164}局"] {
            assert_eq!(Text::name(hidden, 200), Err(TextFault::HiddenCharacter));
        }
    }

    #[test]
    fn a_files_text_loses_what_nobody_can_be_asked_about() {
        assert_eq!(cleaned("甲\u{0}乙\r\n丙\u{c}"), "甲乙\n丙");
        assert!(matches!(cleaned("甲乙"), Cow::Borrowed(_)));
        assert_eq!(cleaned_line("甲\u{202e}乙\u{2028}丙\u{fffe}"), "甲乙 丙");
        assert!(matches!(cleaned_line("甲乙"), Cow::Borrowed(_)));
    }
}
