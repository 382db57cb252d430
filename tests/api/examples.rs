//! Every example of a request in the document is sent, with the ids of a world in the place of its own.

use super::harness::contract::DOCUMENT;
use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

/// What stands in a world for the ids of an example.
struct Ids {
    agency: String,
    parent: String,
    report: (String, String),
    person: String,
    /// It is the year itself that is spoken of.
    of_a_year: bool,
}

impl Ids {
    /// The example as it fits here: only who and where is meant changes, nothing of what is said.
    fn place(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    let here = match name.as_str() {
                        "agency_id" | "within" | "successor_id" => json!(self.agency),
                        "parent_id" => json!(self.parent),
                        "person_id" => json!(self.person),
                        "url" => json!("http://127.0.0.1:9/hook"),
                        "year" if !self.of_a_year => json!(YEAR),
                        "id" => json!(self.report.0),
                        "etag" => json!(self.report.1),
                        _ => {
                            self.place(member);
                            continue;
                        }
                    };
                    if !member.is_null() {
                        *member = here;
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.place(item)),
            _ => {}
        }
    }
}

/// The section whose table has the rows of an example.
fn section_of(example: &Value) -> &'static str {
    let rows = example["table"].as_object().and_then(|rows| rows.keys().next());
    let form = nianbao::inside::domain::form::for_year(YEAR);
    let has = |section: &&nianbao::inside::domain::form::Section| {
        section
            .table
            .as_ref()
            .is_some_and(|table| rows.is_none_or(|wanted| table.rows.iter().any(|row| row.key == *wanted)))
    };
    form.sections.iter().find(has).map_or("requests", |section| section.key.as_str())
}

#[test]
fn every_example_of_a_request_is_taken_as_it_is() {
    let settings =
        [("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.0/8:*"), ("NIANBAO__SECOND_PAIR__REVIEW_SETTINGS", "true")];
    let service = Service::start(Database::sqlite().into(), &settings);
    let world = World::new(&service);
    let admin = service.admin();
    let report = id_of(&world.full_draft());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let made =
        |path: &str, body: Value| service.post(path).token(&admin).json(&body).send().expect(201).value();
    let grants = json!([{"role": "editor", "agency_id": world.county}]);
    let token = made("/tokens", json!({"name": "某人", "grants": grants}));
    let person = made("/tokens", json!({"name": "另一人", "grants": grants}));
    let spare = made(
        "/agencies",
        json!({"name": "乙县旧局", "level": "county", "kind": "department", "parent_id": world.county}),
    );
    let remark = made(&format!("/reports/{report}/comments"), json!({"text": "意见"}));
    let hook = made("/webhooks", json!({"url": "http://127.0.0.1:9/hook"}));
    let review = service.get("/settings/review").token(&admin).send().expect(200);
    let asked = service
        .put("/settings/review")
        .token(&service.token("admin", "", "另一管理员"))
        .if_match(review.tag())
        .json(&json!({"stages": 2, "separation_of_duties": true}))
        .send()
        .expect(202)
        .value();
    let rules = service.get("/rules?limit=200").send().value();
    let judged = service.get(&format!("/reports/{report}/findings")).token(&admin).send().value();
    let explained = |finding: &&Value| {
        let rules = rules["items"].as_array().expect("rules");
        rules.iter().any(|rule| rule["id"] == finding["rule"] && rule["explained_by"] == "editor")
    };
    let finding =
        judged["findings"].as_array().expect("findings").iter().find(explained).expect("one to explain");
    let mut operations: Vec<(String, &str, &Value)> = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().expect("paths") {
        let each = item.as_object().expect("operations").iter();
        operations.extend(each.map(|(method, operation)| (path.clone(), method.as_str(), operation)));
    }
    // Findings are explained as they stand; what takes the draft away from its editor comes last.
    operations.sort_by_key(|(path, ..)| (!path.ends_with("/explanation"), path.ends_with("/transitions")));
    let mut sent = 0;
    for (path, method, operation) in operations {
        let id = operation["operationId"].as_str().expect("an id");
        for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let Some(mut example) = content.get("example").cloned() else { continue };
            let tag = |path: &str| {
                service.get(path).token(&admin).send().header("etag").unwrap_or_default().to_owned()
            };
            let ids = Ids {
                agency: if id == "create_report" { world.neighbour.clone() } else { world.bureau.clone() },
                parent: world.county.clone(),
                report: (report.clone(), tag(&format!("/reports/{report}"))),
                person: text(&person["person"]["id"]),
                of_a_year: path.contains("/years"),
            };
            let year = example["year"].as_i64().filter(|_| ids.of_a_year).map_or(YEAR.to_string(), |year| {
                // Announced, unless it was before.
                service.post("/years").token(&admin).json(&json!({"year": year})).send();
                year.to_string()
            });
            let kind = if id == "create_section" { "overview" } else { section_of(&example) };
            let part = |name: &str| match name {
                "agency" if id == "succeed_agency" => text(&spare["id"]),
                "agency" => world.bureau.clone(),
                "year" => year.clone(),
                "kind" => kind.to_owned(),
                "revision" => "1".to_owned(),
                "key" => text(&finding["key"]),
                "comment" => text(&remark["id"]),
                // By then the other one has left.
                "person" if ["bind_subject", "replace_person_grants"].contains(&id) => {
                    text(&token["person"]["id"])
                }
                "person" => text(&person["person"]["id"]),
                "id" if path.contains("/tokens/") => text(&token["id"]),
                "id" if path.contains("/webhooks/") => text(&hook["id"]),
                "id" if path.contains("/pending/") => text(&asked["id"]),
                "id" => report.clone(),
                other => panic!("say what {other} in {path} is"),
            };
            let parts = path.split('/').map(|segment| {
                match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) => part(name),
                    None => segment.to_owned(),
                }
            });
            let place = parts.collect::<Vec<String>>().join("/");
            let body = match example.as_str() {
                Some(text) => text.to_owned(),
                None => {
                    ids.place(&mut example);
                    if id == "enrol" {
                        example["code"] = person["enrolment"]["code"].clone();
                    }
                    example.to_string()
                }
            };
            let query = if id == "import_document" { "?dry_run=true" } else { "" };
            let present = match id {
                "create_transition" | "suppress_revision" => tag(&format!("/reports/{report}")),
                "succeed_agency" => tag(&format!("/agencies/{}", text(&spare["id"]))),
                _ if matches!(method, "put" | "patch") => tag(&place),
                _ => String::new(),
            };
            let mut request =
                service.request(&method.to_uppercase(), &format!("{place}{query}")).token(&admin);
            if !present.is_empty() {
                request = request.if_match(&present);
            }
            let reply = request.body(media, body).send();
            // The state of this world may stand in the way; the example itself is right.
            assert!(
                reply.status < 300 || reply.status == 409,
                "{id} {media}: {} {}",
                reply.status,
                reply.text()
            );
            sent += 1;
        }
    }
    assert!(sent >= 40, "{sent} were sent");
}
