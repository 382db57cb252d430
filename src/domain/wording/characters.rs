//! Characters as Chinese texts are typed: full-width ones count as their plain forms.

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
        assert!(is_han('年') && !is_han('，') && !is_han('A'));
    }
}
