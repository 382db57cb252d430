//! A clerk's file goes in as it is.

use super::harness::client::errors_at;
use super::harness::world::{REAL_TEXT, World, YEAR, suqian};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

fn parts(media: &str, name: &str, content: &[u8]) -> (String, Vec<u8>) {
    let head = format!(
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"report.txt\"\r\n\
         Content-Type: {media}\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--BOUNDARY--\r\n"].concat();
    ("multipart/form-data; boundary=BOUNDARY".to_owned(), body)
}

/// Bytes with one part in the place of another.
fn replaced(bytes: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let at = bytes.windows(part.len()).position(|window| window == part).expect("the part");
    [&bytes[..at], by, &bytes[at + part.len()..]].concat()
}

/// A document as an office's system sends it: any texts, any figures, some missing.
fn any_document() -> impl Strategy<Value = Value> {
    let text = proptest::option::of("[一二三，。、 　\\n\\t<&>\"#|*0-9a-z]{0,40}");
    let texts = proptest::collection::vec(text, 6);
    let figures = proptest::collection::vec(proptest::option::weighted(0.8, 0_u32..1_000_000), 200);
    (texts, figures, "[A-Z0-9/-]{0,20}").prop_map(|(texts, figures, number)| {
        let mut document = suqian(2023);
        let mut figures = figures.into_iter();
        let sections = document["sections"].as_object_mut().expect("sections");
        for ((_, section), text) in sections.iter_mut().zip(texts) {
            section["text"] = text.filter(|text| !text.trim().is_empty()).map_or(Value::Null, Value::from);
            for row in section["table"].as_object_mut().into_iter().flat_map(Map::values_mut) {
                for cell in row.as_object_mut().into_iter().flat_map(Map::values_mut) {
                    *cell = figures.next().flatten().map_or(Value::Null, Value::from);
                }
            }
        }
        document["index_number"] = if number.is_empty() { Value::Null } else { Value::from(number) };
        document["source_url"] = json!("https://www.example.gov.cn/a?b=c");
        document
    })
}

