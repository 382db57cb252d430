//! Numbers of sheets: as they are kept, and whether they are shown as what they are.

/// Digits that sheets keep of a number; what binary fractions leave behind them is not shown.
const DIGITS: usize = 15;

/// The number that is shown, in the shortest spelling: what was typed in or came out of a sum.
pub(super) fn numeral(number: f64) -> String {
    let kept = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    f64::to_string(&kept)
}

/// The code of a format that every sheet knows by its number; `None` for those that hide nothing.
pub(super) fn known(number: u16) -> Option<&'static str> {
    match number {
        9 => Some("0%"),
        10 => Some("0.00%"),
        11 | 48 => Some("0.00E+00"),
        12 | 13 => Some("# ?/?"),
        _ => None,
    }
}

/// Whether a format shows every number as it is.
pub(super) fn hides_nothing(code: &str) -> bool {
    let parts = parts(code);
    // Which part shows a number is asked of that number.
    let is_choosy = parts.iter().any(|part| part.condition.is_some());
    !is_choosy && [1.0, 0.0, -1.0].into_iter().all(|number| is_shown(&parts, number))
}

/// Whether a format shows a number as it is, rounded at most: not as a share of a hundred, in thousands, as a word,
/// in white or not at all, with no figure beside it and nothing between its own that makes two of it.
pub(super) fn is_plain(code: &str, number: f64) -> bool {
    is_shown(&parts(code), number)
}

/// The number that a format shows which sets a point of its own into a whole one: 251000 by `0!.0000` as 25.1000, by
/// `0!.0,` as 25.1. Of what is rounded away nothing is known.
pub(super) fn pointed(code: &str, number: f64) -> Option<String> {
    let parts = parts(code);
    let [part] = parts.as_slice() else { return None };
    let point = part.tokens.iter().position(|token| matches!(token, Token::Said(said) if said == "."))?;
    let (before, behind) = part.tokens.split_at_checked(point)?;
    let places = behind.iter().skip(1).take_while(|token| **token == Token::Digit).count();
    let rest = behind.get(1 + places..)?;
    let thousands = rest.iter().take_while(|token| **token == Token::Comma).count();
    let unit = said(rest.get(thousands..)?);
    let is_whole = |token: &Token| *token == Token::Digit;
    let is_known =
        part.condition.is_none() && !part.is_white && !part.is_other && places > 0 && thousands < 3;
    let has_unit = rest.iter().skip(thousands).all(|token| matches!(token, Token::Said(_)));
    let is_plain = is_known && has_unit && !before.is_empty() && before.iter().all(is_whole);
    let kept = numeral(number / 1_000_f64.powi(i32::try_from(thousands).ok()?));
    let is_number = kept.len() <= DIGITS && kept.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain || !is_number || is_another_number(&unit) {
        return None;
    }
    let digits = format!("{kept:0>wide$}", wide = places + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - places)?;
    Some(format!("{whole}.{fraction}"))
}

fn is_shown(parts: &[Part], number: f64) -> bool {
    if parts.iter().all(|part| part.condition.is_none()) {
        return match parts {
            [_, negative, ..] if number < 0.0 => negative.is_plain(number, false),
            [_, _, zero, ..] if number == 0.0 => zero.is_plain(number, false),
            [first, ..] => first.is_plain(number, true),
            [] => true,
        };
    }
    let count = parts.len().min(3);
    for (at, part) in parts.iter().take(count).enumerate() {
        let holds = match part.condition {
            Some(condition) => condition.holds(number),
            // The last one is for all the rest; programs differ on one in the middle.
            None if at + 1 == count => true,
            None if !part.is_plain(number, true) => return false,
            None => continue,
        };
        if holds {
            return part.is_plain(number, true);
        }
    }
    false
}

