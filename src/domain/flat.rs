//! The stored shape of a vector: a flat JSON array of integers and nulls, `[3,0,null]`, without blanks.
//!
//! Sums of a province are a thousand such vectors: they are read byte by byte, with no reader in between.

/// Reads an array of exactly so many places.
pub fn read_flat(text: &str, width: usize) -> Option<Vec<Option<i64>>> {
    let mut read = Vec::with_capacity(width);
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut bytes = inside.as_bytes();
    while read.len() < width {
        let (place, rest) = read_place(bytes)?;
        read.push(place);
        bytes = match rest.split_first() {
            Some((b',', rest)) if read.len() < width => rest,
            None if read.len() == width => rest,
            _ => return None,
        };
    }
    bytes.is_empty().then_some(read)
}

/// The same where nothing may be missing.
pub fn read_numbers(text: &str, width: usize) -> Option<Vec<i64>> {
    read_flat(text, width)?.into_iter().collect()
}

fn read_place(bytes: &[u8]) -> Option<(Option<i64>, &[u8])> {
    if let Some(rest) = bytes.strip_prefix(b"null") {
        return Some((None, rest));
    }
    let (sign, mut rest) = match bytes.strip_prefix(b"-") {
        Some(rest) => (-1, rest),
        None => (1, bytes),
    };
    let mut value = 0_i64;
    let mut digits = 0;
    while let Some((digit @ b'0'..=b'9', behind)) = rest.split_first() {
        value = value.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0'))?;
        digits += 1;
        rest = behind;
    }
    (digits > 0).then_some((Some(value), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_such_array_is_none() {
        for text in
            ["", "[", "[]", "[1]", "[1,2,3]", "[1,]", "[1,2", "1,2", "[1 ,2]", "[1,x]", "[-,2]", "[1,2]]"]
        {
            assert_eq!(read_flat(text, 2), None, "{text}");
        }
        assert_eq!(read_flat("[1,null]", 2), Some(vec![Some(1), None]));
        assert_eq!(read_numbers("[1,null]", 2), None);
        assert_eq!(read_flat("[9223372036854775808]", 1), None, "beyond what a cell holds");
    }

    proptest! {
        #[test]
        fn it_reads_what_any_reader_of_json_reads(values in prop::collection::vec(any::<Option<i64>>(), 1..300)) {
            let text = serde_json::to_string(&values).expect("JSON");
            prop_assert_eq!(read_flat(&text, values.len()), Some(values));
        }
    }
}
