//! Who may do what where: every role, action, state and place, against the table of the contract.

use super::harness::world::{World, id_of, suqian};
use nianbao::inside::domain::workflow::{Action, State};
use serde_json::{Value, json};
use std::cell::Cell;

const ROLES: [&str; 8] =
    ["editor", "reviewer", "publisher", "supervisor", "system_admin", "security_admin", "auditor", "admin"];

/// Every fourth combination of several choices, so that all but any one of them are tried in every combination; with
/// `NIANBAO_TEST_LONG=1` all.
fn is_tried(choices: &[usize]) -> bool {
    choices.iter().sum::<usize>() % 4 == 0 || std::env::var_os("NIANBAO_TEST_LONG").is_some()
}

/// The contract's table, written down once more by hand: who takes an action from a state.
#[expect(clippy::match_same_arms, reason = "a table: a line is a line of the contract")]
fn takers(state: &str, action: &str) -> &'static [&'static str] {
    match (state, action) {
        ("draft", "submit") => &["editor", "admin"],
        ("first_review" | "second_review" | "final_review", "approve") => &["reviewer", "admin"],
        ("first_review" | "second_review" | "final_review", "return") => &["reviewer", "supervisor", "admin"],
        // Only the submitter, and here the administrator is not.
        ("first_review", "recall") => &["editor"],
        ("approved", "publish") => &["publisher", "admin"],
        ("approved", "return") => &["publisher", "supervisor", "admin"],
        ("published", "withdraw") | ("published" | "withdrawn", "correct") => &["publisher", "admin"],
        _ => &[],
    }
}

/// Whether the action can be taken from the state at all.
fn possible(state: &str, action: &str) -> bool {
    !takers(state, action).is_empty()
}

/// Whether a role takes the action from any state.
fn ever(role: &str, action: &str) -> bool {
    // The administrator holds every role; only the submission must be one's own, and an open year archives nothing.
    role == "admin"
        || (role, action) == ("system_admin", "archive")
        || State::ALL.iter().any(|state| takers(state.as_str(), action).contains(&role))
}

/// What whoever may not see the draft is told.
fn outsider(state: &str) -> (u16, &'static str) {
    match state {
        "published" => (403, "forbidden"),
        "withdrawn" => (410, "report_withdrawn"),
        _ => (404, "not_found"),
    }
}

fn expected(state: &str, action: &str, role: &str) -> (u16, &'static str) {
    if role == "security_admin" {
        // Nothing of content.
        outsider(state)
    } else if takers(state, action).contains(&role) {
        (201, "")
    } else if possible(state, action) || !ever(role, action) {
        (403, "forbidden")
    } else {
        (409, "transition_not_allowed")
    }
}

/// Takes a new report to a state; every report is another agency's.
fn report_in(world: &World<'_>, state: &str, number: &Cell<u32>) -> String {
    number.set(number.get() + 1);
    let service = world.service;
    let body = json!({"name": format!("乙县第{}局", number.get()), "level": "county", "kind": "department",
        "parent_id": world.county});
    let agency = id_of(&service.post("/agencies").token(&service.admin()).json(&body).send().expect(201));
    let body = json!({"agency_id": agency, "year": 2023, "sections": suqian(2023)["sections"]});
    let id = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
    let steps = ["first_review", "second_review", "final_review", "approved", "published", "withdrawn"];
    let acts = [
        (world.editor(), json!({"action": "submit"})),
        (world.reviewer(1), json!({"action": "approve"})),
        (world.reviewer(2), json!({"action": "approve"})),
        (world.reviewer(3), json!({"action": "approve"})),
        (world.publisher(), json!({"action": "publish"})),
        (world.publisher(), json!({"action": "withdraw", "comment": "误发"})),
    ];
    let count = steps.iter().position(|step| *step == state).map_or(0, |at| at + 1);
    for (token, order) in acts.into_iter().take(count) {
        world.transit(&id, &token, order).expect(201);
    }
    id
}

fn tag_of(world: &World<'_>, report: &str) -> String {
    let service = world.service;
    service.get(&format!("/reports/{report}")).token(&service.admin()).send().tag().to_owned()
}

fn order(action: &str) -> Value {
    match action {
        "archive" => json!({"action": action, "comment": "因故", "published_on": "2024-01-15"}),
        _ => json!({"action": action, "comment": "因故"}),
    }
}

