//! Who may do what beside the transitions: every role, every kind of grant, every kind of matter, by the table of the
//! contract written down once more by hand.

use super::harness::client::Reply;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

/// Over what somebody asks for something.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Over an agency below the county.
    Bureau,
    County,
    /// Over the county with all below it.
    BelowCounty,
    Everything,
    /// Over anything at all: what is asked before anything is named.
    Somewhere,
}

struct Matter<'a> {
    name: &'static str,
    roles: &'static [&'static str],
    writes: bool,
    place: Place,
    /// Whether it belongs to a year.
    of_a_year: bool,
    /// What whoever has the right is told; nothing is written.
    granted: u16,
    ask: Box<dyn Fn(&str) -> Reply + 'a>,
    /// Whether whoever may not see the draft is not told that there is one.
    hides: bool,
}

/// A kind of grant: where it stands, and what is said with it.
struct Form {
    everywhere: bool,
    more: &'static [&'static str],
}

const FORMS: [Form; 6] = [
    Form { everywhere: true, more: &[] },
    Form { everywhere: false, more: &[] },
    Form { everywhere: false, more: &["--reach", "agency"] },
    Form { everywhere: true, more: &["--read-only"] },
    Form { everywhere: true, more: &["--years", "2022"] },
    Form { everywhere: false, more: &["--years", "2023"] },
];

const ROLES: [&str; 8] =
    ["editor", "reviewer", "publisher", "supervisor", "system_admin", "security_admin", "auditor", "admin"];

impl Form {
    fn says(&self, word: &str) -> bool {
        self.more.contains(&word)
    }

    fn gives(&self, matter: &Matter<'_>) -> bool {
        let covers = match matter.place {
            Place::Somewhere => true,
            _ if self.everywhere => true,
            Place::Everything => false,
            Place::County => true,
            Place::Bureau | Place::BelowCounty => !self.says("agency"),
        };
        let in_year = match (self.says("--years"), matter.of_a_year) {
            (false, _) => true,
            (true, true) => self.says("2023"),
            // What belongs to no year is only read.
            (true, false) => !matter.writes || matter.place == Place::Somewhere,
        };
        covers && in_year && !(matter.writes && self.says("--read-only"))
    }
}

