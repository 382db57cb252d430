//! For every body that may be sent: what the published schema says of it is what the service does with it.
//!
//! From each request schema bodies with one fault each are made: a member missing, of another type, null, unknown,
//! one too long, too large or too many, and what only the server makes. The service's verdict is compared with the
//! schema's; what only the state of things or several members together decide has codes of its own.

use super::harness::contract::DOCUMENT;
use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::{World, YEAR, id_of};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Codes of faults that the schema alone gives.
const OF_THE_SCHEMA: [&str; 13] = [
    "required",
    "unknown_field",
    "wrong_type",
    "invalid_value",
    "too_long",
    "blank",
    "too_many",
    "too_few",
    "invalid_number",
    "too_many_places",
    "control_character",
    "invalid_date",
    "read_only",
];

/// One request that takes a body.
struct Case {
    method: &'static str,
    /// As in the document, below the base.
    template: &'static str,
    path: String,
    /// Where its present representation and its tag are read; it is the body that is sent, too.
    present: Option<String>,
    /// What is sent where nothing is there yet.
    body: Value,
    /// Judged by the schema of the form and kind at hand.
    schema: Option<&'static str>,
}

fn case(method: &'static str, template: &'static str, path: String, body: Value) -> Case {
    Case { method, template, path, present: None, body, schema: None }
}

impl Case {
    fn at(mut self, present: &str) -> Case {
        self.present = Some(present.to_owned());
        self
    }

    fn by(mut self, schema: &'static str) -> Case {
        self.schema = Some(schema);
        self
    }

    fn schema_of_request(&self) -> Value {
        if let Some(name) = self.schema {
            return json!({"$ref": format!("#/components/schemas/{name}")});
        }
        let operation = &DOCUMENT["paths"][&format!("/api/v1{}", self.template)][self.method.to_lowercase()];
        let content = operation["requestBody"]["content"].as_object().expect("a body");
        let (_, described) = content.iter().find(|(media, _)| media.ends_with("json")).expect("JSON");
        described["schema"].clone()
    }
}

fn resolve(mut schema: &Value) -> &Value {
    while let Some(name) = schema["$ref"].as_str() {
        schema = DOCUMENT.pointer(name.trim_start_matches('#')).expect("a schema");
    }
    // Of an optional one, the one that is not null.
    let branches = ["anyOf", "oneOf"].into_iter().find_map(|of| schema[of].as_array());
    match branches.and_then(|branches| branches.iter().find(|branch| branch["type"] != "null")) {
        Some(branch) => resolve(branch),
        None => schema,
    }
}

fn validator(schema: &Value) -> Validator {
    let mut root = schema.clone();
    root["components"] = json!({"schemas": DOCUMENT["components"]["schemas"]});
    jsonschema::options().should_validate_formats(true).build(&root).expect("a schema")
}

/// One fault that a right body is given, and whether it sets what only the server makes.
struct Faulty {
    what: String,
    place: String,
    /// What is put there; none: what stands there is taken out.
    value: Option<Value>,
    sets_read_only: bool,
}

/// Puts a value (or nothing) at a pointer.
fn with(body: &Value, pointer: &str, value: Option<Value>) -> Option<Value> {
    let mut body = body.clone();
    let (around, name) = pointer.rsplit_once('/')?;
    let around = body.pointer_mut(around)?;
    match (around, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(name.to_owned(), value);
        }
        (Value::Object(members), None) => {
            members.remove(name)?;
        }
        (Value::Array(items), Some(value)) => *items.get_mut(name.parse::<usize>().ok()?)? = value,
        _ => return None,
    }
    Some(body)
}

/// Another value of the same type.
fn another(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() == 36 => json!("01890a5d-ac96-774b-bcce-b302099a8057"),
        Value::String(text) if text.ends_with('Z') => json!("2001-02-03T04:05:06Z"),
        Value::Number(number) => json!(number.as_i64().unwrap_or(0) + 1),
        Value::Bool(value) => json!(!value),
        Value::Null => json!("01890a5d-ac96-774b-bcce-b302099a8057"),
        other => json!(format!("{}x", other.as_str().unwrap_or_default())),
    }
}

