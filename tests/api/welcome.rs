//! The first minutes of a stranger: the entrance, the pages of problems, the document in English.

use super::harness::database::Database;
use super::harness::process::Service;
use serde_json::Value;

on_both! {
    fn the_entrance_leads_everywhere(service) {
        let index = service.get("/").send().expect(200);
        let links = index.value()["links"].as_array().expect("links").clone();
        let header = index.header("link").expect("links").to_owned();
        for link in &links {
            let (rel, href) = (link["rel"].as_str().expect("rel"), link["href"].as_str().expect("href"));
            assert!(header.contains(&format!("<{href}>; rel=\"{rel}\"")), "{header}");
            let query = if href.ends_with("/search") { "?q=a" } else { "" };
            service.get(&format!("{href}{query}")).send().expect(200);
        }
        let page = service.get("/").header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").send().expect(200);
        assert!(page.header("content-type").is_some_and(|media| media.starts_with("text/html")));
        for place in ["/docs", "/problems", "/healthz", "/api/v1/reports"] {
            assert!(page.text().contains(&format!("href=\"{place}\"")), "{place}");
        }
        let english = service.get("/").header("accept", "text/html").header("accept-language", "en").send().expect(200);
        assert!(english.text().contains("lang=\"en\"") && english.text().contains("Published reports"));
        service.get("/?x=1").send().refused(400, "invalid_query");
    }

    fn every_problem_has_a_page_with_cause_remedy_and_example(service) {
        let listed = service.get("/problems").send().expect(200).value();
        for problem in listed["items"].as_array().expect("items") {
            let address = problem["type"].as_str().expect("an address");
            for (language, other) in [("zh", "en"), ("en", "zh")] {
                let read = |language: &str| service.get(address).header("accept-language", language).send().expect(200).value();
                let (told, otherwise) = (read(language), read(other));
                for member in ["cause", "remedy"] {
                    let text = told[member].as_str().expect("text");
                    assert!(text.len() > 20 && told[member] != otherwise[member], "{address} {member}: {text}");
                    assert_ne!(told[member], told["title"], "{address}");
                }
                assert_eq!(told["examples"][0]["code"], told["code"]);
            }
            let page = service.get(address).header("accept", "text/html").send().expect(200).text();
            assert!(page.contains("<h2>怎么办</h2>") && page.contains("<pre>"), "{page}");
        }
    }

    fn the_document_is_given_in_the_language_asked_for(service) {
        let english = service.get("/openapi.json?lang=en").send().expect(200);
        assert_eq!(english.header("content-language"), Some("en"));
        assert_eq!(english.value()["paths"]["/api/v1/agencies"]["get"]["summary"], "List agencies");
        let accepted = service.get("/openapi.json").header("accept-language", "en").send().expect(200);
        assert_eq!(accepted.bytes, english.bytes);
        let chinese = service.get("/openapi.json?lang=zh").header("accept-language", "en").send().expect(200);
        assert_eq!(chinese.value()["paths"]["/api/v1/agencies"]["get"]["summary"], "机关列表");
        assert_ne!(chinese.tag(), english.tag());
        assert!(service.get("/openapi.yaml?lang=en").send().expect(200).text().contains("summary: \"List agencies\""));
        let docs = service.get("/docs").header("accept-language", "en").send().expect(200);
        assert!(docs.text().contains("<html lang=\"en\">") && docs.header("content-language") == Some("en"));
    }
}

#[test]
fn a_browser_elsewhere_may_read_what_it_needs_to_go_on() {
    let origin = "https://portal.example.gov.cn";
    let service = Service::start(Database::sqlite().into(), &[("NIANBAO__SERVER__CORS_ORIGINS", origin)]);
    let reply = service.get("/agencies").header("origin", origin).send().expect(200);
    let exposed = reply.header("access-control-expose-headers").expect("exposed").to_ascii_lowercase();
    for name in [
        "etag",
        "link",
        "nianbao-seq",
        "nianbao-epoch",
        "content-disposition",
        "ratelimit",
        "ratelimit-policy",
    ] {
        assert!(exposed.split(',').any(|known| known.trim() == name), "{name}: {exposed}");
    }
    let vary: Vec<&str> =
        reply.headers.iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str()).collect();
    assert!(vary.len() == 1 && vary[0].contains("Origin") && vary[0].contains("Accept-Language"), "{vary:?}");
    let problem: Value = service.get("/nowhere").header("origin", origin).send().refused(404, "not_found");
    assert_eq!(problem["code"], "not_found");
}

#[test]
fn whom_to_tell_of_a_hole_is_named_where_the_operator_names_somebody() {
    let silent = Service::on_sqlite();
    silent.get("/.well-known/security.txt").send().refused(404, "not_found");
    let contact = "mailto:security@example.gov.cn";
    let database = std::sync::Arc::new(Database::sqlite());
    let service = Service::start(database, &[("NIANBAO__SERVER__SECURITY_CONTACT", contact)]);
    let told = service.get("/.well-known/security.txt").send().expect(200).text();
    assert!(told.starts_with(&format!("Contact: {contact}\nExpires: 20")), "{told}");
}
