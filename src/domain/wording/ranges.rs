//! How far the ranges of a text reach: there may be as many of them as the text has characters.

use std::ops::Range;

/// Ranges by where they begin, each with the furthest end of all up to it.
pub(super) struct Reach(Vec<(usize, usize)>);

impl Reach {
    pub fn of(ranges: impl Iterator<Item = Range<usize>>) -> Reach {
        let mut ranges: Vec<(usize, usize)> = ranges.map(|range| (range.start, range.end)).collect();
        ranges.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut ranges {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Reach(ranges)
    }

    /// The furthest end of the ranges that begin here or before.
    fn from(&self, at: usize) -> usize {
        let last = self.0.partition_point(|(start, _)| *start <= at).checked_sub(1);
        last.and_then(|last| self.0.get(last)).map_or(0, |(_, end)| *end)
    }

    /// Whether one range holds all of another.
    pub fn holds(&self, range: &Range<usize>) -> bool {
        self.from(range.start) >= range.end
    }

    /// Whether one range holds a part and is no mere piece of the whole: it leaves it, or is all of it.
    pub fn holds_beyond(&self, part: &Range<usize>, whole: &Range<usize>) -> bool {
        let before = whole.start.checked_sub(1).is_some_and(|at| self.from(at) >= part.end);
        before || self.from(part.start) > whole.end || self.holds(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_one_of_the_ranges_holds_is_held(
            ranges in proptest::collection::vec((0_usize..20, 0_usize..6), 0..8),
        ) {
            let ranges: Vec<Range<usize>> = ranges.into_iter().map(|(from, long)| from..from + long).collect();
            let reach = Reach::of(ranges.iter().cloned());
            let holds = |one: &Range<usize>, other: &Range<usize>| one.start <= other.start && other.end <= one.end;
            for start in 0..24 {
                for end in start + 1..26 {
                    let part = start..end;
                    prop_assert_eq!(reach.holds(&part), ranges.iter().any(|one| holds(one, &part)), "{:?}", part);
                    let whole = start.saturating_sub(1)..end + 2;
                    let beyond = |one: &Range<usize>| {
                        holds(one, &part) && (one.start < whole.start || one.end > whole.end || *one == whole)
                    };
                    prop_assert_eq!(reach.holds_beyond(&part, &whole), ranges.iter().any(beyond), "{:?}", part);
                }
            }
        }
    }
}
