//! Rules, forms, indicators, problems: the statute as data.

use nianbao::inside::domain::{form, rules};
use serde_json::{Value, json};

on_both! {
    fn the_catalogue_says_what_the_domain_holds(service) {
        let listed = service.get("/rules?limit=200").send().expect(200);
        let listed_rules = listed.value();
        let items = listed_rules["items"].as_array().expect("items");
        let ids: Vec<&str> = items.iter().filter_map(|rule| rule["id"].as_str()).collect();
        assert_eq!(ids, rules::RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
        assert!(items.iter().all(|rule| rule["what"] != rule["id"] && rule["basis"] != ""), "{listed_rules}");
        let english = service.get("/rules?limit=200").header("accept-language", "en").send().expect(200);
        assert_ne!(english.value()["items"][0]["what"], items[0]["what"]);
        assert!(listed.header("cache-control").is_some_and(|kept| kept.contains("max-age")));
        service.get("/rules?limit=200").header("if-none-match", listed.tag()).send().expect(304);

        let formats = service.get("/formats").send().expect(200).value();
        assert_eq!(formats["items"].as_array().map(Vec::len), Some(form::all().len()));
        for known in form::all() {
            let read = service.get(&format!("/formats/{}", known.id)).send().expect(200).value();
            assert_eq!(read, serde_json::to_value(&known.source).expect("JSON"));
        }
        service.get("/formats/1999").send().refused(404, "not_found");
        for path in ["/rules", "/formats", "/indicators"] {
            let (mut next, mut seen) = (Some(format!("{path}?limit=1&count=true")), Vec::new());
            let all = service.get(&format!("{path}?limit=2")).send().expect(200).value();
            while let Some(page) = next.filter(|_| seen.len() < 2) {
                let page = service.get(&page).send().expect(200);
                seen.extend(page.value()["items"].as_array().expect("items").clone());
                let link = page.header("link").and_then(|link| link.strip_suffix(">; rel=\"next\""));
                next = link.map(|link| link.trim_start_matches("</api/v1").to_owned());
            }
            assert_eq!(json!(seen), all["items"], "{path}: each page says where the next one is");
        }

        let indicators = service.get("/indicators?format=2021&limit=200").send().expect(200).value();
        let items = indicators["items"].as_array().expect("items");
        assert_eq!(items.len(), 200);
        assert!(items.iter().any(|one| one["id"] == "requests.new_requests.total"
            && one["pointer"] == "/sections/requests/table/new_requests/total"));
        let fees: Vec<&Value> = items.iter().filter(|one| one["unit"] == "万元").collect();
        assert!(fees.iter().all(|one| one["decimals"] == 6) && !fees.is_empty());
        service.get("/indicators?format=1999").send().refused(400, "invalid_query");
        let table = service.get("/indicators?format=csv&limit=200").send().expect(200);
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(table.text(), service.get("/indicators?limit=200").header("accept", "text/csv").send().expect(200).text());
        assert!(service.get("/indicators?format=json").send().expect(200).value()["items"].is_array());
    }

    fn every_problem_has_a_page_that_works_offline(service) {
        let list = service.get("/problems").send().expect(200).value();
        for problem in list["items"].as_array().expect("items") {
            let path = problem["type"].as_str().expect("an address");
            assert_eq!(&service.get(path).send().expect(200).value(), problem);
        }
        let page = service.get("/problems/uscc_taken").header("accept", "text/html,*/*;q=0.8").send().expect(200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.text().contains("uscc_taken") && !page.text().contains("http://") && !page.text().contains("https://"));
        service.get("/problems/nope").send().refused(404, "not_found");
    }

    fn a_token_tells_whose_it_is(service) {
        let token = service.token("reviewer", "", "王审");
        let me = service.get("/me").token(&token).send().expect(200).value();
        assert_eq!((&me["person"]["name"], &me["grants"]),
            (&json!("王审"), &json!([{"role": "reviewer", "agency": null, "stage": null,
                "reach": "subtree", "read_only": false, "years": null}])));
        service.get("/me").send().refused(401, "unauthorized");
    }
}