on_both! {
    fn every_role_takes_exactly_its_actions_in_every_state_and_place(service) {
        let world = World::new(service);
        let number = Cell::new(0);
        let inside = |role: &str| match role {
            "editor" => world.editor(),
            "admin" => service.admin(),
            _ => service.token(role, &world.county, &format!("旁人{role}")),
        };
        let outside = |role: &str| service.token(role, &world.neighbour, &format!("邻县{role}"));
        let mut combinations = 0;
        for (at, state) in State::ALL.iter().map(|state| state.as_str()).enumerate() {
            let mut id = report_in(&world, state, &number);
            let mut tag = tag_of(&world, &id);
            for (act, action) in Action::ALL.iter().map(|action| action.as_str()).enumerate() {
                let ask = |id: &str, token: Option<String>, tag: &str| {
                    let request = service.post(&format!("/reports/{id}/transitions")).if_match(tag).json(&order(action));
                    let request = if let Some(token) = &token { request.token(token) } else { request };
                    request.send()
                };
                ask(&id, None, "\"1-zh\"").refused(401, "unauthorized");
                for (turn, role) in ROLES.into_iter().enumerate().filter(|(_, role)| *role != "admin") {
                    combinations += 1;
                    if !is_tried(&[at, act, turn]) {
                        continue;
                    }
                    let place = ask(&id, Some(outside(role)), "\"1-zh\"");
                    let (status, code) = outsider(state);
                    place.refused(status, code);
                }
                let many = |id: &str, token: &str, tag: &str| {
                    let mut body = order(action);
                    body["reports"] = json!([{"id": id, "etag": tag}]);
                    let reply = service.post("/reports/transitions").token(token).json(&body).send().expect(200).value();
                    let item = reply["items"][0].clone();
                    (item["status"].as_u64().expect("a status"), item["problem"]["code"].as_str().unwrap_or_default().to_owned())
                };
                let stranger = outside("editor");
                let told = many(&id, &stranger, "\"1-zh\"");
                let alone = ask(&id, Some(stranger), "\"1-zh\"");
                assert_eq!(told, (alone.status.into(), alone.value()["code"].as_str().unwrap_or_default().to_owned()), "{action} {state}");
                for (turn, role) in ROLES.into_iter().enumerate() {
                    let reply = ask(&id, Some(inside(role)), &tag);
                    let place = format!("{role} {action} {state}");
                    let (status, code) = expected(state, action, role);
                    assert_eq!(reply.status, status, "{place}: {}", reply.text());
                    if status != 201 && is_tried(&[at, act, turn]) {
                        let told = many(&id, &inside(role), &tag);
                        assert_eq!((told.0, told.1.as_str()), (status.into(), code), "{place}, with others");
                    }
                    if status == 201 {
                        id = report_in(&world, state, &number);
                        tag = tag_of(&world, &id);
                    } else {
                        assert_eq!(reply.value()["code"], code, "{place}");
                        assert_eq!(tag_of(&world, &id), tag, "{place}: nothing changed");
                    }
                    combinations += 1;
                }
            }
        }
        assert_eq!(combinations, 7 * 8 * 15);
    }

    fn a_reviewer_of_a_stage_acts_at_that_stage_alone(service) {
        let world = World::new(service);
        let number = Cell::new(0);
        let stages = ["first", "second", "final"];
        let mut tried = 0;
        for state in State::ALL.iter().map(|state| state.as_str()) {
            for action in ["approve", "return"] {
                let mut id = report_in(&world, state, &number);
                for stage in stages {
                    let name = format!("{stage}审核员{state}{action}");
                    let token = service.reviewer_of(stage, &world.county, &name);
                    let tag = service.get(&format!("/reports/{id}")).token(&service.admin()).send().tag().to_owned();
                    let path = format!("/reports/{id}/transitions");
                    let reply = service.post(&path).token(&token).if_match(&tag).json(&order(action)).send();
                    let place = format!("{stage} {action} {state}");
                    let (status, code) = match state.strip_suffix("_review") {
                        Some(here) if here == stage => (201, ""),
                        // The action can be taken here, by somebody else.
                        Some(_) => (403, "forbidden"),
                        None => expected(state, action, "reviewer"),
                    };
                    assert_eq!(reply.status, status, "{place}: {}", reply.text());
                    if status == 201 {
                        id = report_in(&world, state, &number);
                    } else {
                        assert_eq!(reply.value()["code"], code, "{place}");
                    }
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 7 * 2 * 3);
    }

    fn a_grant_takes_actions_only_as_far_as_it_reaches_and_not_where_it_is_for_reading(service) {
        let world = World::new(service);
        let number = Cell::new(0);
        let roles = ROLES.into_iter().filter(|role| *role != "admin");
        let mut combinations = 0;
        for (turn, role) in roles.enumerate() {
            for (at, state) in State::ALL.iter().map(|state| state.as_str()).enumerate() {
                let mut id = report_in(&world, state, &number);
                let first = service.get(&format!("/reports/{id}")).token(&service.admin()).send();
                let agency = first.value()["agency"]["id"].as_str().expect("an id").to_owned();
                // Where nothing was done the next one is tried with the same tag, and would be told.
                let (mut tag, mut is_first) = (first.tag().to_owned(), true);
                // The grant, where it stands, and whether it covers the report, and whether it lets one act.
                let grants: [(&[&str], &str, bool, bool); 5] = [
                    (&["--reach", "agency"], &world.county, false, false),
                    (&["--years", "2022"], &world.county, false, false),
                    (&["--read-only"], &world.county, true, false),
                    (&["--years", "2023..2024"], &world.county, true, true),
                    (&["--reach", "agency"], &agency, true, true),
                ];
                for (grant, (more, place, covers, acts)) in grants.into_iter().enumerate() {
                    let token = service.token_with(role, place, &format!("{role}{more:?}"), more);
                    for (act, action) in Action::ALL.iter().map(|action| action.as_str()).enumerate() {
                        combinations += 1;
                        if !is_tried(&[turn, at, grant, act]) {
                            continue;
                        }
                        // A report that was taken a step further is another agency's than the grant's.
                        let covers = covers && (is_first || *place != *agency);
                        let (status, code) = match (covers, acts) {
                            (false, _) => outsider(state),
                            (true, false) if role == "security_admin" => outsider(state),
                            (true, false) => (403, "forbidden"),
                            (true, true) => expected(state, action, role),
                        };
                        // Only whoever submitted takes it back, and that was the editor of the county.
                        let (status, code) = if (action, status) == ("recall", 201) { (403, "forbidden") } else { (status, code) };
                        let reply = service.post(&format!("/reports/{id}/transitions")).token(&token).if_match(&tag)
                            .json(&order(action)).send();
                        let place = format!("{role} {more:?} {action} {state}");
                        assert_eq!(reply.status, status, "{place}: {}", reply.text());
                        if status == 201 {
                            id = report_in(&world, state, &number);
                            (tag, is_first) = (tag_of(&world, &id), false);
                        } else {
                            assert_eq!(reply.value()["code"], code, "{place}");
                        }
                    }
                }
            }
        }
        assert_eq!(combinations, 7 * 7 * 5 * 8);
    }
}