on_both! {
    fn the_real_report_is_read_whole(service) {
        let token = service.token("editor", "", "任何人");
        let reply = service.post("/imports?dry_run=true").token(&token).body("text/plain", REAL_TEXT).send();
        let answer = reply.expect(200).value();
        let source = &answer["source"];
        assert_eq!((&source["cells_read"], &source["cells_expected"], &source["sections_found"]),
            (&json!(200), &json!(200), &json!(6)));
        assert_eq!((&source["charset"], &source["media_type"]), (&json!("utf-8"), &json!("text/plain")));
        assert_eq!(source["unmapped"], json!([{"text": "[bookmark: _GoBack]", "where": "line 351"}]));
        let document = &answer["document"];
        assert_eq!((&document["agency_name"], &document["year"]), (&json!("沁源县信访局"), &json!(2023)));
        assert_eq!((&document["signed_by"], &document["signed_on"]), (&json!("沁源县信访局"), &json!("2024-01-29")));
        assert_eq!(answer["report"], Value::Null);
        let findings = answer["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|finding| finding["severity"] != "error"), "{findings:?}");
        assert_eq!(service.get("/reports").token(&service.admin()).send().value()["items"], json!([]));
    }

    fn a_file_of_two_reports_is_told_and_each_can_be_read(service) {
        let token = service.token("editor", "", "任何人");
        let first = std::str::from_utf8(REAL_TEXT).expect("text");
        let second = first.replace("沁源县信访局", "沁源县水利局").replace("2024年1月29日", "2024年1月30日");
        let file = format!("{first}\n{second}");
        let read = |query: &str| {
            let path = format!("/imports?dry_run=true{query}");
            service.post(&path).token(&token).body("text/plain", file.clone()).send()
        };
        let answer = read("").expect(200).value();
        let told: Vec<&Value> = answer["findings"].as_array().expect("findings").iter()
            .filter(|finding| finding["rule"] == "document.second_report").collect();
        assert_eq!((told.len(), &told[0]["severity"]), (1, &json!("error")));
        assert_eq!((&answer["source"]["parts"], &answer["document"]["signed_on"]), (&json!(2), &json!("2024-01-29")));
        let answer = read("&part=2").expect(200).value();
        let document = &answer["document"];
        assert_eq!((&document["agency_name"], &document["signed_on"]), (&json!("沁源县水利局"), &json!("2024-01-30")));
        assert!(answer["findings"].as_array().expect("findings").iter().all(|finding| finding["severity"] != "error"));
        read("&part=3").refused(422, "document_unreadable");
        read("&part=0").refused(400, "invalid_query");
    }

    fn a_file_is_stored_as_a_draft_once(service) {
        let world = World::new(service);
        let path = format!("/imports?agency_id={}&year=2023", world.bureau);
        let post = || service.post(&path).token(&world.editor()).body("text/plain; charset=utf-8", REAL_TEXT).send();
        let stored = post().expect(201);
        let report = stored.value()["report"].clone();
        assert_eq!((&report["status"], &report["signed_on"]), (&json!("draft"), &json!("2024-01-29")));
        let read = service.get(stored.header("location").expect("a place")).token(&world.editor()).send().expect(200);
        assert_eq!((&read.value(), read.tag()), (&report, stored.tag()));
        post().refused(409, "report_exists");
        let body = REAL_TEXT;
        let missing = service.post("/imports").token(&world.editor()).body("text/plain", body).send();
        let problem = missing.refused(400, "invalid_query");
        assert_eq!(errors_at(&problem, "parameter"), ["agency_id", "year"]);
        service.post(&path).token(&world.reviewer(1)).body("text/plain", body).send().refused(403, "forbidden");
        service.post(&path).token(&world.stranger()).body("text/plain", body).send().refused(403, "forbidden");
        service.post(&path).body("text/plain", body).send().refused(401, "unauthorized");
    }

    fn a_file_about_which_nothing_is_said_is_known_by_its_content(service) {
        let token = service.token("editor", "", "任何人");
        let import = |media: &str, body: &[u8]| {
            service.post("/imports?dry_run=true").token(&token).body(media, body).send()
        };
        for body in [REAL_TEXT, suqian(2023).to_string().as_bytes()] {
            assert_eq!(import("application/octet-stream", body).expect(200).value()["source"]["cells_read"], 200);
        }
        import("application/octet-stream", b"PK\x03\x04\0\0\xff\xfe").refused(415, "unsupported_media_type");
        import("text/plain", b"a\0b").refused(422, "document_unreadable");
    }

    fn each_cell_tells_where_it_stood_in_the_file(service) {
        let token = service.token("editor", "", "任何人");
        let import = |query: &str, media: &str, body: &[u8]| {
            let path = format!("/imports?dry_run=true&{query}");
            service.post(&path).token(&token).body(media, body).send().expect(200).value()["source"].clone()
        };
        assert_eq!(import("provenance=false", "text/plain", REAL_TEXT)["cells"], Value::Null);
        let found = import("provenance=true", "text/plain", REAL_TEXT);
        let cells = found["cells"].as_array().expect("cells");
        assert_eq!(cells.len(), 200);
        let amount = cells.iter().find(|cell| cell["pointer"] == "/sections/proactive_disclosure/table/fees/amount");
        let amount = amount.expect("the amount");
        assert_eq!((&amount["state"], &amount["where"], &amount["table"]), (&json!("read"), &json!("line 52"), &json!(1)));
        let lines: Vec<&str> = std::str::from_utf8(REAL_TEXT).expect("text").lines().collect();
        for cell in cells {
            let line: usize = cell["where"].as_str().and_then(|place| place.strip_prefix("line ")).and_then(|line| line.parse().ok()).expect("a line");
            assert!(lines[line - 1].contains(cell["text"].as_str().expect("a text")), "{cell}");
        }
        let page = "<h2>四、政府信息公开行政复议、行政诉讼情况</h2><table><tr><td>行政复议</td><td colspan=4></td></tr>\
            <tr><td>结果维持</td><td>结果纠正</td><td>其他结果</td><td>尚未审结</td><td>总计</td></tr></table>";
        assert_eq!(import("provenance=true", "text/html", page.as_bytes())["cells"], json!([]));
    }

    fn every_format_is_read_whatever_it_is_called_and_each_cell_tells_its_place(service) {
        let token = service.token("editor", "", "任何人");
        let files: [(&str, &[u8]); 6] = [
            ("application/msword", include_bytes!("../documents/files/libreoffice.doc")),
            ("application/vnd.oasis.opendocument.text", include_bytes!("../documents/files/libreoffice.odt")),
            ("application/vnd.ms-excel", include_bytes!("../documents/files/libreoffice.xls")),
            ("application/vnd.oasis.opendocument.spreadsheet", include_bytes!("../documents/files/libreoffice.ods")),
            ("application/pdf", include_bytes!("../documents/files/libreoffice.pdf")),
            ("application/json", include_bytes!("../fixtures/suqian-2023.json")),
        ];
        for (media, bytes) in files {
            for called in [media, "application/octet-stream", "text/plain"] {
                let path = "/imports?dry_run=true&provenance=true";
                let answer = service.post(path).token(&token).body(called, bytes).send().expect(200).value();
                let source = &answer["source"];
                assert_eq!((&source["media_type"], &source["cells_read"]), (&json!(media), &json!(200)), "{called}");
                let cells = source["cells"].as_array().expect("cells");
                assert_eq!(cells.len(), 200);
                assert!(cells.iter().all(|cell| cell["state"] == "read"));
                assert_eq!(answer["document"]["sections"]["requests"]["table"], suqian(2023)["sections"]["requests"]["table"]);
            }
        }
    }

    fn a_file_may_come_as_a_part(service) {
        let token = service.token("editor", "", "任何人");
        for media in ["text/plain", "application/octet-stream"] {
            let (kind, body) = parts(media, "file", REAL_TEXT);
            let answer = service.post("/imports?dry_run=true").token(&token).body(&kind, body).send().expect(200);
            assert_eq!(answer.value()["source"]["cells_read"], 200);
        }
        let (kind, body) = parts("text/plain", "document", REAL_TEXT);
        service.post("/imports?dry_run=true").token(&token).body(&kind, body).send().refused(422, "invalid_input");
        let (kind, body) = parts("application/msword", "file", b"x");
        let body = String::from_utf8_lossy(&body).replace("report.txt", "report.doc");
        service.post("/imports?dry_run=true").token(&token).body(&kind, body).send()
            .refused(415, "unsupported_media_type");
        service.post("/imports?dry_run=true").token(&token).body("multipart/form-data", "x").send()
            .refused(422, "invalid_input");
    }

    fn a_document_in_json_gives_the_same_document_back(service) {
        let token = service.token("editor", "", "任何人");
        let import = |body: &Value| {
            service.post("/imports?dry_run=true").token(&token).json(body).send().expect(200).value()
        };
        let first = import(&suqian(2023));
        assert_eq!(first["source"]["cells_read"], 200);
        assert_eq!(first["document"]["sections"]["requests"]["table"], suqian(2023)["sections"]["requests"]["table"]);
        let again = import(&first["document"]);
        assert_eq!(again["document"], first["document"]);
    }

    fn blanks_are_null_unless_they_are_declared_zero(service) {
        let token = service.token("editor", "", "任何人");
        let text = String::from_utf8_lossy(REAL_TEXT).replacen("\t0\n", "\t／\n", 3);
        let import = |query: &str| {
            let path = format!("/imports?dry_run=true{query}");
            service.post(&path).token(&token).body("text/plain", text.clone()).send().expect(200).value()
        };
        let plain = import("");
        let blank = plain["source"]["cells_blank"].as_u64().expect("a count");
        assert!(blank > 0, "{}", plain["source"]);
        let missing = plain["findings"].as_array().expect("findings").iter()
            .filter(|finding| finding["rule"] == "cell.missing").count();
        assert_eq!(u64::try_from(missing).ok(), Some(blank), "each blank cell has its finding");
        let declared = import("&blank_as_zero=true");
        assert_eq!(declared["findings"].as_array().expect("findings").iter()
            .filter(|finding| finding["rule"] == "cell.missing").count(), 0);
    }

    fn a_document_in_json_may_have_its_blanks_declared_zero_too(service) {
        let token = service.token("editor", "", "任何人");
        let mut document = suqian(2023);
        document["sections"]["disputes"]["table"]["reconsideration"]["upheld"] = Value::Null;
        document["sections"]["requests"]["table"].as_object_mut().expect("rows").remove("new_requests");
        let import = |query: &str| {
            let path = format!("/imports?dry_run=true{query}");
            let answer = service.post(&path).token(&token).json(&document).send().expect(200).value();
            let missing = answer["findings"].as_array().expect("findings").iter()
                .filter(|finding| finding["rule"] == "cell.missing").count();
            (missing, answer["document"]["sections"].clone())
        };
        assert_eq!(import("").0, 8);
        let (missing, sections) = import("&blank_as_zero=true");
        assert_eq!(missing, 0);
        assert_eq!(sections["disputes"]["table"]["reconsideration"]["upheld"], 0);
        assert_eq!(sections["requests"]["table"]["new_requests"]["total"], 0);
    }

    fn any_document_in_json_comes_back_as_it_was(service) {
        let token = service.token("editor", "", "任何人");
        let mut runner = TestRunner::new(Config { cases: 16, failure_persistence: None, ..Config::default() });
        runner.run(&any_document(), |document| {
            let path = "/imports?dry_run=true";
            let first = service.post(path).token(&token).json(&document).send().expect(200).value();
            let read = &first["document"];
            for (key, section) in document["sections"].as_object().expect("sections") {
                prop_assert_eq!(&read["sections"][key]["text"], &section["text"]);
                for (row, columns) in section["table"].as_object().into_iter().flatten() {
                    prop_assert_eq!(&read["sections"][key]["table"][row], columns);
                }
            }
            for member in ["title", "year", "signed_by", "signed_on", "index_number", "source_url"] {
                prop_assert_eq!(&read[member], &document[member], "{}", member);
            }
            let again = service.post(path).token(&token).json(read).send().expect(200).value();
            prop_assert_eq!(&again["document"], read);
            Ok(())
        }).expect("it comes back");
    }

    fn what_is_stored_is_exported_in_json_and_comes_back(service) {
        let world = World::new(service);
        let mut document = suqian(2023);
        document["sections"]["overview"]["text"] = json!("　　一，  二\n\n 三。\t");
        document["index_number"] = json!("014312345/2024-00012");
        let path = format!("/imports?agency_id={}&year=2023&scope=own", world.bureau);
        let stored = service.post(&path).token(&world.editor()).json(&document).send().expect(201).value();
        let report = stored["report"]["id"].as_str().expect("an id");
        let export = format!("/reports/{report}/document?format=json");
        let exported = service.get(&export).token(&world.editor()).send().expect(200).value();
        assert_eq!(exported["sections"]["overview"]["text"], "　　一，  二\n\n 三。\t");
        let again = service.post("/imports?dry_run=true").token(&world.editor()).json(&exported).send();
        assert_eq!(again.expect(200).value()["document"], exported);
    }

    fn a_kind_that_is_never_read_is_named_with_the_way_out_whatever_it_is_called(service) {
        let token = service.token("editor", "", "任何人");
        let kinds: [(&[u8], &str, &str); 5] = [
            (b"{\\rtf1\\ansi", "RTF", "RTF"),
            (b"\x89PNG\r\n\x1a\n\0", "图片", "picture"),
            (b"PK\x03\x04\0\0a.txt", "压缩包", "archive"),
            (b"Rar!\x1a\x07", "压缩包", "archive"),
            (b"PK\x03\x04\0\0ppt/presentation.xml", "演示文稿", "presentation"),
        ];
        for (bytes, zh, en) in kinds {
            for (media, name) in [
                ("application/octet-stream", "report"), ("application/octet-stream", "report.docx"),
                ("text/plain", "report.txt"), ("application/json", "report.json"), ("image/png", "report.png"),
            ] {
                let (kind, body) = parts(media, "file", bytes);
                let body = replaced(&body, b"report.txt", name.as_bytes());
                for (language, word, way) in [("zh", zh, "docx"), ("en", en, "docx")] {
                    let problem = service.post("/imports?dry_run=true").token(&token).header("Accept-Language", language)
                        .body(&kind, body.clone()).send().refused(415, "unsupported_media_type");
                    let detail = problem["detail"].as_str().unwrap_or_default();
                    assert!(detail.contains(word) && detail.contains(way), "{media} {name}: {detail}");
                }
                let whole = service.post("/imports?dry_run=true").token(&token).body(media, bytes).send();
                whole.refused(415, "unsupported_media_type");
            }
        }
    }

    fn what_cannot_be_read_is_told(service) {
        let token = service.token("editor", "", "任何人");
        let post = |media: &str, body: Vec<u8>| {
            service.post("/imports?dry_run=true").token(&token).body(media, body).send()
        };
        post("text/plain", vec![0xff, 0xfe, 0xfd]).refused(422, "document_unreadable");
        post("text/plain; charset=utf-8", vec![0xc3, 0x28, 0x80]).refused(422, "document_unreadable");
        post("text/plain; charset=klingon", b"x".to_vec()).refused(422, "document_unreadable");
        post("application/json", b"{".to_vec()).refused(400, "invalid_json");
        post("application/pdf", b"%PDF".to_vec()).refused(415, "unsupported_media_type");
        let nothing = post("text/plain", "今天天气很好".into()).expect(200).value();
        assert_eq!((&nothing["source"]["cells_read"], &nothing["source"]["sections_found"]), (&json!(0), &json!(0)));
        assert!(!nothing["source"]["unmapped"].as_array().expect("a list").is_empty(), "nothing is lost");
        post("text/plain", vec![b'x'; (20 << 20) + 1]).refused(413, "payload_too_large");
        service.post("/imports?dry_run=maybe").token(&token).body("text/plain", "x").send()
            .refused(400, "invalid_query");
    }

    fn what_the_query_names_in_vain_is_told_at_its_parameters(service) {
        let admin = service.admin();
        let nowhere = "018d0000-0000-7000-8000-000000000000";
        let path = format!("/imports?agency_id={nowhere}&year={YEAR}");
        let problem = service.post(&path).token(&admin).body("text/plain", REAL_TEXT).send().refused(422, "invalid_input");
        assert_eq!(errors_at(&problem, "parameter"), ["agency_id", "year"], "{problem}");
        assert_eq!(errors_at(&problem, "pointer"), Vec::<String>::new(), "{problem}");
    }
}
