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
    [1.0, 0.0, -1.0].into_iter().all(|number| is_plain(code, number))
}

/// Whether a format shows a number as it is, rounded at most: not as a share of a hundred, in thousands, as a word
/// or not at all, and with no figure beside it.
pub(super) fn is_plain(code: &str, number: f64) -> bool {
    // As offices' own programs call the usual one.
    if code.contains("通用格式") {
        return true;
    }
    let sections = sections(code);
    let conditional = sections.iter().any(|section| section.has_condition);
    let section = match sections.as_slice() {
        // Nobody has to follow conditions: each way must be plain.
        _ if conditional => return sections.iter().all(|section| section.is_plain(number)),
        [_, negative, ..] if number < 0.0 => negative,
        [_, _, zero, ..] if number == 0.0 => zero,
        [first, ..] => first,
        [] => return true,
    };
    section.is_plain(number)
}

/// A part of a format: for what is above, below or nought.
#[derive(Debug, Default)]
struct Part {
    /// All that is neither a quotation nor a color nor room for a character, in small letters.
    marks: String,
    /// A figure or a point stands in it as a word.
    has_figure: bool,
    is_empty: bool,
    has_condition: bool,
}

impl Part {
    fn is_plain(&self, number: f64) -> bool {
        let marks = &self.marks;
        if marks.contains("general") || marks.contains('@') {
            return !self.has_figure;
        }
        let Some(last) = marks.rfind(['0', '#', '?']) else {
            // No place for a digit: nought may be a dash.
            return number == 0.0 && !self.is_empty && !self.has_figure;
        };
        let behind = marks.get(last + 1..).unwrap_or_default();
        let scaled = behind.starts_with(',') || marks.contains(",.");
        !(self.has_figure
            || scaled
            || marks.contains(['%', '/'])
            || marks.contains("e+")
            || marks.contains("e-"))
    }
}

fn sections(code: &str) -> Vec<Part> {
    let mut parts = vec![Part { is_empty: true, ..Part::default() }];
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        if c == ';' {
            parts.push(Part { is_empty: true, ..Part::default() });
            continue;
        }
        let Some(part) = parts.last_mut() else { break };
        part.is_empty = false;
        match c {
            '"' => {
                let said: String = chars.by_ref().take_while(|c| *c != '"').collect();
                part.has_figure |= said.contains(is_of_figure) || is_another_number(said.trim());
            }
            '\\' | '!' => {
                let said = chars.next();
                part.has_figure |= said.is_some_and(|said| {
                    is_of_figure(said) || is_another_number(said.encode_utf8(&mut [0; 4]))
                });
            }
            '_' | '*' => drop(chars.next()),
            '[' => {
                let said: String = chars.by_ref().take_while(|c| *c != ']').collect();
                part.has_condition |= said.starts_with(['<', '>', '=']);
            }
            c => part.marks.extend(c.to_lowercase()),
        }
    }
    parts
}

/// Whether a word beside a number makes another one of it: 12 万件 is not 12, 5 元 are no 5 万元.
pub(super) fn is_another_number(said: &str) -> bool {
    said != "万元" && said.contains(['元', '万', '亿', '千', '百', '十', '约', '%', '％', '余', '多', '近'])
}

fn is_of_figure(c: char) -> bool {
    c.is_numeric() || matches!(c, '.' | ',' | '．' | '，')
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
            "[>=100]0,;0",
        ] {
            assert!(!is_plain(code, 12.0), "{code}");
        }
        assert!(is_plain("0;-0;\"—\"", 0.0) && !is_plain("0;;\"—\"", -1.0));
    }
}
