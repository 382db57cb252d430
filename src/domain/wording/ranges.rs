//! What some ranges of a text cover together: there may be as many of them as the text has characters.

use std::ops::Range;

/// The places covered, in order, parted by what is not.
pub(super) struct Covered(Vec<Range<usize>>);

impl Covered {
    pub fn by(ranges: impl Iterator<Item = Range<usize>>) -> Covered {
        let mut ranges: Vec<Range<usize>> = ranges.collect();
        ranges.sort_unstable_by_key(|range| range.start);
        let mut covered: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match covered.last_mut().filter(|last| range.start <= last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => covered.push(range),
            }
        }
        Covered(covered)
    }

    pub fn holds(&self, at: usize) -> bool {
        let last = self.0.partition_point(|range| range.start <= at).checked_sub(1);
        last.and_then(|last| self.0.get(last)).is_some_and(|range| range.contains(&at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_one_range_holds_all_hold_together(
            ranges in proptest::collection::vec((0_usize..40, 0_usize..6), 0..12),
        ) {
            let ranges: Vec<Range<usize>> = ranges.into_iter().map(|(from, long)| from..from + long).collect();
            let covered = Covered::by(ranges.iter().cloned());
            for at in 0..50 {
                prop_assert_eq!(covered.holds(at), ranges.iter().any(|range| range.contains(&at)), "{}", at);
            }
        }
    }
}
