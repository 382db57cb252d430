//! Every route and who is let in, with which grant here, elsewhere or none: generated from the document, so that a
//! new one cannot be left out.

use super::harness::contract::DOCUMENT;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

const ROLES: [&str; 5] = ["editor", "reviewer", "publisher", "supervisor", "admin"];

/// What an operation is about: it decides how those are refused whose grant is elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// What everybody reads; of a draft nobody is told.
    Everyone,
    /// A report, here a draft: who may not see it is not told that it is there.
    Report,
    /// A place that everybody may read of, and only those over it may change.
    Place,
    /// What belongs to a subtree: to another one's manager it is not there.
    Owned,
    /// What somebody has begun: to all others it is not there.
    Job,
    /// No place: a role anywhere is as good as here.
    Nowhere,
}

/// Who is let in at an agency inside their grant, by operation; written down by hand from the contract.
/// All others are refused, each as what the operation is about demands.
const LET_IN: &[(About, &str, &str)] = &[
    (
        About::Everyone,
        "editor reviewer publisher supervisor admin",
        "list_agencies read_agency list_ancestors list_children read_tree read_history list_years read_year \
        list_roster read_roster_line list_reports read_report read_report_by_key list_sections read_section \
        list_revisions read_revision read_diff list_rules list_formats read_format list_indicators read_audit_head \
        list_changes stream_changes read_bundle list_problems read_problem read_openapi_json read_openapi_yaml \
        read_index read_health read_readiness read_version read_report_document read_report_file read_workbook read_totals \
        read_breakdown search_reports read_trends read_ratios read_completeness list_missing read_security_contact \
        enrol",
    ),
    (
        About::Report,
        "editor reviewer publisher supervisor admin",
        "list_findings list_transitions create_transition list_comments create_comment read_comment \
        answer_comment read_source read_reconciliation read_similarity",
    ),
    (
        About::Report,
        "editor admin",
        "replace_report change_report delete_report create_section replace_section change_section \
        delete_section explain_finding withdraw_explanation",
    ),
    (About::Report, "supervisor admin", "change_comment suppress_revision"),
    (
        About::Nowhere,
        "editor reviewer publisher supervisor admin",
        "read_me list_tasks validate create_transitions read_metrics read_review_settings list_pending",
    ),
    (About::Nowhere, "editor supervisor admin", "create_report import_document"),
    (
        About::Nowhere,
        "supervisor admin",
        "create_agency create_agencies list_tokens create_token list_persons create_person list_audit list_webhooks \
        create_webhook",
    ),
    (
        About::Nowhere,
        "admin",
        "create_year replace_year change_year delete_year list_access export_access export_audit \
        replace_review_settings",
    ),
    (
        About::Place,
        "supervisor admin",
        "replace_agency change_agency delete_agency succeed_agency change_roster_line start_validation",
    ),
    (
        About::Owned,
        "supervisor admin",
        "read_person change_person confirm_person read_subject read_person_grants replace_person_grants read_token change_token delete_token rotate_token read_webhook \
        replace_webhook change_webhook delete_webhook test_webhook list_deliveries redeliver",
    ),
    (About::Owned, "admin", "bind_subject"),
    (About::Job, "admin", "read_job cancel_job decide_pending"),
];

fn let_in(operation: &str) -> (About, &'static str) {
    let known =
        LET_IN.iter().find(|(_, _, operations)| operations.split_whitespace().any(|one| one == operation));
    let (about, roles, _) = known.unwrap_or_else(|| panic!("say in LET_IN who is let in to {operation}"));
    (*about, *roles)
}

/// With which status somebody with a grant is refused at the door; `None`: they are let in.
fn refusal(about: About, role_fits: bool, is_outside: bool) -> Option<u16> {
    match (about, role_fits, is_outside) {
        (About::Everyone, ..) | (_, true, false) | (About::Nowhere, true, true) => None,
        (About::Job, ..) | (About::Report, _, true) | (About::Owned, true, true) => Some(404),
        (About::Report | About::Place | About::Owned | About::Nowhere, ..) => Some(403),
    }
}

struct Route {
    id: String,
    method: String,
    path: String,
}

fn routes(fill: impl Fn(&str, &str) -> String) -> Vec<Route> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations");
        operations.iter().map(move |(method, operation)| (path, method, operation))
    });
    each.map(|(path, method, operation)| {
        let id = operation["operationId"].as_str().expect("an id").to_owned();
        let filled: Vec<String> = path
            .split('/')
            .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => fill(path, name),
                None => part.to_owned(),
            })
            .collect();
        Route { path: filled.join("/"), method: method.to_uppercase(), id }
    })
    .collect()
}

