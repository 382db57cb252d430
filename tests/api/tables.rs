//! Lists, sums and bundles as tables, for spreadsheets and for whoever loads them.

use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

/// The records of a table, the names of its columns first.
fn records(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').expect("spreadsheets take it for UTF-8");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect()
}

on_both! {
    fn whatever_is_a_table_is_had_as_one_by_its_address(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        for path in [
            "/agencies?",
            &format!("/agencies/{}/children?", world.county),
            "/reports?",
            &format!("/years/{YEAR}/roster?"),
            "/search?q=%E5%85%AC%E5%BC%80&",
            "/stats/totals?year=2023&",
            "/stats/breakdown?year=2023&",
            "/stats/trends?",
            "/stats/ratios?year=2023&",
            "/stats/completeness?year=2023&",
            "/stats/completeness/missing?year=2023&",
        ] {
            let named = service.get(&format!("{path}format=csv")).send().expect(200);
            assert_eq!(named.header("content-type"), Some("text/csv; charset=utf-8"), "{path}");
            let name = path.trim_start_matches('/').split('?').next().and_then(|path| path.rsplit('/').next());
            let saved = name.map(|name| format!("attachment; filename=\"{name}.csv\""));
            assert_eq!(named.header("content-disposition"), saved.as_deref(), "{path}");
            let accepted = service.get(path.trim_end_matches(['?', '&'])).header("accept", "text/csv").send().expect(200);
            assert_eq!(named.text(), accepted.text(), "{path}");
            assert!(records(&named.text()).len() > 1, "{path}: {}", named.text());
            let json = service.get(&format!("{path}format=json")).header("accept", "text/csv").send().expect(200);
            assert_eq!(json.header("content-type"), Some("application/json"), "what is named goes before Accept");
            service.get(&format!("{path}format=xml")).send().refused(400, "invalid_query");
        }
        let first = service.get("/agencies?format=csv&limit=1").send().expect(200);
        assert!(first.header("link").is_some_and(|link| link.contains("cursor=")), "pages go on");
        let rows = records(&service.get("/reports?format=csv&fields=year,agency").send().expect(200).text());
        assert_eq!(rows[0], ["id", "agency.id", "agency.name", "agency.uscc", "year"]);
        assert_eq!((rows[1][0].as_str(), rows[1][4].as_str()), (report.as_str(), "2023"));
    }

    fn no_cell_is_taken_for_a_formula(service) {
        let admin = service.admin();
        for name in ["=1+1", "+86", "-5", "@x"] {
            let body = json!({"name": name, "level": "county", "kind": "department"});
            service.post("/agencies").token(&admin).json(&body).send().expect(201);
        }
        let rows = records(&service.get("/agencies?format=csv").send().expect(200).text());
        let names: Vec<&str> = rows.iter().skip(1).map(|row| row[1].as_str()).collect();
        assert_eq!(names, ["'=1+1", "'+86", "'-5", "'@x"]);
    }

    fn a_bundle_can_be_added_up_grouped_and_loaded_again_only_when_it_changed(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let consolidated = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated", "prefill": "subordinates"});
        let above = service.post("/reports").token(&world.editor()).json(&consolidated).send().expect(201);
        let narrative = json!({"sections": {"overview": {"text": "总体情况。"}, "problems": {"text": "问题。"}, "other_matters": {"text": "无。收取信息处理费0元。"}}});
        let path = format!("/reports/{}", id_of(&above));
        service.patch(&path).token(&world.editor()).if_match(above.tag()).json(&narrative).send().expect(200);
        let bundle = format!("/years/{YEAR}/bundle");
        let ids = |query: &str| {
            let text = service.get(&format!("{bundle}{query}")).send().expect(200).text();
            let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
            let lines: Vec<Value> = lines.collect();
            let reports = lines.iter().filter_map(|line| Some(line["id"].as_str()?.to_owned())).collect::<Vec<_>>();
            (lines[0]["scope"].clone(), reports)
        };
        assert_eq!(ids(""), (json!("own"), vec![report.clone()]));
        assert_eq!(ids("?scope=own").1, ids("").1);
        assert_eq!(ids("?scope=consolidated"), (json!("consolidated"), vec![]), "none is published yet");
        let table = service.get(&format!("{bundle}?format=csv&labels=zh")).send().expect(200);
        let named = "attachment; filename=\"bundle-2023-own.csv\"";
        assert_eq!(table.header("content-disposition"), Some(named));
        let rows = records(&table.text());
        let at = |name: &str| rows[0].iter().position(|column| column == name).expect("a column");
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1][at("agency_name")], "机关名称");
        assert!(rows[1][at("requests.new_requests.total")].contains("总计"));
        assert_eq!((rows[2][at("level")].as_str(), rows[2][at("kind")].as_str()), ("county", "department"));
        assert_eq!(rows[2][at("parent_id")], world.county);
        assert_eq!(rows[2][at("path")], [&world.province, &world.county, &world.bureau].map(String::as_str).join("/"));
        let plain = service.get(&bundle).send().expect(200);
        let coded = service.get(&bundle).header("accept-encoding", "gzip").raw().send().expect(200);
        assert_eq!(coded.header("content-encoding"), Some("gzip"));
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&coded.bytes[..]), &mut text).expect("gzip");
        assert_eq!(text, plain.text());
        assert!(coded.bytes.len() * 2 < plain.bytes.len());
        let liked = |accept: &str| service.get(&bundle).header("accept", accept).send();
        assert_eq!(liked("text/csv").expect(200).header("content-type"), Some("text/csv; charset=utf-8"));
        liked("image/png").refused(406, "not_acceptable");
        let vary = plain.header("vary").unwrap_or_default();
        assert!(["Accept", "Accept-Language", "Authorization"].iter().all(|name| vary.contains(name)), "{vary}");
        let head = service.request("HEAD", &bundle).send().expect(200);
        assert_eq!(head.header("content-length"), None, "how long it will be nobody knows");
        let again = |tag: &str| service.get(&bundle).header("if-none-match", tag).send();
        let unchanged = again(plain.tag()).expect(304);
        assert!(unchanged.header("last-modified").is_some());
        world.transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "有误"})).expect(201);
        again(plain.tag()).expect(200);
    }

    fn a_part_of_a_file_is_given_where_it_is_asked_for(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        for format in ["docx", "html", "pdf", "xlsx", "csv", "md", "json"] {
            let file = service.get(&format!("/reports/{report}/document/{format}")).send().expect(200);
            let named = service.get(&format!("/reports/{report}/document?format={format}")).send().expect(200);
            assert_eq!(file.header("content-type"), named.header("content-type"));
            assert_eq!(file.header("content-disposition"), named.header("content-disposition"));
        }
        service.get(&format!("/reports/{report}/document/rtf")).send().refused(404, "not_found");
        let path = format!("/reports/{report}/document/html");
        let untyped = service.get(&path).header("accept", "application/octet-stream").send().expect(200);
        assert_eq!(untyped.header("content-type"), Some("application/octet-stream"));
        let whole = service.get(&path).send().expect(200);
        assert_eq!(whole.header("accept-ranges"), Some("bytes"));
        let ask = |range: &str| service.get(&path).header("range", range).send();
        let last = whole.bytes.len() - 1;
        for (range, from, to) in [("bytes=0-9", 0, 9), ("bytes=5-", 5, last), ("bytes=-4", last - 3, last)] {
            let part = ask(range).expect(206);
            assert_eq!(part.header("content-range"), Some(format!("bytes {from}-{to}/{}", last + 1).as_str()));
            assert_eq!(part.bytes, whole.bytes[from..=to]);
        }
        for unheeded in ["bytes=9-1", "lines=1-2", "bytes=0-1,3-4"] {
            assert_eq!(ask(unheeded).expect(200).bytes, whole.bytes);
        }
        // `Range` means nothing but for GET.
        let head = service.request("HEAD", &path).header("range", "bytes=0-9").send().expect(200);
        assert_eq!(head.header("content-length"), Some((last + 1).to_string().as_str()));
        let stale = service.get(&path).header("range", "bytes=0-9").header("if-range", "\"x\"").send().expect(200);
        assert_eq!(stale.bytes.len(), last + 1);
    }

    fn a_cursor_leads_on_in_the_list_that_gave_it_and_in_no_other(service) {
        let world = World::new(service);
        for path in ["/agencies?level=county&", "/rules?", "/indicators?format=2021&", &format!("/years/{YEAR}/roster?")] {
            let page = |more: &str| service.get(&format!("{path}{more}")).send();
            let first = page("limit=1").expect(200).value();
            let cursor = first["next_cursor"].as_str().expect("a next page");
            let next = page(&format!("cursor={cursor}&limit=2&count=true")).expect(200).value();
            assert_ne!(next["items"][0], first["items"][0], "{path}");
            service.get(&format!("/agencies?kind=government&cursor={cursor}")).send().refused(400, "invalid_cursor");
        }
        service.get(&format!("/agencies?within={}&cursor=x", world.county)).send().refused(400, "invalid_cursor");
        assert_eq!(service.get("/indicators").send().expect(200).value()["items"].as_array().map(Vec::len), Some(50));
    }

    fn what_can_hold_nothing_is_refused(service) {
        let admin = service.admin();
        for (path, parameter) in [
            ("/stats/trends?from=2025&to=2020", "to"),
            ("/reports?published_from=2024-02-01&published_to=2024-01-01", "published_to"),
            ("/audit?from=2024-02-01T00:00:00Z&to=2024-02-01T00:00:00Z", "to"),
            ("/search?q=a&section=zzz", "section"),
        ] {
            let problem = service.get(path).token(&admin).send().refused(400, "invalid_query");
            assert_eq!(problem["errors"][0]["parameter"], parameter, "{problem}");
        }
    }
}
