//! Documents over HTTP: any format in, any format out, and nothing hostile gets further than its reader.

use super::harness::client::Reply;
use super::harness::world::{REAL_TEXT, World, YEAR, id_of};
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

const FORMATS: [(&str, &str); 7] = [
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("html", "text/html; charset=utf-8"),
    ("pdf", "application/pdf"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("csv", "text/csv; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("json", "application/json"),
];

fn import(world: &World<'_>, media: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    world.service.post("/imports?dry_run=true").token(&world.editor()).body(media, bytes).send()
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A published report of the bureau; gives its id.
fn published(world: &World<'_>) -> String {
    let id = id_of(&world.full_draft());
    let path = format!("/reports/{id}");
    let tag = world.service.get(&path).token(&world.editor()).send().tag().to_owned();
    let patch = json!({"title": "乙县信访局2023年政府信息公开工作年度报告", "signed_by": "乙县信访局", "signed_on": "2024-01-29"});
    world.service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send().expect(200);
    world.publish(&id);
    id
}

on_both! {
    fn a_report_goes_out_in_every_format_and_comes_back_the_same(service) {
        let world = World::new(service);
        let id = published(&world);
        let report = service.get(&format!("/reports/{id}")).send().value();
        for (format, media) in FORMATS {
            let reply = service.get(&format!("/reports/{id}/document?format={format}")).send().expect(200);
            assert_eq!(reply.header("content-type"), Some(media), "{format}");
            assert!(reply.header("content-disposition").is_some_and(|name| name.ends_with(&format!(".{format}"))));
            let again = service.get(&format!("/reports/{id}/document?format={format}"))
                .header("if-none-match", reply.tag()).send();
            assert_eq!((again.status, again.bytes.len()), (304, 0), "{format}");
            if matches!(format, "pdf" | "csv") {
                continue;
            }
            let media = media.split(';').next().expect("a type");
            let read = import(&world, media, reply.bytes.clone()).expect(200).value();
            let document = &read["document"];
            for (key, section) in report["sections"].as_object().expect("sections") {
                let read = &document["sections"][key];
                assert_eq!((&read["text"], &read["table"]), (&section["text"], &section["table"]), "{format} {key}");
            }
            for member in ["title", "signed_by", "signed_on"] {
                assert_eq!(document[member], report[member], "{format}");
            }
            assert_eq!((&document["agency_name"], &document["year"]), (&json!("乙县信访局"), &json!(YEAR)), "{format}");
            let errors: Vec<&Value> = read["findings"].as_array().expect("findings").iter()
                .filter(|finding| finding["severity"] == "error").collect();
            assert_eq!(errors, Vec::<&Value>::new(), "{format}");
        }
    }

    fn the_format_is_agreed_upon_by_name_or_by_accept(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}/document");
        let accept = |accept: &str| service.get(&path).header("accept", accept).send();
        assert_eq!(accept("application/pdf").expect(200).header("content-type"), Some("application/pdf"));
        assert_eq!(accept("text/html;q=0.5,*/*").expect(200).header("content-type"), Some("application/json"));
        assert_eq!(accept("text/html").expect(200).header("content-type"), Some("text/html; charset=utf-8"));
        accept("image/png").refused(406, "not_acceptable");
        service.get(&format!("{path}?format=rtf")).send().refused(400, "invalid_query");
        let named = service.get(&format!("{path}?format=csv")).header("accept", "application/json").send().expect(200);
        assert_eq!(named.header("content-type"), Some("text/csv; charset=utf-8"));
        let draft = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated"});
        let draft = id_of(&service.post("/reports").token(&world.editor()).json(&draft).send().expect(201));
        service.get(&format!("/reports/{draft}/document")).send().refused(404, "not_found");
        service.get(&format!("/reports/{draft}/document")).token(&world.editor()).send().expect(200);
        let world_wide = service.get(&path).send();
        assert_eq!(world_wide.header("cache-control"), Some("public, no-cache"));
    }

    fn the_file_a_report_came_from_is_kept_to_the_byte(service) {
        let world = World::new(service);
        let path = format!("/imports?agency_id={}&year={YEAR}", world.bureau);
        let bytes = REAL_TEXT;
        let stored = service.post(&path).token(&world.editor()).body("text/plain", bytes).send().expect(201).value();
        let source = format!("/reports/{}/source", stored["report"]["id"].as_str().expect("an id"));
        let reply = service.get(&source).token(&world.editor()).send().expect(200);
        assert_eq!(reply.bytes, bytes);
        assert_eq!(reply.header("digest"), Some(format!("sha-256={}", stored["source"]["sha256"].as_str().expect("a digest")).as_str()));
        service.get(&source).send().refused(401, "unauthorized");
        service.get(&source).token(&world.stranger()).send().refused(404, "not_found");
        let body = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated"});
        let typed = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        service.get(&format!("/reports/{typed}/source")).token(&world.editor()).send().refused(404, "not_found");
    }

    fn an_empty_workbook_is_filled_in_and_imported(service) {
        let world = World::new(service);
        let book = service.get("/formats/2021/workbook").send().expect(200);
        let read = import(&world, FORMATS[3].1, book.bytes).expect(200).value();
        assert_eq!((&read["source"]["sections_found"], &read["source"]["cells_read"]), (&json!(6), &json!(0)));
        service.get("/formats/1999/workbook").send().refused(404, "not_found");
    }

    fn hostile_and_mislabelled_files_are_refused_in_words_that_help(service) {
        let world = World::new(service);
        let (docx, html, xlsx) = (FORMATS[0].1, "text/html", FORMATS[3].1);
        let refused = |media: &str, bytes: Vec<u8>, say: &str| {
            let problem = import(&world, media, bytes).refused(422, "document_unreadable");
            let detail = problem["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains(say), "{say}: {detail}");
        };
        refused(docx, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old".to_vec(), "另存为");
        refused("text/plain", b"%PDF-1.7 ...".to_vec(), "PDF");
        refused(docx, b"PK\x03\x04 cut word/".to_vec(), "不是有效的");
        let bomb = zipped(&[("word/document.xml", &vec![b' '; 80 << 20])]);
        assert!(bomb.len() < 1 << 20, "a bomb is small");
        refused(docx, bomb, "解压后太大");
        let bomb = zipped(&[("xl/workbook.xml", b"<workbook/>"), ("xl/sharedStrings.xml", &vec![b' '; 80 << 20])]);
        refused(xlsx, bomb, "解压后太大");
        let laughs = b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"ha\">]><w:document>&b;</w:document>";
        refused(docx, zipped(&[("word/document.xml", laughs)]), "实体");
        let deep = format!("<w:document xmlns:w=\"w\">{}", "<w:p>".repeat(5_000));
        refused(docx, zipped(&[("word/document.xml", deep.as_bytes())]), "文件");
        refused(html, "<div>".repeat(20_000).into_bytes(), "嵌套太深");
        refused(html, format!("<table>{}</table>", "<tr><td rowspan=60000 colspan=60000>x".repeat(3_000)).into_bytes(), "单元格太多");
        let many: Vec<(String, &[u8])> = (0..3_000).map(|number| (format!("word/{number}"), &b""[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        refused(docx, zipped(&many), "部件太多");
        let elsewhere = zipped(&[("../../etc/passwd", b"x"), ("word/other.xml", b"<a/>")]);
        refused(docx, elsewhere, "没有 Word 正文");
        // The service lives and reads on, and a page under another name as what it is.
        let page = "<html><body><p>2023年度政府信息公开工作年度报告</p><p>一、总体情况</p><p>平稳。</p></body></html>";
        for media in ["text/plain", docx, "application/msword", "application/vnd.ms-excel"] {
            let read = import(&world, media, page).expect(200).value();
            assert_eq!(read["document"]["sections"]["overview"]["text"], "平稳。", "{media}");
            assert_eq!(read["source"]["media_type"], html);
        }
    }

    fn what_nobody_names_is_known_by_its_content(service) {
        let world = World::new(service);
        let id = published(&world);
        for (format, media) in [FORMATS[0], FORMATS[1], FORMATS[3], FORMATS[6]] {
            let bytes = service.get(&format!("/reports/{id}/document?format={format}")).send().bytes;
            let read = import(&world, "application/octet-stream", bytes).expect(200).value();
            assert_eq!(read["source"]["media_type"], media.split(';').next().expect("a type"), "{format}");
        }
        let page = "<html><head><meta charset=\"gbk\"></head><body><p>一、总体情况</p><p>平稳。</p></body></html>";
        let (gbk, _, _) = encoding_rs::GBK.encode(page);
        let read = import(&world, "text/html", gbk.into_owned()).expect(200).value();
        assert_eq!((&read["source"]["charset"], &read["document"]["sections"]["overview"]["text"]), (&json!("gb18030"), &json!("平稳。")));
    }
}
