//! What may happen to accesses and to the report.

use nianbao::inside::domain::rights::Role;
use nianbao::inside::domain::workflow::Action;
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub enum Event {
    /// For a new person, or for that of some access; by a code, unless it is the caller's own.
    Issue {
        by: usize,
        to: Option<usize>,
        role: Role,
    },
    Rotate {
        by: usize,
        token: usize,
    },
    Fetch {
        token: usize,
    },
    Confirm {
        by: usize,
        person: usize,
    },
    Edit {
        by: usize,
    },
    Explain {
        by: usize,
    },
    Do {
        by: usize,
        action: Action,
    },
}

pub fn events() -> impl Strategy<Value = Vec<Event>> {
    let who = 0usize..64;
    // Who issues anything at all is among the first: see the roles at the beginning.
    let manager = prop_oneof![3 => 5usize..8, 1 => 0usize..64].boxed();
    let role = prop_oneof![
        1 => Just(Role::Editor),
        4 => Just(Role::Reviewer),
        1 => Just(Role::Publisher),
        1 => Just(Role::Supervisor),
    ];
    let action = prop_oneof![
        3 => Just(Action::Submit),
        14 => Just(Action::Approve),
        5 => Just(Action::Publish),
        2 => Just(Action::Correct),
        1 => Just(Action::Return),
    ];
    let event = prop_oneof![
        3 => (manager.clone(), prop::option::of(who.clone()), role)
            .prop_map(|(by, to, role)| Event::Issue { by, to, role }),
        1 => (manager.clone(), who.clone()).prop_map(|(by, token)| Event::Rotate { by, token }),
        4 => who.clone().prop_map(|token| Event::Fetch { token }),
        3 => (manager, who.clone()).prop_map(|(by, person)| Event::Confirm { by, person }),
        1 => who.clone().prop_map(|by| Event::Edit { by }),
        1 => who.clone().prop_map(|by| Event::Explain { by }),
        24 => (who, action).prop_map(|(by, action)| Event::Do { by, action }),
    ];
    prop::collection::vec(event, 120..300)
}
