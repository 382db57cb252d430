//! Numbers in Chinese words: 十五, 一百二十三, 两千.

const DIGITS: [(char, i64); 21] = [
    ('壹', 1),
    ('贰', 2),
    ('叁', 3),
    ('肆', 4),
    ('伍', 5),
    ('陆', 6),
    ('柒', 7),
    ('捌', 8),
    ('玖', 9),
    ('零', 0),
    ('〇', 0),
    ('一', 1),
    ('二', 2),
    ('两', 2),
    ('三', 3),
    ('四', 4),
    ('五', 5),
    ('六', 6),
    ('七', 7),
    ('八', 8),
    ('九', 9),
];
const POWERS: [(char, i64); 7] =
    [('十', 10), ('百', 100), ('千', 1_000), ('万', 10_000), ('拾', 10), ('佰', 100), ('仟', 1_000)];
/// Before what no count begins: 第三, 每一, 唯一.
const NOT_BEHIND: [char; 12] = ['第', '每', '任', '统', '同', '唯', '某', '逐', '专', '几', '数', '〔'];

fn of(table: &[(char, i64)], c: char) -> Option<i64> {
    table.iter().find(|(known, _)| *known == c).map(|(_, value)| *value)
}

fn is_numeral(c: char) -> bool {
    of(&DIGITS, c).is_some() || of(&POWERS, c).is_some()
}

/// Where numbers in words stand in a clause; 一 alone is a word rather than a count.
pub(super) fn numerals(clause: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut before = None;
    let mut open = false;
    for (at, c) in clause.char_indices() {
        let end = at + c.len_utf8();
        match (is_numeral(c), open) {
            (true, true) => {
                if let Some(last) = found.last_mut() {
                    last.1 = end;
                }
            }
            (true, false) if !before.is_some_and(|c| NOT_BEHIND.contains(&c)) => {
                found.push((at, end));
                open = true;
            }
            // The rest of a number that is none is none either.
            (true, false) => {}
            (false, _) => open = false,
        }
        // 第二十: what stands before the number stands before all of it.
        if !is_numeral(c) || open {
            before = Some(c);
        }
    }
    // 队伍 and 大陆 are no numbers either.
    let alone = |text: &str| text == "一" || (text.chars().count() == 1 && "伍陆".contains(text));
    found.retain(|(start, end)| clause.get(*start..*end).is_some_and(|text| !alone(text)));
    found
}

/// The value of a number in words; `None` for one that is not well made (三四, 一五).
pub(super) fn value(text: &str) -> Option<i64> {
    let (mut total, mut section, mut digit) = (0_i64, 0_i64, None);
    for c in text.chars() {
        match (of(&DIGITS, c), of(&POWERS, c)) {
            (Some(0), _) if digit.is_none() => {}
            (Some(value), _) if digit.is_none() => digit = Some(value),
            (_, Some(10_000)) => {
                section += digit.take().unwrap_or(0);
                if section == 0 {
                    return None;
                }
                total += section * 10_000;
                section = 0;
            }
            (_, Some(power)) => {
                // 十五 is 一十五; 百五 is nothing.
                let times = match digit.take() {
                    Some(times) => times,
                    None if power == 10 => 1,
                    None => return None,
                };
                section += times * power;
            }
            _ => return None,
        }
    }
    Some(total + section + digit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_have_a_value() {
        for (text, expected) in [
            ("十", Some(10)),
            ("十五", Some(15)),
            ("二十", Some(20)),
            ("一百零三", Some(103)),
            ("壹拾伍", Some(15)),
            ("一百二十", Some(120)),
            ("两千三百", Some(2_300)),
            ("一万二千", Some(12_000)),
            ("三四", None),
            ("百五", None),
            ("万", None),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