on_both! {
    fn every_route_lets_in_exactly_those_it_should(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        let admin = service.admin();
        let remark = service.post(&format!("/reports/{report}/comments")).token(&world.editor())
            .json(&json!({"text": "意见"})).send().expect(201).value();
        let token = service.post("/tokens").token(&admin).json(&json!({"name": "某人",
            "grants": [{"role": "editor", "agency_id": world.county}]})).send().expect(201).value();
        let job = service.post(&format!("/years/{YEAR}/validation")).token(&admin).send().expect(202).value();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rules = service.get("/rules?limit=200").send().value();
        let explainable = |finding: &&Value| {
            let rules = rules["items"].as_array().expect("rules");
            rules.iter().any(|rule| rule["id"] == finding["rule"] && rule["explained_by"] == "editor")
        };
        let identity = json!({"issuer": "https://id.example.gov.cn", "subject": "某人"});
        service.put(&format!("/persons/{}/subject", text(&token["person"]["id"]))).token(&admin).json(&identity).send()
            .expect(200);
        let judged = service.get(&format!("/reports/{report}/findings")).token(&admin).send().value();
        let finding = judged["findings"].as_array().expect("findings").iter().find(explainable).expect("one to explain").clone();
        let routes = routes(|path, name| match name {
            "agency" => world.bureau.clone(),
            "year" => YEAR.to_string(),
            "kind" => "overview".to_owned(),
            "key" => text(&finding["key"]),
            "number" | "revision" => "1".to_owned(),
            "comment" => text(&remark["id"]),
            "person" => text(&token["person"]["id"]),
            "job" => text(&job["id"]),
            "format" => "html".to_owned(),
            "code" => "not_found".to_owned(),
            "id" if path.contains("/tokens/") => text(&token["id"]),
            "id" if path.contains("/formats/") => "2021".to_owned(),
            "id" => report.clone(),
            other => panic!("say what {other} in {path} is"),
        });
        let mut tried = 0;
        // One that never ends, and one that is there where the operator wants it, have tests of their own.
        let elsewhere = ["stream_changes", "read_security_contact", "enrol"];
        for Route { id, method, path } in routes.iter().filter(|route| !elsewhere.contains(&route.id.as_str())) {
            let ask = |token: Option<&str>| {
                // Without a body and without If-Match nobody comes further than the door.
                let query = match id.as_str() {
                    "start_validation" => format!("?within={}", world.county),
                    "search_reports" => "?q=a".to_owned(),
                    "read_totals" | "read_breakdown" | "read_ratios" | "read_completeness" | "list_missing" => {
                        format!("?year={YEAR}")
                    }
                    _ => String::new(),
                };
                let request = service.request(method, &format!("{path}{query}"));
                let request = if let Some(token) = token { request.token(token) } else { request };
                request.send()
            };
            let (about, admitted) = let_in(id);
            let place = |role: &str, where_: &str| format!("{id} by {role} {where_}");
            // What the document does not promise of the operation, the client refuses to take.
            let nobody = ask(None);
            let of_draft = path.contains("/reports/");
            let expected = match about {
                About::Everyone if of_draft => 404,
                About::Everyone => 200,
                _ => 401,
            };
            assert_eq!(nobody.status, expected, "{}: {}", place("nobody", ""), nobody.text());
            assert_eq!(ask(Some("nb_bad")).status, 401, "{}", place("a bad token", ""));
            for role in ROLES {
                let fits = admitted.split(' ').any(|known| known == role);
                let inside = if role == "admin" { admin.clone() } else { service.token(role, &world.county, &format!("门内{role}")) };
                let here = ask(Some(&inside));
                let told = format!("{}: {} {}", place(role, "inside"), here.status, here.text());
                // A revision, a source, a webhook that is not there is not there for anyone.
                let nothing_there = matches!(id.as_str(), "read_diff" | "withdraw_explanation" | "rotate_token" | "read_source" | "read_reconciliation" | "decide_pending")
                    || path.contains("/webhooks/") || path.contains("/deliveries/");
                match refusal(about, fits, false) {
                    Some(status) => assert_eq!(here.status, status, "{told}"),
                    None => assert!(!matches!(here.status, 401 | 403 | 404) || nothing_there, "{told}"),
                }
                assert!(here.status < 500, "{told}");
                tried += 1;
                if role == "admin" {
                    continue;
                }
                let outside = service.token(role, &world.neighbour, &format!("门外{role}"));
                let there = ask(Some(&outside));
                let told = format!("{}: {} {}", place(role, "outside"), there.status, there.text());
                match (refusal(about, fits, true), about) {
                    (Some(status), _) => assert_eq!(there.status, status, "{told}"),
                    (None, About::Everyone) => assert_eq!(there.status, nobody.status, "{told}"),
                    (None, _) => assert_eq!(there.status, here.status, "{told}"),
                }
                tried += 1;
            }
        }
        assert_eq!(tried, (routes.len() - elsewhere.len()) * (2 * ROLES.len() - 1));
        // No more is written down than there is.
        let mut known: Vec<&str> = LET_IN.iter().flat_map(|(_, _, operations)| operations.split_whitespace()).collect();
        let mut there: Vec<&str> = routes.iter().map(|route| route.id.as_str()).collect();
        known.sort_unstable();
        there.sort_unstable();
        assert_eq!(known, there);
    }

    fn a_reviewer_of_one_stage_reviews_at_that_stage_alone(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let stages = ["first", "second", "final"];
        let reviewers =
            stages.map(|stage| service.reviewer_of(stage, &world.county, &format!("{stage}审核员")));
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        for at in 0..3 {
            for (other, token) in reviewers.iter().enumerate().filter(|(other, _)| *other != at) {
                for order in [json!({"action": "approve"}), json!({"action": "return", "comment": "因故"})] {
                    let reply = world.transit(&id, token, order);
                    assert_eq!(reply.status, 403, "{} at {}: {}", stages[other], stages[at], reply.text());
                }
            }
            let report = service.get(&format!("/reports/{id}")).token(&reviewers[at]).send().value();
            assert_eq!(report["allowed_actions"], json!(["approve", "return"]), "{}", stages[at]);
            world.transit(&id, &reviewers[at], json!({"action": "approve"})).expect(201);
        }
    }
}
