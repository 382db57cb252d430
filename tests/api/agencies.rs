//! The registry.

use super::harness::client::errors_at;
use super::harness::world::{World, id_of, register};
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<String> {
    list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

on_both! {
    fn an_agency_is_registered_read_changed_and_deleted(service) {
        let admin = service.admin();
        let body = json!({"name": "甲市人民政府", "level": "municipal", "kind": "government", "status": "active",
            "uscc": "11371000004359010J", "division_code": "371000",
            "contact": {"website": "https://www.example.gov.cn"}});
        let mut set = body.clone();
        set["status"] = json!("merged");
        service.post("/agencies").token(&admin).json(&set).send().faults("read_only", &["/status"]);
        let made = service.post("/agencies").token(&admin).json(&body).send().expect(201);
        let id = id_of(&made);
        assert_eq!(made.header("location"), Some(format!("/api/v1/agencies/{id}").as_str()));
        let agency = made.value();
        assert_eq!(agency["valid_from"], Value::Null);
        assert_eq!(agency["contact"]["phone"], Value::Null);

        let read = service.get("/agencies/11371000004359010J").send().expect(200);
        assert_eq!(read.value(), agency, "a credit code names the agency as well");
        assert_eq!(read.header("accept-patch"), Some("application/merge-patch+json, application/json"));

        let mut edited = agency.clone();
        edited["short_name"] = json!("甲市");
        edited["contact"] = json!({"phone": "0631-1234567"});
        let path = format!("/agencies/{id}");
        let put = service.put(&path).token(&admin).if_match(read.tag()).json(&edited).send().expect(200);
        assert_eq!(put.value()["contact"]["website"], Value::Null, "what a PUT leaves out is null");
        assert_ne!(put.tag(), read.tag());

        let patch = json!({"short_name": null, "contact": {"email": "gk@example.gov.cn"}});
        let patched = service.patch(&path).token(&admin).if_match(put.tag()).json(&patch).send().expect(200);
        assert_eq!(patched.value()["short_name"], Value::Null);
        assert_eq!(patched.value()["contact"]["phone"], "0631-1234567", "a patch keeps what it does not name");

        service.delete(&path).token(&admin).if_match(patched.tag()).send().expect(204);
        service.get(&path).send().refused(404, "not_found");
    }

    fn every_fault_of_an_agency_is_told_at_its_place_at_once(service) {
        let admin = service.admin();
        let body = json!({"name": " ", "level": "galactic", "uscc": "11371000004359010K", "division_code": "37",
            "parent_id": "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10", "valid_from": "2024-02-30", "colour": "red",
            "contact": {"postcode": "12", "website": "ftp://x", "fax": "1"}});
        let problem = service.post("/agencies").token(&admin).json(&body).send().faults("invalid_input", &[
            "/name", "/level", "/kind", "/uscc", "/division_code", "/valid_from", "/colour",
            "/contact/postcode", "/contact/website", "/contact/fax", "/parent_id",
        ]);
        assert_eq!(errors_at(&problem, "pointer").len(), 11, "{problem}");
        let unknown = json!({"name": "x", "level": "county", "kind": "department",
            "parent_id": "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10"});
        service.post("/agencies").token(&admin).json(&unknown).send().faults("invalid_input", &["/parent_id"]);
        assert_eq!(names(&service.get("/agencies").send().value()), Vec::<String>::new(), "nothing changed");
    }

    fn a_credit_code_has_two_check_characters_and_one_active_agency(service) {
        let admin = service.admin();
        let with = |uscc: &str| {
            json!({"name": "某局", "level": "county", "kind": "department", "uscc": uscc})
        };
        for wrong in ["11371000004359011J", "1137100000435901", "1137100000435901OJ", "11371000004359010j"] {
            service.post("/agencies").token(&admin).json(&with(wrong)).send().faults("invalid_input", &["/uscc"]);
        }
        service.post("/agencies").token(&admin).json(&with("1133102400268125XW")).send().expect(201);
        service.post("/agencies").token(&admin).json(&with("1133102400268125XW")).send()
            .refused(409, "uscc_taken");
    }

    fn a_supervisor_claims_no_code_of_another_division_and_the_rightful_agency_gets_its_own_back(service) {
        let world = World::new(service);
        let (admin, supervisor) = (service.admin(), world.supervisor());
        let (own, foreign) = ("1133102400268125XW", "11341702486344515H");
        let with = |uscc: &str| {
            json!({"name": "某局", "level": "county", "kind": "department", "uscc": uscc, "parent_id": world.county})
        };
        let county = format!("/agencies/{}", world.county);
        let change = |secret: &str, path: &str, body: Value| {
            let read = service.get(path).send().expect(200);
            service.patch(path).token(secret).if_match(read.tag()).json(&body).send()
        };
        change(&admin, &county, json!({"division_code": "331024"})).expect(200);
        let refused = service.post("/agencies").token(&supervisor).json(&with(foreign)).send();
        let problem = refused.refused(403, "forbidden");
        assert!(problem["detail"].as_str().is_some_and(|told| told.contains("341702")), "{problem}");
        let bureau = service.post("/agencies").token(&supervisor).json(&with(own)).send().expect(201).value();
        let bureau = format!("/agencies/{}", bureau["id"].as_str().expect("an id"));
        change(&supervisor, &bureau, json!({"uscc": foreign})).refused(403, "forbidden");
        change(&supervisor, &county, json!({"uscc": foreign})).refused(403, "forbidden");
        change(&supervisor, &bureau, json!({"short_name": "局"})).expect(200);
        // What one says oneself of those below proves nothing.
        let mut elsewhere = with(own);
        elsewhere["uscc"] = Value::Null;
        elsewhere["division_code"] = json!("341702");
        let office = service.post("/agencies").token(&supervisor).json(&elsewhere).send().expect(201).value();
        let office = format!("/agencies/{}", office["id"].as_str().expect("an id"));
        change(&supervisor, &office, json!({"uscc": foreign})).refused(403, "forbidden");
        let mut below = with(foreign);
        below["parent_id"] = json!(office.trim_start_matches("/agencies/"));
        service.post("/agencies").token(&supervisor).json(&below).send().refused(403, "forbidden");

        // The whole city is the city's to supervise; and an administrator settles who is right, in the audit.
        change(&admin, &bureau, json!({"uscc": foreign})).expect(200);
        change(&admin, &bureau, json!({"uscc": null})).expect(200);
        let kept = service.get("/audit?limit=200").token(&admin).send().expect(200).value();
        let entries = kept["items"].as_array().expect("items");
        assert!(entries.iter().any(|entry| entry["detail"]["previous_uscc"] == foreign), "{kept}");
    }

    fn members_the_server_makes_are_taken_only_as_they_are(service) {
        let admin = service.admin();
        let id = register(service, "某局", "county", "department", None);
        let path = format!("/agencies/{id}");
        let read = service.get(&path).send();
        let mut same = read.value();
        same["name"] = json!("某某局");
        let put = service.put(&path).token(&admin).if_match(read.tag()).json(&same).send().expect(200);
        let mut other = put.value();
        other["created_at"] = json!("2020-01-01T00:00:00Z");
        let refused = service.put(&path).token(&admin).if_match(put.tag()).json(&other).send();
        refused.faults("read_only", &["/created_at"]);
        let patch = json!({"id": null});
        service.patch(&path).token(&admin).if_match(put.tag()).json(&patch).send().faults("read_only", &["/id"]);
    }

    fn an_agency_cannot_stand_below_itself_and_moves_with_all_below_it(service) {
        let world = World::new(service);
        let admin = service.admin();
        let county = service.get(&format!("/agencies/{}", world.county)).send();
        let patch = |parent: &str| json!({"parent_id": parent});
        let move_to = |agency: &str, tag: &str, parent: &str| {
            service.patch(&format!("/agencies/{agency}")).token(&admin).if_match(tag).json(&patch(parent)).send()
        };
        move_to(&world.county, county.tag(), &world.bureau).refused(409, "agency_cycle");
        move_to(&world.county, county.tag(), &world.county).refused(409, "agency_cycle");
        move_to(&world.county, county.tag(), &world.neighbour).expect(200);
        let above = service.get(&format!("/agencies/{}/ancestors", world.bureau)).send().expect(200).value();
        assert_eq!(names(&above), ["甲省人民政府", "丙县人民政府", "乙县人民政府"]);
        let within = service.get(&format!("/agencies?within={}", world.neighbour)).send().value();
        assert_eq!(names(&within).len(), 3);
        let roster = service.get(&format!("/years/2023/roster?within={}", world.neighbour)).send().value();
        assert_eq!(names(&roster).len(), 3, "the roster of an open year follows");
    }

    fn an_agency_in_use_is_not_deleted(service) {
        let world = World::new(service);
        let admin = service.admin();
        let tag = service.get(&format!("/agencies/{}", world.county)).send().tag().to_owned();
        service.delete(&format!("/agencies/{}", world.county)).token(&admin).if_match(&tag).send()
            .refused(409, "agency_in_use");
        world.draft();
        let tag = service.get(&format!("/agencies/{}", world.bureau)).send().tag().to_owned();
        service.delete(&format!("/agencies/{}", world.bureau)).token(&admin).if_match(&tag).send()
            .refused(409, "agency_in_use");
    }

    fn an_agency_that_took_the_place_of_another_is_not_deleted(service) {
        let world = World::new(service);
        let admin = service.admin();
        let tag = |agency: &str| service.get(&format!("/agencies/{agency}")).send().expect(200).tag().to_owned();
        let merged = json!({"kind": "merged", "successor_id": world.neighbour, "effective_on": "2026-01-01", "reason": "合并"});
        service.post(&format!("/agencies/{}/succession", world.bureau)).token(&admin).if_match(&tag(&world.bureau))
            .json(&merged).send().expect(200);
        service.delete(&format!("/agencies/{}", world.neighbour)).token(&admin).if_match(&tag(&world.neighbour)).send()
            .refused(409, "agency_in_use");
    }

    fn a_report_for_an_agency_or_year_that_is_being_deleted_is_filed_or_refused(service) {
        let world = World::new(service);
        let admin = service.admin();
        for round in 0..8 {
            let body = json!({"name": format!("临时第{round}局"), "level": "county", "kind": "department", "parent_id": world.county});
            let agency = service.post("/agencies").token(&admin).json(&body).send().expect(201);
            let (id, tag) = (agency.value()["id"].as_str().expect("an id").to_owned(), agency.tag().to_owned());
            let (filed, deleted) = std::thread::scope(|threads| {
                let filed = threads.spawn(|| {
                    let report = json!({"agency_id": id, "year": 2023});
                    service.post("/reports").token(&admin).json(&report).send()
                });
                let deleted = threads.spawn(|| {
                    service.delete(&format!("/agencies/{id}")).token(&admin).if_match(&tag).send()
                });
                (filed.join().expect("answered"), deleted.join().expect("answered"))
            });
            match (filed.status, deleted.status) {
                (201, 409) | (422, 204) => {}
                other => panic!("round {round}: {other:?} {}", filed.value()),
            }
        }
    }

    fn the_tree_shows_what_stands_below_to_a_depth(service) {
        let world = World::new(service);
        let tree = service.get(&format!("/agencies/{}/tree?depth=1", world.province)).send().expect(200).value();
        assert_eq!(tree["name"], "甲省人民政府");
        assert_eq!(tree["children"].as_array().map(Vec::len), Some(2));
        assert_eq!(tree["children"][0]["children"], json!([]));
        let whole = service.get(&format!("/agencies/{}/tree", world.province)).send().value();
        assert_eq!(whole["children"][0]["children"][0]["name"], "乙县信访局");
        let children = service.get(&format!("/agencies/{}/children?count=true", world.province)).send().value();
        assert_eq!((names(&children).len(), &children["total"]), (2, &json!(2)));
        service.get(&format!("/agencies/{}/tree?depth=25", world.province)).send().refused(400, "invalid_query");
    }

    fn the_registry_is_listed_by_what_is_asked_for(service) {
        let world = World::new(service);
        let admin = service.admin();
        let body = json!({"name": "丁镇人民政府 (T%_est)", "level": "township", "kind": "government",
            "division_code": "140431100", "parent_id": world.county});
        service.post("/agencies").token(&admin).json(&body).send().expect(201);
        let asked = |query: &str| names(&service.get(&format!("/agencies?{query}")).send().expect(200).value());
        assert_eq!(asked("level=township"), ["丁镇人民政府 (T%_est)"]);
        assert_eq!(asked("kind=department"), ["乙县信访局"]);
        assert_eq!(asked("division_code=140431"), ["丁镇人民政府 (T%_est)"]);
        assert_eq!(asked("q=t%25_EST"), ["丁镇人民政府 (T%_est)"], "signs of a pattern mean themselves");
        assert_eq!(asked(&format!("parent_id={}", world.county)).len(), 2);
        assert_eq!(asked("status=abolished").len(), 0);
        assert_eq!(asked("within=0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10").len(), 0);
        assert_eq!(asked("sort=-name")[0], "甲省人民政府");
        let same = asked("sort=level,-name");
        assert_eq!(same.len(), 5);
    }

    fn pages_stay_right_while_rows_come_and_go(service) {
        let admin = service.admin();
        let ids: Vec<String> = (0..7)
            .map(|number| register(service, &format!("局{number}"), "county", "department", None))
            .collect();
        let first = service.get("/agencies?limit=3&count=true").send().expect(200);
        let body = first.value();
        assert_eq!((names(&body), &body["total"]), (vec!["局0".into(), "局1".into(), "局2".into()], &json!(7)));
        let link = first.header("link").expect("a link to the next page").to_owned();
        let next = link.trim_start_matches('<').split('>').next().expect("an address").to_owned();
        assert!(next.starts_with("/api/v1/agencies?") && next.contains("limit=3"), "{link}");
        for id in [&ids[1], &ids[4]] {
            let tag = service.get(&format!("/agencies/{id}")).send().tag().to_owned();
            service.delete(&format!("/agencies/{id}")).token(&admin).if_match(&tag).send().expect(204);
        }
        register(service, "局7", "county", "department", None);
        let second = service.get(&next).send().expect(200).value();
        assert_eq!(names(&second), ["局3", "局5", "局6"]);
        let cursor = second["next_cursor"].as_str().expect("a cursor").to_owned();
        let last = service.get(&format!("/agencies?limit=3&cursor={cursor}")).send().expect(200);
        assert_eq!(names(&last.value()), ["局7"]);
        assert_eq!((last.value()["next_cursor"].clone(), last.header("link")), (Value::Null, None));
        // A cursor belongs to its listing and its order.
        for other in [format!("/agencies?sort=name&cursor={cursor}"), "/agencies?cursor=zz".to_owned()] {
            service.get(&other).send().refused(400, "invalid_cursor");
        }
        service.get(&format!("/years?cursor={cursor}")).send().refused(400, "invalid_cursor");
    }

    fn a_supervisor_manages_the_subtree_and_nothing_beside_it(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let body = |parent: &str| {
            json!({"name": "乙县教育局", "level": "county", "kind": "department", "parent_id": parent})
        };
        service.post("/agencies").token(&supervisor).json(&body(&world.county)).send().expect(201);
        service.post("/agencies").token(&supervisor).json(&body(&world.neighbour)).send().refused(403, "forbidden");
        let root = json!({"name": "x", "level": "county", "kind": "department"});
        service.post("/agencies").token(&supervisor).json(&root).send().refused(403, "forbidden");
        service.post("/agencies").token(&world.editor()).json(&body(&world.county)).send().refused(403, "forbidden");
        let path = format!("/agencies/{}", world.bureau);
        let tag = service.get(&path).send().tag().to_owned();
        let patch = json!({"parent_id": world.neighbour});
        service.patch(&path).token(&supervisor).if_match(&tag).json(&patch).send().refused(403, "forbidden");
        let path = format!("/agencies/{}", world.neighbour);
        service.delete(&path).token(&supervisor).if_match("\"1-zh\"").send().refused(403, "forbidden");
    }
}