/// Values that break one keyword each.
fn breaking(schema: &Value) -> Vec<(String, Value)> {
    let mut found = vec![
        ("null".to_owned(), Value::Null),
        ("an object".to_owned(), json!({"zzz": 1})),
        ("a number".to_owned(), json!(5.5)),
        ("a flag".to_owned(), json!(true)),
        ("a list".to_owned(), json!(["zzz"])),
        ("blanks".to_owned(), json!("   ")),
        ("a control character".to_owned(), json!("甲\u{7}乙")),
    ];
    if let Some(most) = schema["maxLength"].as_u64() {
        found.push(("too long".to_owned(), json!("长".repeat(usize::try_from(most).expect("short") + 1))));
    }
    for (keyword, step) in [("maximum", 1), ("exclusiveMaximum", 0), ("minimum", -1)] {
        if let Some(bound) = schema[keyword].as_i64() {
            found.push((format!("beyond {keyword}"), json!(bound + step)));
        }
    }
    if schema["multipleOf"].is_number() {
        found.push(("too many places".to_owned(), serde_json::from_str("1.2345678").expect("a number")));
    }
    if schema["enum"].is_array() || schema["format"] == "date" {
        found.push(("no such value".to_owned(), json!("zzz")));
    }
    found
}

/// The faults that a right body can be given, one at a time.
fn faulty(schema: &Value, body: &Value, at: &str, depth: usize, found: &mut Vec<Faulty>) {
    let schema = resolve(schema);
    let Some(members) = schema["properties"].as_object().filter(|_| depth < 5) else { return };
    let mut add = |place: &str, what: &str, value: Option<Value>, sets_read_only: bool| {
        found.push(Faulty {
            what: format!("{place} {what}"),
            place: place.to_owned(),
            value,
            sets_read_only,
        });
    };
    add(&format!("{at}/zzz"), "unknown", Some(json!(1)), false);
    let mut inner = Vec::new();
    // Of the many rows and columns of a table the first ones stand for all.
    for (name, member) in members.iter().take(if depth > 1 { 2 } else { usize::MAX }) {
        let place = format!("{at}/{name}");
        add(&place, "missing", None, false);
        let here = body.pointer(&place).cloned().unwrap_or_default();
        if member["readOnly"] == true {
            add(&place, "set", Some(another(&here)), member["x-of-the-moment"] != true);
            continue;
        }
        for (what, value) in breaking(resolve(member)) {
            add(&place, &what, Some(value), false);
        }
        let items = resolve(member)["items"].clone();
        match &here {
            Value::Object(_) => inner.push((member.clone(), place)),
            Value::Array(listed) if !listed.is_empty() => {
                add(&place, "empty", Some(json!([])), false);
                if let Some(most) = resolve(member)["maxItems"].as_u64() {
                    let many = vec![listed[0].clone(); usize::try_from(most).expect("few") + 1];
                    add(&place, "too many", Some(json!(many)), false);
                }
                inner.push((items, format!("{place}/0")));
            }
            _ => {}
        }
    }
    for (member, place) in inner {
        faulty(&member, body, &place, depth + 1, found);
    }
}

/// All of them, by what they are.
fn every_fault(schema: &Value, body: &Value) -> BTreeMap<String, Faulty> {
    let mut found = Vec::new();
    faulty(schema, body, "", 0, &mut found);
    found.into_iter().map(|one| (one.what.clone(), one)).collect()
}

