//! People: what waits for them, who looks after them, what becomes of their tokens when they leave; and
//! that whoever is refused is written down.

use super::harness::client::Reply;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of, open_year, suqian};
use serde_json::{Value, json};

fn kinds(world: &World<'_>, token: &str) -> Vec<(String, Value)> {
    let list = world.service.get("/me/tasks").token(token).send().expect(200).value();
    let items = list["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| (item["kind"].as_str().unwrap_or_default().to_owned(), item["report_id"].clone()))
        .collect()
}

on_both! {
    fn everyone_sees_what_waits_for_them(service) {
        let world = World::new(service);
        // The year's days are past: every agency of the county is due.
        let to_file = kinds(&world, &world.editor());
        assert_eq!(to_file.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["file", "file"]);
        let id = json!(id_of(&world.full_draft()));
        let has = |token: &str, kind: &str| kinds(&world, token).contains(&(kind.to_owned(), id.clone()));
        assert!(has(&world.editor(), "finish"));
        assert_eq!(kinds(&world, &world.editor()).len(), 2, "the bureau's is filed now");
        let transit = |token: &str, order: Value| world.transit(id.as_str().expect("an id"), token, order).expect(201);
        transit(&world.editor(), json!({"action": "submit"}));
        assert!(has(&world.reviewer(1), "review") && !has(&world.editor(), "finish"));
        let second = service.reviewer_of("second", &world.county, "复审员");
        assert!(!has(&second, "review"), "another stage's");
        transit(&world.reviewer(1), json!({"action": "approve"}));
        assert!(!has(&world.reviewer(1), "review"), "nobody approves twice");
        assert!(has(&second, "review"));
        transit(&second, json!({"action": "return", "comment": "请核对"}));
        assert!(has(&world.editor(), "returned"));
        transit(&world.editor(), json!({"action": "submit"}));
        for number in 1..=3 {
            transit(&world.reviewer(number), json!({"action": "approve"}));
        }
        assert!(has(&world.publisher(), "publish"));
        transit(&world.publisher(), json!({"action": "publish"}));
        assert!(kinds(&world, &world.publisher()).is_empty());
        assert!(kinds(&world, &world.stranger()).iter().all(|(kind, _)| kind == "file"));
        service.get("/me/tasks").send().refused(401, "unauthorized");
    }

    fn a_person_of_many_tokens_is_listed_once_and_loses_every_one(service) {
        let world = World::new(service);
        let admin = service.admin();
        let issue = |person: &Value, agency: &str| {
            let grants = json!([{"role": "editor", "agency_id": agency}]);
            let body = json!({"name": "多证", "person_id": person, "grants": grants});
            service.post("/tokens").token(&admin).json(&body).send().expect(201).value()
        };
        let first = issue(&Value::Null, &world.bureau);
        let person = first["person"]["id"].clone();
        for _ in 0..203 {
            issue(&person, &world.bureau);
        }
        // The last of them holds elsewhere.
        let last = issue(&person, &world.neighbour);
        let secrets = [&first, &last].map(|token| service.fetch(token));
        let supervisor = world.supervisor();
        let page = |query: &str| service.get(&format!("/persons?{query}")).token(&supervisor).send().expect(200).value();
        let whole = page("limit=200&count=true");
        let mut turned = Vec::new();
        let mut query = "limit=1".to_owned();
        loop {
            let page = page(&query);
            turned.extend(page["items"].as_array().expect("items").clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("limit=1&cursor={cursor}");
        }
        assert_eq!(json!(turned), whole["items"]);
        assert_eq!(whole["total"], json!(turned.len()));
        assert_eq!(turned.iter().filter(|one| one["id"] == person).count(), 1);

        let path = format!("/persons/{}", person.as_str().expect("an id"));
        let other = service.token("supervisor", &world.neighbour, "邻县主管");
        for token in [&supervisor, &other] {
            let read = service.get(&path).token(token).send().expect(200).value();
            assert_eq!(read["tokens"].as_array().map(Vec::len), Some(205), "whoever is listed is read, whole");
        }
        let tag = service.get(&path).token(&admin).send().tag().to_owned();
        let leave = json!({"left_on": "2024-05-31"});
        let patch = |token: &str| service.patch(&path).token(token).if_match(&tag).json(&leave).send();
        patch(&supervisor).refused(403, "forbidden");
        assert_eq!(patch(&admin).expect(200).value()["tokens"], json!([]));
        for secret in &secrets {
            service.get("/me").token(secret).send().refused(401, "unauthorized");
        }
        let query = format!("/tokens?count=true&person_id={}", person.as_str().expect("an id"));
        assert_eq!(service.get(&query).token(&admin).send().expect(200).value()["total"], 0);
    }

    fn a_supervisor_sees_what_only_they_can_answer_and_who_is_late(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let of_kind = |token: &str, kind: &str| {
            kinds(&world, token).into_iter().filter(|(known, _)| known == kind).map(|(_, report)| report).collect::<Vec<_>>()
        };
        assert_eq!(of_kind(&supervisor, "urge"), [Value::Null, Value::Null], "the county and its bureau");
        let id = id_of(&world.full_draft());
        assert_eq!(kinds(&world, &supervisor), [("urge".to_owned(), Value::Null)], "the bureau has begun");
        let write = |text: &str| {
            let path = format!("/reports/{id}");
            let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
            let patch = json!({"sections": {"overview": {"text": text}}});
            service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send().expect(200);
        };
        write("工作平稳。联系人手机13803550001。");
        assert_eq!(kinds(&world, &supervisor), [("answer".to_owned(), json!(id)), ("urge".to_owned(), Value::Null)]);
        let other = service.token("supervisor", &world.neighbour, "邻县主管");
        for token in [&world.editor(), &world.reviewer(1), &other] {
            assert_eq!(of_kind(token, "answer"), Vec::<Value>::new());
        }
        let judged = service.get(&format!("/reports/{id}/findings")).token(&supervisor).send().expect(200).value();
        let findings = judged["findings"].as_array().expect("findings");
        let mobile = findings.iter().find(|finding| finding["rule"] == "privacy.mobile").expect("the number");
        let answer = format!("/reports/{id}/findings/{}/explanation", mobile["key"].as_str().expect("a key"));
        let text = json!({"text": "已核，是办公电话"});
        service.put(&answer).token(&supervisor).json(&text).send().expect(200);
        assert_eq!(of_kind(&supervisor, "answer"), Vec::<Value>::new());
        // Taken back while it is in review, it is to be answered again.
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        service.delete(&answer).token(&supervisor).send().expect(204);
        let list = service.get("/me/tasks?limit=1").token(&supervisor).send().expect(200).value();
        let task = &list["items"][0];
        assert_eq!((&task["kind"], &task["status"], &task["report_id"]), (&json!("answer"), &json!("first_review"), &json!(id)));
        assert_eq!((&task["agency"]["id"], &list["total"]), (&json!(world.bureau), &json!(2)));
    }

    fn a_remark_waits_for_an_answer_until_it_has_one(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let (editor, reviewer) = (world.editor(), world.reviewer(1));
        let waits = |token: &str| kinds(&world, token).contains(&("comment".to_owned(), json!(id)));
        assert!(!waits(&editor));
        let path = format!("/reports/{id}/comments");
        let ask = |token: &str| service.post(&path).token(token).json(&json!({"text": "与台账不符？"})).send().expect(201);
        ask(&editor);
        assert!(!waits(&editor), "their own");
        let made = ask(&reviewer);
        assert!(waits(&editor) && !waits(&reviewer) && !waits(&world.stranger()));
        let comment = format!("{path}/{}", id_of(&made));
        let reply = |token: &str| {
            let text = json!({"text": "已核对"});
            service.post(&format!("{comment}/replies")).token(token).json(&text).send().expect(201);
        };
        reply(&editor);
        assert!(!waits(&editor), "it is answered");
        reply(&reviewer);
        assert!(waits(&editor), "whoever asked goes on asking");
        let tag = service.get(&comment).token(&reviewer).send().tag().to_owned();
        let settle = json!({"state": "settled"});
        service.patch(&comment).token(&reviewer).if_match(&tag).json(&settle).send().expect(200);
        assert!(!waits(&editor));
    }

    fn whoever_leaves_loses_every_token_at_once_and_is_given_none(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let issue = |body: Value| service.post("/tokens").token(&supervisor).json(&body).send();
        let grants = json!([{"role": "editor", "agency_id": world.bureau}]);
        let first = issue(json!({"name": "张三", "grants": grants})).expect(201).value();
        let person = first["person"]["id"].as_str().expect("an id").to_owned();
        let second = issue(json!({"name": "张三（备用）", "person_id": person, "grants": grants})).expect(201).value();
        let secrets = [service.fetch(&first), service.fetch(&second)];
        let third = issue(json!({"name": "张三（未领）", "person_id": person, "grants": grants})).expect(201).value();
        let path = format!("/persons/{person}");
        let names = service.get("/persons").token(&supervisor).send().expect(200).value();
        assert!(names["items"].as_array().expect("items").iter().any(|item| item["id"] == *person));
        let reply = service.get(&path).token(&supervisor).send().expect(200);
        assert_eq!(reply.value()["tokens"].as_array().map(Vec::len), Some(3));
        assert!(!reply.text().contains("nb_") && !reply.text().contains("nbc_"), "no secret, no code");
        let other = service.token("supervisor", &world.neighbour, "邻县主管");
        service.get(&path).token(&other).send().refused(404, "not_found");
        service.get("/persons").token(&world.editor()).send().refused(403, "forbidden");
        let leave = json!({"left_on": "2024-05-31"});
        service.patch(&path).token(&supervisor).json(&leave).send().refused(428, "precondition_required");
        service.patch(&path).token(&supervisor).if_match(reply.tag()).json(&json!({"left_on": "2999-01-01"})).send()
            .faults("invalid_input", &["/left_on"]);
        let left = service.patch(&path).token(&supervisor).if_match(reply.tag()).json(&leave).send().expect(200).value();
        assert_eq!((&left["left_on"], &left["tokens"]), (&json!("2024-05-31"), &json!([])));
        for secret in &secrets {
            service.get("/me").token(secret).send().refused(401, "unauthorized");
        }
        let code = json!({"code": third["enrolment"]["code"]});
        service.post("/enrolments").json(&code).send().refused(401, "enrolment_refused");
        issue(json!({"name": "张三", "person_id": person, "grants": grants})).faults("invalid_input", &["/person_id"]);
    }

    fn nobody_changes_a_person_who_holds_more_than_they_may_give(service) {
        let world = World::new(service);
        let above = service.post("/tokens").token(&service.admin()).json(&json!({"name": "县主管",
            "grants": [{"role": "supervisor", "agency_id": world.county}]})).send().expect(201).value();
        let path = format!("/persons/{}", above["person"]["id"].as_str().expect("an id"));
        let tag = service.get(&path).token(&service.admin()).send().tag().to_owned();
        let peer = world.supervisor();
        service.patch(&path).token(&peer).if_match(&tag).json(&json!({"name": "改名"})).send().refused(403, "forbidden");
    }

    fn refusals_are_written_into_the_audit(service) {
        let world = World::new(service);
        let id = id_of(&world.draft());
        let path = format!("/reports/{id}/transitions");
        service.post(&path).token(&world.supervisor()).if_match("\"1-zh\"").json(&json!({"action": "submit"})).send()
            .refused(403, "forbidden");
        service.get("/me").token("nb_wrong").header("x-request-id", "knock-1").send().refused(401, "unauthorized");
        let audit = |token: &str| {
            let list = service.get("/audit?limit=200").token(token).send().expect(200).value();
            let items = list["items"].as_array().expect("items").clone();
            items.into_iter().filter(|entry| entry["action"] == "access.refused").collect::<Vec<_>>()
        };
        let all = audit(&service.admin());
        let forbidden = all.iter().find(|entry| entry["detail"]["status"] == 403).expect("the 403");
        assert_eq!((&forbidden["detail"]["path"], &forbidden["detail"]["method"]), (&json!(format!("/api/v1{path}")), &json!("POST")));
        assert_eq!(forbidden["person"]["name"], "主管");
        let unknown = all.iter().find(|entry| entry["request_id"] == "knock-1").expect("the 401");
        assert_eq!((&unknown["person"], &unknown["detail"]["code"]), (&Value::Null, &json!("unauthorized")));
        assert!(!unknown.to_string().contains("nb_wrong"), "never a secret");
        assert_eq!(audit(&world.supervisor()).len(), 1, "the supervisor sees the subtree's");
    }

    fn a_whole_year_is_validated_in_the_background(service) {
        let world = World::new(service);
        let full = id_of(&world.full_draft());
        let body = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated"});
        service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
        let path = format!("/years/{YEAR}/validation");
        service.post(&path).token(&world.editor()).send().refused(403, "forbidden");
        service.post(&path).token(&world.supervisor()).send().refused(403, "forbidden");
        service.post("/years/2099/validation").token(&service.admin()).send().refused(404, "not_found");
        let within = format!("{path}?within={}", world.county);
        let supervisor = world.supervisor();
        let begun = service.post(&within).token(&supervisor).send().expect(202);
        let job = begun.header("location").expect("a place").to_owned();
        let done = wait_for(|| {
            let job = service.get(&job).token(&supervisor).send().expect(200).value();
            (job["state"] == "done").then_some(job)
        });
        assert_eq!((&done["progress"]["done"], &done["progress"]["total"]), (&json!(2), &json!(2)));
        let result = &done["result"];
        assert_eq!((&result["reports"], &result["valid"]), (&json!(2), &json!(1)));
        let missing = result["by_rule"].as_array().expect("rules").iter().find(|rule| rule["rule"] == "cell.missing");
        assert_eq!(missing.expect("the empty draft")["findings"], 200);
        let named: Vec<&Value> = result["by_agency"].as_array().expect("agencies").iter().map(|one| &one["agency"]["id"]).collect();
        assert!(named.contains(&&json!(world.county)) && !full.is_empty());
        service.get(&job).token(&world.editor()).send().refused(404, "not_found");
        service.delete(&job).token(&supervisor).send().expect(204);
        assert_eq!(service.get(&job).token(&service.admin()).send().value()["state"], "done", "it had ended");
    }

    fn many_reports_are_taken_a_step_further_each_with_its_own_outcome(service) {
        let world = World::new(service);
        let good = world.full_draft();
        let body = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated"});
        let empty = service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
        let of = |reply: &Reply, tag: &str| json!({"id": id_of(reply), "etag": tag});
        let send = |token: &str, body: Value| service.post("/reports/transitions").token(token).json(&body).send();
        let reports = json!([of(&good, good.tag()), of(&empty, empty.tag()), of(&good, "\"7-zh\""),
            {"id": "018d0000-0000-7000-8000-000000000000", "etag": "1"}]);
        let result = send(&world.editor(), json!({"action": "submit", "reports": reports})).expect(200).value();
        let statuses: Vec<i64> = result["items"].as_array().expect("items").iter()
            .filter_map(|item| item["status"].as_i64()).collect();
        assert_eq!((statuses, &result["done"], &result["refused"]), (vec![201, 422, 412, 404], &json!(1), &json!(3)));
        assert_eq!(result["items"][0]["transition"]["to"], "first_review");
        assert_eq!(result["items"][1]["problem"]["code"], "findings_block_submit");
        let etag = service.get(&format!("/reports/{}", id_of(&good))).token(&world.editor()).send().tag().to_owned();
        assert_eq!(result["items"][0]["etag"], *etag);
        send(&world.editor(), json!({"action": "submit", "reports": []})).faults("invalid_input", &["/reports"]);
        send(&world.editor(), json!({"action": "jump", "reports": [{"id": "x"}]}))
            .faults("invalid_input", &["/action", "/reports/0/id", "/reports/0/etag"]);
    }

    fn narratives_are_compared_with_last_years_and_with_any_report(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let told: String = (0..60).map(|number| format!("第{number}次会议研究公开事项甲{}；", "乙".repeat(number % 7))).collect();
        let filed = |year: i32, text: &str| {
            let body = json!({"agency_id": world.bureau, "year": year, "sections":
                suqian(year)["sections"]});
            let id = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
            let path = format!("/reports/{id}");
            let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
            let patch = json!({"sections": {"overview": {"text": text}}});
            service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send().expect(200);
            id
        };
        let first = filed(YEAR, &told);
        let next = filed(YEAR + 1, &format!("{told}本年又开展了新的工作。"));
        let path = format!("/reports/{next}/similarity");
        assert_eq!(service.get(&path).token(&world.editor()).send().value()["items"], json!([]));
        world.publish(&first);
        let found = service.get(&path).token(&world.editor()).send().expect(200).value();
        let overview = &found["items"][0]["sections"][0];
        assert_eq!((&overview["section"], &found["items"][0]["with"]["report_id"]), (&json!("overview"), &json!(first)));
        assert!(overview["score"].as_f64().is_some_and(|score| (0.7..1.0).contains(&score)), "{overview}");
        let with = service.get(&format!("{path}?with={next}")).token(&world.editor()).send().value();
        assert_eq!(with["items"][0]["sections"][0]["score"], 1.0);
        service.get(&format!("{path}?with=x")).token(&world.editor()).send().refused(400, "invalid_query");
        service.get(&path).send().refused(401, "unauthorized");
        service.get(&path).token(&world.stranger()).send().refused(404, "not_found");
    }
}
