//! Every route and who is let in: generated from the document, so that a new one cannot be left out.

use super::harness::contract::DOCUMENT;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

const ROLES: [&str; 5] = ["editor", "reviewer", "publisher", "supervisor", "admin"];

/// Who is let in at an agency inside their grant, by operation; written down by hand from the contract.
/// `public`: everyone. Others: these roles, all others are refused with 403 (404 where nothing is to be told).
const LET_IN: &[(&str, &str)] = &[
    (
        "public",
        "list_agencies read_agency list_ancestors list_children read_tree read_history list_years read_year \
        list_roster read_roster_line list_reports read_report read_report_by_key list_sections read_section \
        list_revisions read_revision read_diff list_rules list_formats read_format list_indicators read_audit_head \
        list_changes stream_changes read_bundle list_problems read_problem read_openapi_json read_openapi_yaml read_docs read_health \
        read_readiness read_version read_metrics read_report_document read_workbook read_totals read_breakdown \
        search_reports read_trends read_ratios read_completeness list_missing",
    ),
    (
        "editor reviewer publisher supervisor admin",
        "read_me list_tasks list_findings list_transitions create_transition \
        list_comments create_comment read_comment answer_comment read_source read_reconciliation read_similarity validate create_transitions \
        change_comment",
    ),
    ("editor supervisor admin", "create_report import_document"),
    (
        "editor admin",
        "replace_report change_report delete_report create_section replace_section \
        change_section delete_section explain_finding withdraw_explanation",
    ),
    (
        "supervisor admin",
        "create_agency create_agencies replace_agency change_agency delete_agency succeed_agency \
        change_roster_line list_tokens create_token list_persons list_audit read_person change_person read_token \
        change_token delete_token rotate_token start_validation list_webhooks create_webhook read_webhook \
        replace_webhook change_webhook delete_webhook test_webhook list_deliveries redeliver",
    ),
    ("admin", "create_year replace_year change_year delete_year read_job cancel_job"),
];

fn let_in(operation: &str) -> &'static str {
    let known =
        LET_IN.iter().find(|(_, operations)| operations.split_whitespace().any(|one| one == operation));
    known.unwrap_or_else(|| panic!("say in LET_IN who is let in to {operation}")).0
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
        let rules = service.get("/rules").send().value();
        let explainable = |finding: &&Value| {
            let rules = rules["items"].as_array().expect("rules");
            rules.iter().any(|rule| rule["id"] == finding["rule"] && rule["explained_by"] == "editor")
        };
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
            "format" => "2021".to_owned(),
            "code" => "not_found".to_owned(),
            "id" if path.contains("/tokens/") => text(&token["id"]),
            "id" if path.contains("/formats/") => "2021".to_owned(),
            "id" => report.clone(),
            other => panic!("say what {other} in {path} is"),
        });
        let mut tried = 0;
        // One that never ends has tests of its own.
        for Route { id, method, path } in routes.iter().filter(|route| route.id != "stream_changes") {
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
            let admitted = let_in(id);
            let place = |role: &str, where_: &str| format!("{id} by {role} {where_}");
            let reply = ask(None);
            if admitted == "public" {
                let of_draft = path.contains("/reports/");
                let expected = if of_draft { 404 } else { 200 };
                assert!(reply.status == expected || reply.status == 303 || (id == "read_report_by_key" && reply.status == 404),
                    "{}: {}", place("nobody", ""), reply.status);
            } else {
                assert_eq!(reply.status, 401, "{}", place("nobody", ""));
            }
            assert_eq!(ask(Some("nb_bad")).status, 401, "{}", place("a bad token", ""));
            for role in ROLES {
                let inside = if role == "admin" { admin.clone() } else { service.token(role, &world.county, &format!("门内{role}")) };
                let reply = ask(Some(&inside));
                let shut = matches!(reply.status, 401 | 403 | 404);
                // What is public is there for everyone; a revision that is not there is not there for anyone.
                let nothing_there = matches!(id.as_str(), "read_diff" | "withdraw_explanation" | "rotate_token" | "read_source" | "read_reconciliation")
                    || path.contains("/webhooks/") || path.contains("/deliveries/");
                if admitted == "public" || admitted.split(' ').any(|known| known == role) {
                    assert!(!shut || nothing_there, "{}: {} {}", place(role, "inside"), reply.status, reply.text());
                } else {
                    assert!(shut, "{}: {} {}", place(role, "inside"), reply.status, reply.text());
                }
                assert!(reply.status < 500, "{}", place(role, "inside"));
                if role != "admin" {
                    let outside = service.token(role, &world.neighbour, &format!("门外{role}"));
                    let reply = ask(Some(&outside));
                    let about_a_place = path.contains(&report) || path.contains(&world.bureau) || path.contains("/tokens/")
                        || path.contains("/persons/") || path.contains("/jobs/");
                    if about_a_place && admitted != "public" {
                        assert!(matches!(reply.status, 403 | 404), "{}: {}", place(role, "outside"), reply.status);
                    }
                    assert!(reply.status < 500, "{}", place(role, "outside"));
                }
                tried += 1;
            }
        }
        assert_eq!(tried, (routes.len() - 1) * ROLES.len());
    }

    fn a_reviewer_of_one_stage_reviews_at_that_stage_alone(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let stages = ["first", "second", "final"];
        let reviewers = stages.map(|stage| {
            let body = json!({"name": format!("{stage}审核员"), "grants": [
                {"role": "reviewer", "agency_id": world.county, "stage": stage}]});
            let made = service.post("/tokens").token(&service.admin()).json(&body).send().expect(201).value();
            made["secret"].as_str().expect("a secret").to_owned()
        });
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