/// Everything there is to send a body to, in a world where each could be taken.
fn cases(world: &World<'_>) -> Vec<Case> {
    let service = world.service;
    let admin = service.admin();
    let post = |path: &str, body: Value| service.post(path).token(&admin).json(&body).send().expect(201);
    let report = id_of(&world.full_draft());
    let webhook = id_of(&post("/webhooks", json!({"url": "http://127.0.0.1:9/hook"})));
    let grants = json!([{"role": "editor", "agency_id": world.county, "stage": null}]);
    let token = post("/tokens", json!({"name": "某人", "grants": grants})).value();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (token, person) = (text(&token["id"]), text(&token["person"]["id"]));
    let remark = post(&format!("/reports/{report}/comments"), json!({"text": "请核对"}));
    let comment = format!("/reports/{report}/comments/{}", id_of(&remark));
    let (at, year) = (format!("/reports/{report}"), format!("/years/{YEAR}"));
    let line = format!("{year}/roster/{}", world.neighbour);
    let section = |kind: &str| format!("{at}/sections/{kind}");
    let agency = format!("/agencies/{}", world.neighbour);
    let of = |path: &str| path.to_owned();
    let none = Value::Null;
    let order = json!({"action": "recall", "comment": "有误", "published_on": null});
    let many = json!({"action": "recall", "comment": "有误", "published_on": null,
        "reports": [{"id": report, "etag": "\"999-zh\""}]});
    let succession = json!({"kind": "merged", "successor_id": world.province, "effective_on": "2001-01-01",
        "reason": "改革"});
    let new = json!({"name": "丁局", "short_name": "丁", "level": "county", "kind": "department",
        "parent_id": world.county, "valid_from": null, "valid_to": null, "division_code": "320100",
        "uscc": null, "contact": {"address": "路一号", "postcode": "100000", "phone": "1", "email": "a@b.cn",
        "website": "https://b.cn"}});
    let filed = json!({"agency_id": world.county, "year": YEAR, "scope": "own", "sections": null,
        "prefill": null, "title": "报告", "signed_by": "乙县", "signed_on": "2024-01-05",
        "index_number": "1", "source_url": "https://b.cn/1"});
    let issued = json!({"name": "另一人", "person_id": null, "expires_at": null, "grants": grants});
    let hook = json!({"url": "http://127.0.0.1:9/hook", "description": "门户", "within": world.county,
        "events": ["report.published"], "state": "active"});
    vec![
        case("POST", "/webhooks", of("/webhooks"), hook),
        case("PUT", "/webhooks/{id}", format!("/webhooks/{webhook}"), none.clone())
            .at(&format!("/webhooks/{webhook}")),
        case("PATCH", "/webhooks/{id}", format!("/webhooks/{webhook}"), none.clone())
            .at(&format!("/webhooks/{webhook}")),
        case("POST", "/tokens", of("/tokens"), issued),
        case("PATCH", "/tokens/{id}", format!("/tokens/{token}"), none.clone())
            .at(&format!("/tokens/{token}")),
        case("PATCH", "/persons/{person}", format!("/persons/{person}"), none.clone())
            .at(&format!("/persons/{person}")),
        case("POST", "/years", of("/years"), json!({"year": 2031, "note": "说明"})),
        case("PUT", "/years/{year}", year.clone(), none.clone()).at(&year),
        case("PATCH", "/years/{year}", year.clone(), none.clone()).at(&year),
        case("PATCH", "/years/{year}/roster/{agency}", line.clone(), none.clone()).at(&line),
        case("POST", "/agencies", of("/agencies"), new),
        case("PUT", "/agencies/{agency}", agency.clone(), none.clone()).at(&agency),
        case("PATCH", "/agencies/{agency}", agency.clone(), none.clone()).at(&agency),
        case("POST", "/agencies/{agency}/succession", format!("{agency}/succession"), succession).at(&agency),
        case("POST", "/reports", of("/reports"), filed),
        case("PUT", "/reports/{id}/sections/{kind}", section("requests"), none.clone())
            .at(&section("requests"))
            .by("Section2021RequestsInput"),
        case("PATCH", "/reports/{id}/sections/{kind}", section("proactive_disclosure"), none.clone())
            .at(&section("proactive_disclosure"))
            .by("Section2021ProactiveDisclosureInput"),
        case("PUT", "/reports/{id}/sections/{kind}", section("overview"), none.clone())
            .at(&section("overview"))
            .by("Section2021OverviewInput"),
        case(
            "POST",
            "/reports/{id}/sections",
            format!("{at}/sections"),
            json!({"kind": "problems", "text": "无"}),
        )
        .by("Section2021ProblemsCreate"),
        case(
            "POST",
            "/reports/{id}/comments",
            format!("{at}/comments"),
            json!({"text": "请核对", "pointer": ""}),
        ),
        case(
            "POST",
            "/reports/{id}/comments/{comment}/replies",
            format!("{comment}/replies"),
            json!({"text": "好"}),
        ),
        case("PATCH", "/reports/{id}/comments/{comment}", comment.clone(), none.clone()).at(&comment),
        // Last: a section that is taken out stays out.
        case("PUT", "/reports/{id}", at.clone(), none.clone()).at(&at),
        case("PATCH", "/reports/{id}", at.clone(), none.clone()).at(&at),
        case("POST", "/reports/{id}/transitions", format!("{at}/transitions"), order).at(&at),
        case("POST", "/reports/transitions", of("/reports/transitions"), many),
    ]
}

