//! The command line and files: old documents loaded as published, files tried out, reports written out.

use super::harness::process::Service;
use super::harness::world::{REAL_TEXT, World, YEAR, id_of, open_year, register, suqian};
use serde_json::json;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Old documents are for years that are over.
fn close(service: &Service) {
    let year = format!("/years/{YEAR}");
    let tag = service.get(&year).send().tag().to_owned();
    let body = json!({"state": "closed"});
    service.patch(&year).token(&service.admin()).if_match(&tag).json(&body).send().expect(200);
}

on_both! {
    fn old_documents_enter_as_published_on_their_true_days(service) {
        let world = World::new(service);
        let folder = TempDir::new().expect("a folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        };
        file("xinfangju.txt", REAL_TEXT);
        file(&format!("{}/2023.json", world.county), suqian(YEAR).to_string().as_bytes());
        file("nobody/2023.txt", "某某局2023年政府信息公开工作年度报告\n一、总体情况\n平稳。\n某某局\n2024年1月2日\n".as_bytes());
        file("broken.docx", b"PK no");
        file("manifest.csv", format!(
            "file,agency,year,scope,published_on\nxinfangju.txt,{},2023,own,2024-01-30\n{}/2023.json,,,consolidated,2024-03-20\n",
            world.bureau, world.county).as_bytes());
        let year = format!("/years/{YEAR}");
        for state in ["closed", "archived"] {
            let tag = service.get(&year).send().tag().to_owned();
            service.patch(&year).token(&service.admin()).if_match(&tag).json(&json!({"state": state})).send().expect(200);
        }
        let path = folder.path().display().to_string();
        let output = service.run(&["load", &path]);
        let text = said(&output);
        assert!(!output.status.success() && text.contains("装载 2 份") && text.contains("没有装载 2 份"), "{text}");
        assert!(text.contains("某某局") && text.contains("broken.docx"), "{text}");
        let report = service.get(&format!("/agencies/{}/reports/2023", world.bureau)).send().expect(200).value();
        assert_eq!((&report["status"], &report["published_at"], &report["timeliness"]),
            (&json!("published"), &json!("2024-01-29T16:00:00Z"), &json!("archived")));
        let id = report["id"].as_str().expect("an id");
        let made = service.get(&format!("/reports/{id}/transitions")).token(&world.supervisor()).send().value();
        assert_eq!((&made["items"][0]["action"], &made["items"][0]["judgement"]["valid"]), (&json!("archive"), &json!(true)));
        assert_eq!(service.get(&format!("/reports/{id}/source")).token(&world.supervisor()).send().bytes, REAL_TEXT);
        let audit = service.get(&format!("/audit?report_id={id}")).token(&service.admin()).send().value();
        let acts: Vec<&str> = audit["items"].as_array().expect("items").iter().filter_map(|entry| entry["action"].as_str()).collect();
        assert_eq!(acts, ["report.load", "report.transition"]);
        service.get(&format!("/agencies/{}/reports/2023?scope=consolidated", world.county)).send().expect(200);
        let again = said(&service.run(&["load", &path]));
        assert!(again.contains("装载 0 份") && again.contains("已有 2 份"), "{again}");
        assert_eq!(service.get("/changes").send().value()["items"].as_array().map(Vec::len), Some(2));
    }

    fn a_document_finds_its_agency_by_name_whatever_has_become_of_it(service) {
        let world = World::new(service);
        let county = Some(world.county.as_str());
        let gone = register(service, "乙县旧局", "county", "department", county);
        let path = format!("/agencies/{gone}");
        let tag = service.get(&path).send().tag().to_owned();
        let order = json!({"kind": "merged", "successor_id": world.bureau, "effective_on": "2024-06-01", "reason": "机构改革"});
        service.post(&format!("{path}/succession")).token(&service.admin()).if_match(&tag).json(&order).send().expect(200);
        // More agencies hold the name within theirs than a page has.
        let line = |number: i32| {
            json!({"name": format!("乙县科技局第{number}分局"), "level": "county", "kind": "department"}).to_string()
        };
        let lines: Vec<String> = (0..201).map(line).collect();
        service.post("/agencies/batch").token(&service.admin()).body("application/x-ndjson", lines.join("\n")).send().expect(200);
        let late = register(service, "乙县科技局", "county", "department", county);
        let same = ["department", "directly_affiliated"].map(|kind| register(service, "乙县同名局", "county", kind, county));

        let folder = TempDir::new().expect("a folder");
        let file = |name: &str, agency: &str| {
            let text = format!("{agency}2023年政府信息公开工作年度报告\n一、总体情况\n平稳。\n{agency}\n2024年1月2日\n");
            fs::write(folder.path().join(name), text).expect("written");
        };
        file("old.txt", "乙县旧局");
        file("late.txt", "乙县科技局");
        file("same.txt", "乙县同名局");
        file("11341702486344515H.txt", "乙县旧局");
        file("future.txt", "乙县信访局");
        close(service);
        fs::write(folder.path().join("manifest.csv"), "file,published_on\nfuture.txt,2999-01-01\n").expect("written");
        let output = service.run(&["load", &folder.path().display().to_string()]);
        let text = said(&output);
        assert!(!output.status.success() && text.contains("装载 2 份") && text.contains("没有装载 3 份"), "{text}");
        assert!(same.iter().all(|id| text.contains(&format!("{id} 现有"))) && text.contains("不止一个机关叫“乙县同名局”"), "{text}");
        assert!(text.contains("没有编号或统一社会信用代码为 11341702486344515H 的机关"), "{text}");
        assert!(text.contains("不能晚于今天") && !text.contains("Invalid") && !text.contains("Refus"), "{text}");
        for agency in [&gone, &late] {
            let report = service.get(&format!("/agencies/{agency}/reports/2023")).send().expect(200).value();
            assert_eq!(report["published_at"], "2024-01-01T16:00:00Z", "{agency}");
        }

        fs::write(folder.path().join("manifest.csv"), "file,published_on\nfuture.txt,2024-01-01,own\n").expect("written");
        let text = said(&service.run(&["load", &folder.path().display().to_string()]));
        assert!(text.contains("有 3 列，而表头有 2 列"), "{text}");
        let text = said(&service.run(&["load", &folder.path().join("nowhere").display().to_string()]));
        assert!(text.contains("没有这个文件或文件夹"), "{text}");
    }

    fn a_document_finds_its_agency_by_the_name_it_bore_then(service) {
        let world = World::new(service);
        let county = Some(world.county.as_str());
        let patch = |id: &str, change: serde_json::Value| {
            let path = format!("/agencies/{id}");
            let tag = service.get(&path).send().tag().to_owned();
            service.patch(&path).token(&service.admin()).if_match(&tag).json(&change).send().expect(200);
        };
        let renamed = register(service, "乙县环保局", "county", "department", county);
        // Two changes under the old name are one bearer of it.
        patch(&renamed, json!({"short_name": "环保局"}));
        patch(&renamed, json!({"name": "乙县生态环境局"}));
        let left = register(service, "乙县物价局", "county", "department", county);
        patch(&left, json!({"name": "乙县价格局"}));
        let taken = register(service, "乙县物价局", "county", "department", county);
        let both = ["department", "directly_affiliated"].map(|kind| {
            let id = register(service, "乙县旧称局", "county", kind, county);
            patch(&id, json!({"name": format!("乙县新称局{kind}")}));
            id
        });

        let folder = TempDir::new().expect("a folder");
        for (file, agency) in [("renamed.txt", "乙县环保局"), ("taken.txt", "乙县物价局"), ("both.txt", "乙县旧称局"),
            ("never.txt", "乙县无名局")] {
            let text = format!("{agency}2023年政府信息公开工作年度报告\n一、总体情况\n平稳。\n{agency}\n2024年1月2日\n");
            fs::write(folder.path().join(file), text).expect("written");
        }
        close(service);
        let text = said(&service.run(&["load", &folder.path().display().to_string()]));
        assert!(text.contains("装载 2 份") && text.contains("没有装载 2 份"), "{text}");
        assert!(text.contains("不止一个机关曾叫“乙县旧称局”"), "{text}");
        assert!(both.iter().all(|id| text.contains(&format!("{id} 现有，今名“乙县新称局"))), "{text}");
        assert!(text.contains("没有现在或曾经叫“乙县无名局”的机关"), "{text}");
        for agency in [&renamed, &taken] {
            service.get(&format!("/agencies/{agency}/reports/2023")).send().expect(200);
        }
        service.get(&format!("/agencies/{left}/reports/2023")).send().refused(404, "not_found");
    }

    fn a_stored_report_is_written_out(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        for (format, begins) in [("docx", &b"PK"[..]), ("pdf", b"%PDF"), ("html", b"<!DOCTYPE"), ("json", b"{"), ("csv", b"\xef\xbb\xbfsection")] {
            let output = service.run(&["export", &id, "--format", format]);
            assert!(output.status.success() && output.stdout.starts_with(begins), "{format}: {}", said(&output));
        }
        let nothing = service.run(&["export", "018d0000-0000-7000-8000-000000000000", "--format", "pdf"]);
        assert!(!nothing.status.success() && said(&nothing).contains("没有这份报告"));
        open_year(service, YEAR + 1);
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("report.docx").display().to_string();
        assert!(service.run(&["export", &id, "--format", "docx", "--output", &file]).status.success());
        let stored = service.run(&["import", &file, "--agency", &world.bureau, "--year", "2024"]);
        assert!(said(&stored).contains("已存为草稿"), "{}", said(&stored));
        let list = service.get("/reports?year=2024").token(&world.editor()).send().value();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        let again = service.run(&["import", &file, "--agency", &world.bureau, "--year", "2024"]);
        assert_eq!(again.status.code(), Some(4), "it reads, and is there already");
        assert!(said(&again).contains("没有存入") && !said(&again).contains("读不了"), "{}", said(&again));
    }

    fn a_token_that_has_ended_already_is_not_issued(service) {
        let refused = service.run(&["token", "create", "--role", "admin", "--expires", "2020-01-01"]);
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{}", said(&refused));
        assert!(said(&refused).contains("2020-01-01 已经过了"), "{}", said(&refused));
    }
}

#[test]
fn a_table_of_a_folder_says_why_and_goes_on_where_it_stopped() {
    let folder = TempDir::new().expect("a folder");
    let files = folder.path().join("in");
    fs::create_dir(&files).expect("a folder");
    fs::write(files.join("好.txt"), REAL_TEXT).expect("written");
    fs::write(files.join("坏.html"), "<p>一、总体情况</p><p>平稳。</p>").expect("written");
    fs::write(files.join("不是.rtf"), "{\\rtf1 x}").expect("written");
    fs::write(files.join("不知.bin"), [0u8, 159, 146, 150, 7, 1, 255, 254, 3]).expect("written");
    let run = |table: &str| {
        let table = folder.path().join(table);
        let mut command = Command::new(super::harness::process::PROGRAM);
        command.arg("import").arg(&files).arg("--table").arg(&table).output().expect("it runs")
    };
    assert_eq!(run("表.json").status.code(), Some(3));
    let rows: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("表.json")).expect("a table")).expect("JSON");
    let of = |ending: &str| {
        let rows = rows.as_array().expect("rows");
        rows.iter()
            .find(|row| row["file"].as_str().expect("a file").ends_with(ending))
            .expect("a row")
            .clone()
    };
    assert_eq!(
        (of("好.txt")["verdict"].clone(), of("好.txt")["cells_read"].clone()),
        ("fine".into(), 200.into())
    );
    assert_eq!(of("坏.html")["verdict"], "faulty");
    assert!(!of("坏.html")["why"].as_array().expect("why").is_empty());
    assert_eq!(of("不是.rtf")["verdict"], "unread");
    let why = of("不知.bin")["why"].to_string();
    assert!(why.contains("docx、") && !why.contains("{accepted}"), "{why}");
    assert!(!folder.path().join("表.json.partial").exists(), "nothing is left to go on with");
    // A run that was broken off after one file, whose result says what no reading would.
    let stopped = folder.path().join("表.csv.partial");
    let good = files.join("好.txt");
    let about = fs::metadata(&good).expect("a file");
    let modified = about.modified().expect("a time").duration_since(std::time::UNIX_EPOCH).expect("a time");
    let mut row = of("好.txt");
    row["agency"] = "上次读出的机关".into();
    let rules = nianbao::inside::domain::rules::RuleSet::own();
    let stamp = serde_json::json!({"bytes": about.len(), "modified": modified.as_nanos() as u64,
        "judged_by": format!("{} {:?}", rules.name(), None::<i32>)});
    let line = serde_json::json!({"stamp": stamp, "row": row}).to_string();
    fs::write(&stopped, format!("{line}\n{{\"stamp\": {{\"by")).expect("written");
    let went_on = run("表.csv");
    assert!(said(&went_on).contains("接着上次：已有 1 个文件的结果"), "{}", said(&went_on));
    let csv = fs::read_to_string(folder.path().join("表.csv")).expect("a table");
    assert!(csv.contains("上次读出的机关") && csv.contains("须改正") && csv.contains("读不了"), "{csv}");
}

#[test]
fn an_office_tries_its_folder_without_a_database() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("好.txt"), REAL_TEXT).expect("written");
    fs::write(folder.path().join("坏.html"), "<p>一、总体情况</p><p>平稳。</p>").expect("written");
    let run = |names: &[&str]| {
        let paths = names.iter().map(|name| folder.path().join(name));
        Command::new(super::harness::process::PROGRAM).arg("import").args(paths).output().expect("it runs")
    };
    let good = run(&["好.txt"]);
    assert!(good.status.success() && said(&good).contains("200/200"), "{}", said(&good));
    assert!(said(&good).contains("可以填报"));
    let all = run(&[""]);
    assert!(
        !all.status.success() && all.status.code() == Some(1) && said(&all).contains("1 份须改正"),
        "{}",
        said(&all)
    );
}