/// A format whose colours nobody asks for.
pub(super) fn without_colors(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, behind)) = rest.split_once('[') {
        let (said, after) = behind.split_once(']').unwrap_or((behind, ""));
        kept.push_str(before);
        if !is_white(said) {
            kept.extend(["[", said, "]"]);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn is_white(said: &str) -> bool {
    let said: String = said.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    matches!(said.as_str(), "white" | "白色" | "color2" | "颜色2")
}

/// For which numbers a part of a format is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Condition {
    below: bool,
    same: bool,
    above: bool,
    than: f64,
}

impl Condition {
    pub fn of(said: &str) -> Option<Condition> {
        let than = said.trim_start_matches(['<', '>', '=']);
        let sign = said.get(..said.len() - than.len())?;
        let (below, same, above) = match sign {
            "<" => (true, false, false),
            "<=" => (true, true, false),
            "=" => (false, true, false),
            ">=" => (false, true, true),
            ">" => (false, false, true),
            "<>" => (true, false, true),
            _ => return None,
        };
        Some(Condition { below, same, above, than: than.trim().parse().ok()? })
    }

    #[expect(clippy::float_cmp, reason = "as sheets compare what was typed in")]
    pub fn holds(self, number: f64) -> bool {
        (self.below && number < self.than)
            || (self.same && number == self.than)
            || (self.above && number > self.than)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// Room for a digit.
    Digit,
    Point,
    Comma,
    /// The number as sheets show it by themselves.
    Whole,
    /// What stands there as it is.
    Said(String),
}

/// A part of a format: for what is above, below or nought.
#[derive(Debug, Default)]
struct Part {
    tokens: Vec<Token>,
    condition: Option<Condition>,
    is_white: bool,
    /// It shows a share, a power or a time.
    is_other: bool,
    is_filled: bool,
}

impl Part {
    /// Whether the number stands there as it is; its sign comes by itself, or the part has one.
    fn is_plain(&self, number: f64, is_signed: bool) -> bool {
        if self.is_white || self.is_other {
            return false;
        }
        let is_room = |token: &Token| matches!(token, Token::Digit | Token::Whole);
        let ends = self.tokens.iter().position(is_room).zip(self.tokens.iter().rposition(is_room));
        let Some((first, last)) = ends else {
            // No place for a digit: nought may be a dash.
            let is_nought = |c: char| c.is_whitespace() || "-－—–/／\\无零〇?".contains(c);
            return number == 0.0 && self.is_filled && said(&self.tokens).chars().all(is_nought);
        };
        let before = said(self.tokens.get(..first).unwrap_or_default());
        let behind = self.tokens.get(last + 1..).unwrap_or_default();
        let inside = self.tokens.get(first..=last).unwrap_or_default();
        let has_minus = before.contains(['-', '－', '—', '(', '（']);
        let is_sign_right = match number < 0.0 && !is_signed {
            true => has_minus,
            false => number <= 0.0 || !before.contains(['-', '－', '—']),
        };
        is_sign_right
            && behind.first() != Some(&Token::Comma)
            && !is_another_number(&before)
            && !is_another_number(&said(behind))
            && !said(behind).contains(['-', '－', '—'])
            && inside.iter().enumerate().all(|(at, token)| match token {
                Token::Said(said) => {
                    let groups = inside.get(at + 1..).unwrap_or_default();
                    let digits = groups.iter().take_while(|token| **token == Token::Digit).count();
                    let parts_thousands = match said.as_str() {
                        " " | "\u{a0}" | "\u{202f}" => true,
                        "," => number.abs() >= 1_000.0,
                        _ => false,
                    };
                    let is_whole = !inside.get(..at).unwrap_or_default().contains(&Token::Point);
                    parts_thousands && digits == 3 && is_whole
                }
                // In thousands.
                Token::Comma => inside.get(at + 1) != Some(&Token::Point),
                _ => true,
            })
    }

    fn say(&mut self, text: &str) {
        match self.tokens.last_mut() {
            _ if text.is_empty() => {}
            Some(Token::Said(said)) => said.push_str(text),
            _ => self.tokens.push(Token::Said(text.to_owned())),
        }
    }

    /// What stands in brackets: a colour, a condition, a time that runs on, the sign of a currency.
    fn take(&mut self, said: &str) {
        self.is_white |= is_white(said);
        self.is_other |= !said.is_empty() && said.to_ascii_lowercase().chars().all(|c| "hms".contains(c));
        if said.starts_with(['<', '>', '=']) {
            self.condition = Condition::of(said);
            self.is_other |= self.condition.is_none();
        }
        if let Some(sign) = said.strip_prefix('$') {
            self.say(sign.rsplit_once('-').map_or(sign, |(sign, _)| sign));
        }
    }
}

/// All that is said among tokens; a comma or point there is one.
fn said(tokens: &[Token]) -> String {
    let said = tokens.iter().map(|token| match token {
        Token::Said(said) => said.as_str(),
        Token::Comma => ",",
        Token::Point => ".",
        Token::Digit | Token::Whole => "",
    });
    said.collect()
}

fn parts(code: &str) -> Vec<Part> {
    // As offices' own programs call the usual one.
    let code = code.replace("G/通用格式", "General").replace("通用格式", "General");
    let mut parts = vec![Part::default()];
    let mut rest = code.as_str();
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = behind;
        if c == ';' {
            parts.push(Part::default());
            continue;
        }
        let Some(part) = parts.last_mut() else { break };
        part.is_filled = true;
        match c {
            '"' => {
                let (text, after) = behind.split_once('"').unwrap_or((behind, ""));
                part.say(text);
                rest = after;
            }
            '\\' | '!' | '*' | '_' => {
                let next = behind.chars().next();
                rest = behind.get(next.map_or(0, char::len_utf8)..).unwrap_or_default();
                let next = next.map(String::from).unwrap_or_default();
                part.say(if c == '_' { " " } else { &next });
            }
            '[' => {
                let (text, after) = behind.split_once(']').unwrap_or((behind, ""));
                part.take(text);
                rest = after;
            }
            '0' | '#' | '?' => part.tokens.push(Token::Digit),
            '.' => part.tokens.push(Token::Point),
            ',' => part.tokens.push(Token::Comma),
            '@' => part.tokens.push(Token::Whole),
            '%' | '/' => part.is_other = true,
            'e' | 'E' if behind.starts_with(['+', '-']) => part.is_other = true,
            'g' | 'G' if behind.get(..6).is_some_and(|rest| rest.eq_ignore_ascii_case("eneral")) => {
                part.tokens.push(Token::Whole);
                rest = behind.get(6..).unwrap_or_default();
            }
            c => part.say(c.encode_utf8(&mut [0; 4])),
        }
    }
    parts
}

/// Whether a word beside a number makes another one of it: 12 万件 is not 12, 5 元 are no 5 万元, ≥ 5 is no 5. What it
/// is a number of makes none.
pub(super) fn is_another_number(said: &str) -> bool {
    const HARMLESS: &str = "件份宗项起例人次个条张本家部页笔共计合总数：:¥￥$-－—–―无";
    let bare = |c: &char| !(c.is_whitespace() || "()（）[]【】".contains(*c));
    let said: String = said.chars().filter(bare).collect();
    said != "万元" && said.chars().any(|c| !HARMLESS.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_binary_fractions_leave_is_not_shown() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (11.999_999_999_999_998, "12"),
            (59_237.244_9, "59237.2449"),
            (1_573_179.0, "1573179"),
            (0.0, "0"),
            (-3.0, "-3"),
        ] {
            assert_eq!(numeral(number), text);
        }
    }

    #[test]
    fn a_format_shows_a_number_as_it_is_or_as_something_else() {
        for code in [
            "General",
            "G/通用格式",
            "0",
            "#,##0.00",
            "0_ ",
            "0\"件\"",
            "0.00\"万元\"",
            "#,##0_);[Red](#,##0)",
            "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"??_ ;_ @_ ",
            "@",
            "[$-804]0",
            "[>=1000]#,##0;0",
            "0\\ ",
            "# ##0",
            "#\\ ##0",
            "\"共\"0\"件\"",
            "[=0]\"无\";0",
            "[>=100]0,;0",
            "[$¥-804]#,##0.00",
        ] {
            assert!(is_plain(code, 12.0), "{code}");
        }
        for code in [
            "0%",
            "0.00E+00",
            "# ?/?",
            ";;;",
            "0!.0000",
            "0\\.0,",
            "#,##0.00,",
            "0.00,,",
            "\"1\"0",
            "#,##0\"元\"",
            "0\"万件\"",
            "\"约\"0",
            "0\"%\"",
            "\"无\"",
            "[>=10]0,;0",
            "[>5]\"多\";0",
            "[White]0",
            "[白色]0",
            "[Color 2]0",
            "0\\ 0",
            "0\"-\"0",
            "0000-00-00",
            "0*0",
            "0_00",
            "0\"+\"",
            "0+",
            "\"≥\"0",
            "\"不足\"0",
            "0\"以上\"",
            "~0",
            "-0",
            "[$1]0",
            "G/通用格式\"万件\"",
            "[h]",
            "0,;0",
            "#\\,##0",
        ] {
            assert!(!is_plain(code, 12.0), "{code}");
        }
        assert!(is_plain("0;-0;\"—\"", 0.0) && !is_plain("0;;\"—\"", -1.0));
        assert!(is_plain("#\\,##0", 12_345.0) && !is_plain("0;0", -5.0) && is_plain("0;(0)", -5.0));
        assert!(is_plain("[White]0;[Red]-0", -1.0) && is_plain(&without_colors("[White]0"), 1.0));
        for (code, number, shown) in [
            ("0!.0000", 251_000.0, Some("25.1000")),
            ("0\\.0000\"万元\"", 51.0, Some("0.0051")),
            ("0!.0,", 251_000.0, Some("25.1")),
            ("0!.0,", 251_600.5, None),
            ("0!.0000", 1.5, None),
            ("0!.0\"万\"", 12.0, None),
            ("#,##0!.0", 12.0, None),
            ("0.00", 12.0, None),
        ] {
            assert_eq!(pointed(code, number).as_deref(), shown, "{code}");
        }
        assert!(hides_nothing("0\"件\"") && !hides_nothing("[>=100]0,;0") && !hides_nothing("[White]0"));
    }
}