/// What the present representation is, and its tag.
fn present(service: &Service, case: &Case) -> (Value, Option<String>) {
    let Some(path) = &case.present else { return (case.body.clone(), None) };
    let read = service.get(path).token(&service.admin()).send().expect(200);
    let body = if case.method == "POST" { case.body.clone() } else { read.value() };
    (body, Some(read.tag().to_owned()))
}

/// What the service has against a body.
fn faults(service: &Service, case: &Case, body: &Value, tag: Option<&str>) -> Vec<Value> {
    let request = service.request(case.method, &case.path).token(&service.admin()).json(body);
    let reply = match tag {
        Some(tag) => request.if_match(tag).send(),
        None => request.send(),
    };
    assert!(reply.status < 500 && reply.status != 400, "{} {}: {}", case.method, case.path, reply.text());
    let problem: Value = if reply.status == 422 { reply.value() } else { Value::Null };
    problem["errors"].as_array().cloned().unwrap_or_default()
}

/// Whether the schema could have told a fault.
fn is_of_the_schema(fault: &Value) -> bool {
    OF_THE_SCHEMA.iter().any(|code| fault["code"] == *code)
}

/// Whether a fault stands at the place that was made wrong, around it or in it.
fn is_told_at(fault: &Value, place: &str) -> bool {
    let pointer = fault["pointer"].as_str().unwrap_or_default();
    pointer.starts_with(place) || place.starts_with(&format!("{pointer}/"))
}

/// What several members together, or the state of things, decide under a code that the schema has as well.
fn is_of_the_state(case: &Case, what: &str) -> bool {
    let known: &[(&str, &str)] = &[
        // An address names the year; a line's reason is given when something changes; a day belongs to an archive.
        ("/years/{year}", "/year "),
        ("/years/{year}/roster/{agency}", ""),
        ("/reports/{id}/comments/{comment}", "/state"),
        ("/reports/{id}/transitions", "/comment"),
        ("/reports/{id}", "/agency_id"),
        ("/agencies/{agency}/succession", "/successor_id"),
    ];
    known.iter().any(|(template, place)| case.template == *template && what.starts_with(place))
}

#[test]
fn the_service_and_the_published_schema_judge_alike() {
    let allowed = [("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.0/8:*")];
    let service = Service::start(Arc::new(Database::sqlite()), &allowed);
    let world = World::new(&service);
    let (mut judged, mut mismatches) = (0, Vec::new());
    for case in cases(&world) {
        let schema = case.schema_of_request();
        let judge = validator(&schema);
        let (mut right, mut tag) = present(&service, &case);
        // What GET gave is taken as it is, whole and as a patch.
        if case.method != "POST" {
            assert!(judge.is_valid(&right), "{} {}: {right}", case.method, case.template);
            let told = faults(&service, &case, &right, tag.as_deref());
            assert!(!told.iter().any(is_of_the_schema), "{} {}: {told:?}", case.method, case.template);
            (right, tag) = present(&service, &case);
        }
        let mut all = every_fault(&schema, &right);
        let whats: Vec<String> = all.keys().cloned().collect();
        for what in whats {
            let made = all.remove(&what);
            let made = made.and_then(|one| Some((with(&right, &one.place, one.value)?, one.sets_read_only)));
            let Some((body, sets_read_only)) = made else { continue };
            let allowed = judge.is_valid(&body) && !sets_read_only;
            let told = faults(&service, &case, &body, tag.as_deref());
            if told.is_empty() {
                // It may have been taken, and have moved what the server makes.
                (right, tag) = present(&service, &case);
                all = every_fault(&schema, &right);
            }
            let place = what.split(' ').next().unwrap_or_default();
            // What the schema allows may be refused by the state of things, under codes of its own.
            let agreed = match allowed {
                true => !told.iter().any(is_of_the_schema),
                false => told.iter().any(|fault| is_told_at(fault, place)),
            };
            judged += 1;
            if !agreed && !is_of_the_state(&case, &what) {
                mismatches.push(format!(
                    "{} {} {what}: schema {allowed}, service {told:?}",
                    case.method, case.template
                ));
            }
        }
    }
    println!("{judged} bodies judged");
    assert!(judged > 800, "only {judged} bodies");
    assert!(mismatches.is_empty(), "{} mismatches of {judged}:\n{}", mismatches.len(), mismatches.join("\n"));
}
