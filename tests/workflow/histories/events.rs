//! What may happen to reports, agencies, rosters and years.

use nianbao::inside::domain::workflow::Action;
use nianbao::inside::domain::year::YearState;
use proptest::prelude::*;

/// What happens next; numbers choose whom it happens to.
#[derive(Debug, Clone)]
pub enum Event {
    /// A report is opened.
    File {
        agency: usize,
        year: usize,
        consolidated: bool,
        seed: i64,
    },
    /// A report goes one step on its way to publication, or back.
    Step {
        report: usize,
        action: Action,
    },
    /// A report goes the whole way.
    Publish {
        report: usize,
    },
    Change {
        report: usize,
        seed: i64,
    },
    Discard {
        report: usize,
    },
    Register {
        parent: usize,
    },
    Move {
        agency: usize,
        parent: usize,
    },
    Relabel {
        agency: usize,
    },
    Merge {
        agency: usize,
        into: usize,
    },
    Exempt {
        agency: usize,
        year: usize,
        exempt: bool,
    },
    Extend {
        agency: usize,
        year: usize,
        day: u32,
    },
    Transfer {
        agency: usize,
        year: usize,
        parent: usize,
    },
    Year {
        year: usize,
        state: YearState,
    },
}

pub fn events() -> impl Strategy<Value = Vec<Event>> {
    let n = || 0..64usize;
    let state = prop_oneof![Just(YearState::Open), Just(YearState::Closed)];
    let action = prop_oneof![
        4 => Just(Action::Submit),
        4 => Just(Action::Approve),
        4 => Just(Action::Publish),
        1 => Just(Action::Return),
        1 => Just(Action::Recall),
        2 => Just(Action::Correct),
        1 => Just(Action::Withdraw),
        3 => Just(Action::Archive),
    ];
    let event = prop_oneof![
        5 => (n(), n(), any::<bool>(), 0..1_000i64)
            .prop_map(|(agency, year, consolidated, seed)| Event::File { agency, year, consolidated, seed }),
        16 => (n(), action).prop_map(|(report, action)| Event::Step { report, action }),
        4 => n().prop_map(|report| Event::Publish { report }),
        2 => (n(), 0..1_000i64).prop_map(|(report, seed)| Event::Change { report, seed }),
        1 => n().prop_map(|report| Event::Discard { report }),
        1 => n().prop_map(|parent| Event::Register { parent }),
        3 => (n(), n()).prop_map(|(agency, parent)| Event::Move { agency, parent }),
        1 => n().prop_map(|agency| Event::Relabel { agency }),
        1 => (n(), n()).prop_map(|(agency, into)| Event::Merge { agency, into }),
        1 => (n(), n(), any::<bool>()).prop_map(|(agency, year, exempt)| Event::Exempt { agency, year, exempt }),
        1 => (n(), n(), 1..28u32).prop_map(|(agency, year, day)| Event::Extend { agency, year, day }),
        1 => (n(), n(), n()).prop_map(|(agency, year, parent)| Event::Transfer { agency, year, parent }),
        1 => (n(), state).prop_map(|(year, state)| Event::Year { year, state }),
    ];
    prop::collection::vec(event, 20..60)
}