fn matters<'a>(world: &'a World<'_>, report: &'a str) -> Vec<Matter<'a>> {
    const CONTENT: &[&str] =
        &["editor", "reviewer", "publisher", "supervisor", "system_admin", "auditor", "admin"];
    const EDITORS: &[&str] = &["editor", "admin"];
    const SUPERVISORS: &[&str] = &["supervisor", "admin"];
    const KEEPERS: &[&str] = &["supervisor", "system_admin", "admin"];
    const SYSTEM: &[&str] = &["system_admin", "admin"];
    const GIVERS: &[&str] = &["supervisor", "security_admin", "admin"];
    const PEOPLE_SEERS: &[&str] = &["supervisor", "security_admin", "auditor", "admin"];
    const AUDIT: &[&str] = &["supervisor", "auditor", "admin"];
    const REMARKS: &[&str] = &["editor", "reviewer", "publisher", "supervisor", "admin"];
    let service = world.service;
    let sent = move |method: &'static str, path: String, body: Value| {
        let ask: Box<dyn Fn(&str) -> Reply + 'a> = Box::new(move |token: &str| {
            let request = service.request(method, &path).token(token);
            if body.is_null() { request.send() } else { request.json(&body).send() }
        });
        ask
    };
    let matter = |name, roles, writes, place, of_a_year, granted, ask| Matter {
        name,
        roles,
        writes,
        place,
        of_a_year,
        granted,
        ask,
        hides: false,
    };
    let read = |name, roles, place, of_a_year, path: String| {
        matter(name, roles, false, place, of_a_year, 200, sent("GET", path, Value::Null))
    };
    let write = |name, roles, place, of_a_year, granted, (method, path, body)| {
        matter(name, roles, true, place, of_a_year, granted, sent(method, path, body))
    };
    let it = |rest: &str| format!("/reports/{report}{rest}");
    use Place::{BelowCounty, Bureau, County, Everything, Somewhere};
    let new = json!({"agency_id": world.bureau, "year": YEAR});
    let consolidated =
        json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated", "prefill": "x"});
    let mut all = vec![
        read("the draft", CONTENT, Bureau, true, it("")),
        read("the findings", CONTENT, Bureau, true, it("/findings")),
        read("the transitions", CONTENT, Bureau, true, it("/transitions")),
        read("the remarks", CONTENT, Bureau, true, it("/comments")),
        write("a report", EDITORS, Bureau, true, 409, ("POST", "/reports".to_owned(), new)),
        write(
            "a consolidated report",
            &["editor", "supervisor", "admin"],
            County,
            true,
            422,
            ("POST", "/reports".to_owned(), consolidated),
        ),
        write(
            "a section",
            EDITORS,
            Bureau,
            true,
            428,
            ("PUT", it("/sections/overview"), json!({"text": "甲"})),
        ),
        write("the draft's end", EDITORS, Bureau, true, 428, ("DELETE", it(""), Value::Null)),
        write(
            "an import",
            EDITORS,
            Bureau,
            true,
            409,
            (
                "POST",
                format!("/imports?agency_id={}&year={YEAR}", world.bureau),
                json!({"year": YEAR, "sections": {}}),
            ),
        ),
        write("a remark", REMARKS, Bureau, true, 422, ("POST", it("/comments"), json!({}))),
        write(
            "a revision's end",
            SUPERVISORS,
            Bureau,
            true,
            428,
            ("POST", it("/revisions/1/suppression"), json!({"reason": "因故"})),
        ),
        write(
            "an agency",
            KEEPERS,
            BelowCounty,
            false,
            422,
            ("POST", "/agencies".to_owned(), json!({"parent_id": world.county})),
        ),
        write(
            "a root",
            KEEPERS,
            Everything,
            false,
            422,
            ("POST", "/agencies".to_owned(), json!({"parent_id": null})),
        ),
        write(
            "another name for an agency",
            KEEPERS,
            Bureau,
            false,
            428,
            ("PATCH", format!("/agencies/{}", world.bureau), json!({"name": "乙"})),
        ),
        write(
            "a line of the roster",
            KEEPERS,
            Bureau,
            true,
            428,
            ("PATCH", format!("/years/{YEAR}/roster/{}", world.bureau), json!({"exempt": true})),
        ),
        write("a year", SYSTEM, Everything, false, 422, ("POST", "/years".to_owned(), json!({}))),
        write(
            "another state of a year",
            SYSTEM,
            Everything,
            false,
            428,
            ("PATCH", format!("/years/{YEAR}"), json!({"state": "closed"})),
        ),
        write(
            "all reports judged",
            KEEPERS,
            BelowCounty,
            true,
            202,
            ("POST", format!("/years/{YEAR}/validation?within={}", world.county), Value::Null),
        ),
        read("the persons", PEOPLE_SEERS, Somewhere, false, "/persons".to_owned()),
        read("the tokens", PEOPLE_SEERS, Somewhere, false, "/tokens".to_owned()),
        write("a token", GIVERS, Somewhere, false, 422, ("POST", "/tokens".to_owned(), json!({}))),
        read("the audit", AUDIT, Somewhere, false, "/audit".to_owned()),
        write("a webhook", KEEPERS, Somewhere, false, 422, ("POST", "/webhooks".to_owned(), json!({}))),
    ];
    for matter in &mut all {
        matter.hides = ["the ", "a section", "a remark", "a revision's"]
            .iter()
            .any(|name| matter.name.starts_with(name))
            && matter.place == Bureau;
    }
    all
}

on_both! {
    fn every_role_does_what_the_table_says_as_far_as_its_grant_goes(service) {
        let world = World::new(service);
        let report = id_of(&world.draft());
        let matters = matters(&world, &report);
        let draft = matters.iter().find(|matter| matter.name == "the draft").expect("the draft");
        let mut tried = 0;
        for role in ROLES {
            for form in FORMS.iter().filter(|form| form.everywhere || role != "admin") {
                let place = if form.everywhere { "" } else { world.county.as_str() };
                let name = format!("{role}{:?}{}", form.more, form.everywhere);
                let token = service.token_with(role, place, &name, form.more);
                let has = |matter: &Matter<'_>| matter.roles.contains(&role) && form.gives(matter);
                for matter in &matters {
                    let expected = match has(matter) {
                        true => matter.granted,
                        false if matter.hides && !has(draft) => 404,
                        false => 403,
                    };
                    let reply = (matter.ask)(&token);
                    assert_eq!(reply.status, expected, "{name}: {}: {}", matter.name, reply.text());
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, matters.len() * (7 * 6 + 3));
    }
}
