//! Characters as Chinese texts are typed: full-width ones count as their plain forms.

use unicode_normalization::UnicodeNormalization;

/// A full-width letter, digit or mark as its plain form; any other character is itself.
pub fn half(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// A digit, plain or full-width.
pub fn is_digit(c: char) -> bool {
    half(c).is_ascii_digit()
}

/// What joins the groups of one number, `139·1234 5678`, or the characters of one mark, `机 密`; marks of a kind are
/// one.
pub fn joiner(c: char) -> Option<char> {
    Some(match half(c) {
        '\t' | '\u{3000}' | '.' | '/' | '_' | '|' => half(c),
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '·' | '•' | '・' | '‧' | '∙' | '⋅' | '･' => '·',
        '-' | '\u{2010}'..='\u{2015}' | '−' | '﹣' => '-',
        '∕' | '⁄' => '/',
        blank if blank.is_whitespace() => ' ',
        _ => return None,
    })
}

/// Characters that only the font of one document knows.
pub fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// A digit in a ring, in brackets, raised or lowered; in a text it mostly stands for itself: ①加强，②完善.
pub fn set_off_digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let digit = match code {
        0xb2 | 0xb3 => code - 0xb0,
        0xb9 => 1,
        0x2070 | 0x24ea | 0x24ff | 0x1f100 | 0x1f10b | 0x1f10c => 0,
        0x2074..=0x2079 => code - 0x2070,
        0x2080..=0x2089 => code - 0x2080,
        0x2460..=0x2468 => code - 0x245f,
        0x2474..=0x247c => code - 0x2473,
        0x2488..=0x2490 => code - 0x2487,
        0x24f5..=0x24fd => code - 0x24f4,
        0x2776..=0x277e => code - 0x2775,
        0x2780..=0x2788 => code - 0x277f,
        0x278a..=0x2792 => code - 0x2789,
        0x1f101..=0x1f10a => code - 0x1f101,
        _ => return None,
    };
    char::from_digit(digit, 10)
}

/// Where the digits of each script begin, in order (Unicode's `Nd`).
const ZEROS: [u32; 38] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x11066, 0x1fbf0,
];

/// A digit or letter of another script that looks like, or counts as, one of ours; radicals and compatibility forms
/// as the characters they are; any other is itself.
pub fn alike(c: char) -> char {
    let code = u32::from(c);
    match code {
        0x2e80..=0x2fdf | 0xf900..=0xfaff | 0x2f800..=0x2fa1f => {
            return std::iter::once(c).nfkc().next().unwrap_or(c);
        }
        0x2169 | 0x2179 => return 'X',
        0x370..=0x52f => return lookalike(c),
        // Digits of mathematics: 𝟎 𝟘 𝟢 𝟬 𝟶.
        0x1d7ce..=0x1d7ff => return char::from_digit((code - 0x1d7ce) % 10, 10).unwrap_or(c),
        _ => {}
    }
    let script = ZEROS.get(ZEROS.partition_point(|zero| *zero <= code).wrapping_sub(1));
    script.and_then(|zero| char::from_digit(code - zero, 10)).unwrap_or(c)
}

/// Greek and Cyrillic letters that are seen as Latin ones.
fn lookalike(c: char) -> char {
    match c {
        'Α' | 'А' => 'A',
        'Β' | 'В' => 'B',
        'С' | 'Ϲ' => 'C',
        'Ε' | 'Е' => 'E',
        'Η' | 'Н' => 'H',
        'Ι' | 'І' => 'I',
        'Ј' => 'J',
        'Κ' | 'К' => 'K',
        'Μ' | 'М' => 'M',
        'Ν' => 'N',
        'Ο' | 'О' => 'O',
        'Ρ' | 'Р' => 'P',
        'Ѕ' => 'S',
        'Τ' | 'Т' => 'T',
        'Χ' | 'Х' => 'X',
        'χ' | 'х' => 'x',
        'Υ' | 'У' => 'Y',
        'Ζ' => 'Z',
        other => other,
    }
}

/// A Chinese character.
pub fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_forms_are_read_as_plain_ones() {
        let plain: String = "苏Ａ１２－３，Ｘ。".chars().map(half).collect();
        assert_eq!(plain, "苏A12-3,X。");
        assert!(is_digit('７') && is_digit('7') && !is_digit('七'));
        let seen: String = "٤۵९Х晋АⅩ⽂\u{f9db}𝟕é".chars().map(alike).collect();
        assert_eq!(seen, "459X晋AX文率7é");
        assert_eq!(set_off_digit('③').zip(set_off_digit('²')), Some(('3', '2')));
        assert_eq!(
            "　·－\u{2028}，".chars().map(joiner).collect::<Vec<_>>(),
            [Some('\u{3000}'), Some('·'), Some('-'), Some('\n'), None]
        );
        assert!(is_han('年') && !is_han('，') && !is_han('A'));
    }
}
