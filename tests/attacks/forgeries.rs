//! Whoever has the whole database in hand: what they change in it straight is named by `audit verify`, whatever it is.

use super::published;
use crate::api::harness::database::Database;
use crate::api::harness::process::Service;
use crate::api::harness::wait_for;
use crate::api::harness::world::{REAL_TEXT, World, YEAR};
use serde_json::json;
use std::collections::BTreeMap;

/// Tables and columns that may be changed unseen, each with the reason.
const EXCUSED: &[(&str, &str, &str)] = &[
    ("__diesel_schema_migrations", "*", "which migrations ran; a schema that is not known is refused"),
    ("audit", "*", "the chain itself: tests/api/audit.rs flips every column of it"),
    (
        "ledger",
        "*",
        "compared with the end of the chain; its epoch and standing only make followers begin anew",
    ),
    ("access_log", "*", "kept beside the chain, and pruned"),
    ("idempotency", "*", "first answers, given again for a day"),
    ("leases", "*", "who does what only one may do, for seconds"),
    ("positions", "*", "how far followers are; what they made is compared with what it is made of"),
    ("set_aside", "*", "what followers left out; told in the metrics"),
    ("shared_keys", "*", "what cursors are authenticated with: no right and no content"),
    ("jobs", "*", "progress of jobs"),
    ("decided_acts", "*", "told to whoever decides too late; the decision stands in the audit"),
    ("instances", "*", "which instances live now; what each began with stands in the audit"),
    ("webhooks", "failing_since", "moved by deliveries, without an act"),
    ("deliveries", "*", "the outbox of what everybody may read"),
    ("verdicts", "*", "counts shown in lists, made from the reports; no act rests on them"),
    (
        "upstream_changes",
        "*",
        "marks that what a report rests on was corrected; made anew by the next correction",
    ),
    ("search_index", "*", "by which words narratives are found; what is shown of them is compared"),
    ("search_sketches", "*", "by what likenesses are found; what is shown of them is compared"),
    ("search_documents", "row_id", "numbers rows of the index"),
    ("search_documents", "revision", "of another revision than the published one nothing is shown"),
    ("renditions", "revision", "rendered from something else: not given to anybody"),
    ("renditions", "version", "rendered from something else: not given to anybody"),
    ("renditions", "program", "rendered by another program: not given to anybody"),
    ("renditions", "report_id", "of another report: rendered from something else, not given to anybody"),
    ("revisions", "updated_at", "a timestamp that moves with what happens around the revision"),
    ("tokens", "last_used_at", "moved by use, without an act"),
    ("roster", "counted", "a count, made anew by `stats verify --repair`"),
];

/// Tables that are made of others.
const MADE: &[&str] = &["contributions", "sums", "form_cells", "renditions", "search_documents"];

/// Tables that are compared as a whole: what differs is told by row.
const BY_ROW: &[&str] = &["contributions", "sums", "form_cells", "search_documents"];

/// Columns that are told together: one digest covers them.
const CONTENT: &[&str] = &["form", "cells", "texts", "title", "signed_by", "signed_on", "index_number"];

fn excused(table: &str, column: &str) -> bool {
    EXCUSED.iter().any(|(known, of, _)| *known == table && (*of == "*" || *of == column))
        || table.starts_with("search_index")
}

fn is_sqlite(service: &Service) -> bool {
    matches!(&*service.database, Database::Sqlite(_))
}

/// Every column of every table as the database has them, with its type.
fn columns(service: &Service) -> Vec<(String, String, String)> {
    let query = if is_sqlite(service) {
        "SELECT group_concat(m.name || ' ' || c.name || ' ' || lower(c.type), ',') AS value FROM sqlite_master m \
         JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT string_agg(c.table_name || ' ' || c.column_name || ' ' || split_part(c.data_type, ' ', 1), ',') AS value \
         FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
    };
    let found = service.database.text(query).expect("columns");
    let mut columns: Vec<(String, String, String)> = found
        .split(',')
        .map(|line| {
            let parts: Vec<&str> = line.split(' ').collect();
            let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
            (part(0), part(1), part(2))
        })
        .collect();
    columns.sort();
    columns
}

/// Another value of a column, in SQL.
fn other(sqlite: bool, column: &str, kind: &str) -> String {
    match (kind, sqlite) {
        ("boolean", true) => format!("1 - {column}"),
        ("boolean", false) => format!("NOT {column}"),
        ("bigint" | "integer" | "smallint", _) => format!("COALESCE({column}, 0) + 1000"),
        ("date", true) => format!("COALESCE(date({column}, '+1 day'), '2020-01-02')"),
        ("date", false) => format!("COALESCE({column}, DATE '2020-01-01') + 1"),
        ("timestamp", true) => {
            format!("COALESCE('2019' || substr({column}, 5), '2020-01-02 00:00:00.000000')")
        }
        ("timestamp", false) => {
            format!("COALESCE({column}, TIMESTAMP '2020-01-01') + INTERVAL '1 day'")
        }
        ("blob", _) => format!("CAST({column} || x'00' AS BLOB)"),
        ("bytea", _) => format!("{column} || '\\x00'::bytea"),
        ("text", _) => format!("COALESCE({column}, '') || 'x'"),
        (kind, _) => panic!("no forgery for {kind}"),
    }
}

/// The forger's hand: SQL behind the service's back, without the keys between tables.
fn forge(service: &Service, sql: &str) {
    let free = if is_sqlite(service) {
        "PRAGMA foreign_keys = OFF; "
    } else {
        "SET session_replication_role = replica; "
    };
    service.database.execute(&format!("{free}{sql}"));
}

fn verify(service: &Service) -> (bool, String) {
    let output = service.run(&["audit", "verify"]);
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), told.concat())
}

/// Copies of tables, to put them back as they were.
struct Kept<'s> {
    service: &'s Service,
    tables: Vec<String>,
}

impl<'s> Kept<'s> {
    fn of(service: &'s Service, tables: Vec<String>) -> Kept<'s> {
        let kept = Kept { service, tables };
        kept.of_each(&kept.tables, |table| format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}; "));
        kept
    }

    /// Something of each table, in one transaction.
    fn of_each<T: AsRef<str>>(&self, tables: &[T], sql: impl Fn(&str) -> String) {
        let all: String = tables.iter().map(|table| sql(table.as_ref())).collect();
        forge(self.service, &format!("BEGIN; {all} COMMIT"));
    }

    fn put_back<T: AsRef<str>>(&self, tables: &[T]) {
        self.of_each(tables, |table| {
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; ")
        });
    }

    /// Which of some tables are others than they were.
    fn differing<'t>(&self, tables: &[&'t str]) -> Vec<&'t str> {
        let counts: Vec<String> = tables
            .iter()
            .map(|table| {
                format!("CAST((SELECT count(*) FROM (SELECT * FROM {table} EXCEPT SELECT * FROM kept_{table}) forged) AS TEXT)")
            })
            .collect();
        let counted = self.service.database.text(&format!("SELECT {} AS value", counts.join(" || ' ' || ")));
        let counted = counted.expect("counts");
        let of_each = tables.iter().zip(counted.split(' '));
        of_each.filter(|(_, count)| *count != "0").map(|(table, _)| *table).collect()
    }

    fn done(self) {
        self.of_each(&self.tables, |table| format!("DROP TABLE kept_{table}; "));
    }
}

/// Whether a line names a forgery.
fn names(line: &str, table: &str, column: &str) -> bool {
    if !line.contains(&format!("表 {table}，")) {
        return false;
    }
    let of_a_key = line.contains("没有任何审计条目写下这一行") || line.contains("不见了");
    let content = table == "revisions" && CONTENT.contains(&column);
    let named = if content { line.contains(column) } else { line.contains(&format!("列 {column}：")) };
    BY_ROW.contains(&table) || of_a_key || named
}

/// Forges one column of each of some tables, in their last rows that have (or have not) a value there, and sees that
/// each is named. How many there were.
fn forge_columns(kept: &Kept<'_>, forged: &[(String, String, String)], filled: bool) -> usize {
    let service = kept.service;
    let sqlite = is_sqlite(service);
    let row = if sqlite { "rowid" } else { "ctid" };
    let tables: Vec<&str> = forged.iter().map(|(table, _, _)| table.as_str()).collect();
    let has = if filled { "IS NOT NULL" } else { "IS NULL" };
    let updates = forged.iter().map(|(table, column, kind)| {
        let value = other(sqlite, column, kind);
        let last = format!("SELECT {row} FROM {table} WHERE {column} {has} ORDER BY {row} DESC LIMIT 1");
        format!("UPDATE {table} SET {column} = {value} WHERE {row} = ({last}); ")
    });
    forge(service, &format!("BEGIN; {} COMMIT", updates.collect::<String>()));
    let differing = kept.differing(&tables);
    let tried: Vec<_> = forged.iter().filter(|(table, _, _)| differing.contains(&table.as_str())).collect();
    if tried.is_empty() {
        return 0;
    }
    let (whole, told) = verify(service);
    assert!(!whole, "{tried:?}");
    for (table, column, _) in &tried {
        assert!(told.lines().any(|line| names(line, table, column)), "{table}.{column}: {told}");
    }
    kept.put_back(&tables);
    tried.len()
}

/// A service that has seen everything there is to be forged, ended, and as its chain says.
fn filled(service: &mut Service) {
    let world = World::new(service);
    let report = published(&world);
    let editor = world.editor();
    let supervisor = world.supervisor();
    // Corrected twice; the revision between is erased.
    for overview in ["联系人张三", "总体情况良好"] {
        world
            .transit(&report, &world.publisher(), json!({"action": "correct", "comment": "改正"}))
            .expect(201);
        let path = format!("/reports/{report}/sections/overview");
        let section = service.get(&path).token(&editor).send().expect(200);
        service
            .patch(&path)
            .token(&editor)
            .if_match(section.tag())
            .json(&json!({"text": overview}))
            .send()
            .expect(200);
        world.publish(&report);
    }
    let tag = service.get(&format!("/reports/{report}")).token(&supervisor).send().tag().to_owned();
    service
        .post(&format!("/reports/{report}/revisions/2/suppression"))
        .token(&supervisor)
        .if_match(&tag)
        .json(&json!({"reason": "误载联系人姓名"}))
        .send()
        .expect(201);
    // Another one, from a file, stays a draft.
    let file = format!("/imports?agency_id={}&year={YEAR}&scope=own", world.county);
    service.post(&file).token(&editor).body("text/plain", REAL_TEXT).send().expect(201);
    let finding = {
        let drafts = service.get("/reports?status=draft").token(&editor).send().expect(200).value();
        let draft = drafts["items"][0]["id"].as_str().expect("a draft").to_owned();
        let findings =
            service.get(&format!("/reports/{draft}/findings")).token(&editor).send().expect(200).value();
        let warning = findings["findings"].as_array().and_then(|all| {
            all.iter()
                .find(|finding| finding["severity"] == "warning" && finding["rule"] != "privacy.phone")
                .cloned()
        });
        warning.map(|finding| (draft, finding["key"].as_str().expect("a key").to_owned()))
    };
    if let Some((draft, key)) = finding {
        let path = format!("/reports/{draft}/findings/{key}/explanation");
        service.put(&path).token(&editor).json(&json!({"text": "情况属实，见附件说明"})).send();
    }
    let line = format!("/years/{YEAR}/roster/{}", world.neighbour);
    let tag = service.get(&line).token(&service.admin()).send().expect(200).tag().to_owned();
    let edit = json!({"exempt": true, "reason": "机构改革"});
    service.patch(&line).token(&service.admin()).if_match(&tag).json(&edit).send().expect(200);
    let agency = format!("/agencies/{}", world.bureau);
    let tag = service.get(&agency).send().expect(200).tag().to_owned();
    let edit = json!({"short_name": "信访局", "contact": {"phone": "0554-1234567"}});
    service.patch(&agency).token(&service.admin()).if_match(&tag).json(&edit).send().expect(200);
    // Remarks, with an answer and without, and somebody who wants to be told.
    let remarks = format!("/reports/{report}/comments");
    for text in ["请补充收费情况", "请核对"] {
        let remark = json!({"pointer": "/sections/overview", "text": text});
        let made = service.post(&remarks).token(&supervisor).json(&remark).send().expect(201).value();
        if text == "请核对" {
            let replies = format!("{remarks}/{}/replies", made["id"].as_str().expect("an id"));
            service.post(&replies).token(&editor).json(&json!({"text": "已核对"})).send().expect(201);
        }
    }
    let hook = json!({"url": "http://127.0.0.1:9/hook", "description": "门户"});
    service.post("/webhooks").token(&supervisor).json(&hook).send().expect(201);
    // Somebody signs in with an identity of their own, and holds grants, some without and some with every limit.
    let made = json!({"name": "自有授权的人", "agency_id": world.bureau});
    let made = service.post("/persons").token(&supervisor).json(&made).send().expect(201);
    let path = format!("/persons/{}", made.value()["id"].as_str().expect("an id"));
    let subject = json!({"issuer": "https://id.example.gov.cn", "subject": "u-1"});
    service.put(&format!("{path}/subject")).token(&service.admin()).json(&subject).send().expect(200);
    let grants = json!({"grants": [{"role": "editor", "agency_id": world.bureau},
        {"role": "reviewer", "agency_id": world.bureau, "stage": "first", "reach": "agency", "years": [YEAR, YEAR]}]});
    service
        .put(&format!("{path}/grants"))
        .token(&supervisor)
        .if_match(made.tag())
        .json(&grants)
        .send()
        .expect(200);
    // A change of the review settings waits for another administrator.
    let review = "/settings/review";
    let tag = service.get(review).token(&service.admin()).send().expect(200).tag().to_owned();
    let stages = json!({"stages": 2, "separation_of_duties": true});
    service.put(review).token(&service.admin()).if_match(&tag).json(&stages).send().expect(202);
    // What follows the changes has followed.
    let behind = "SELECT CAST((SELECT max(seq) FROM changes) - min(seq) AS TEXT) AS value FROM positions \
                  WHERE name IN ('search', 'renditions')";
    wait_for(|| (service.database.text(behind).as_deref() == Some("0")).then_some(()));
    assert_eq!(service.terminate(), Some(0));
}

attacks! {
    fn whatever_is_changed_in_any_column_is_named(service, "SECOND_PAIR__REVIEW_SETTINGS" = "true", "WEBHOOKS__ALLOW" = "127.0.0.0/8:*") {
        filled(service);
        let (whole, told) = verify(service);
        assert!(whole, "nothing is forged yet: {told}");
        let mut of_table: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (table, column, kind) in columns(service).into_iter().filter(|(table, _, _)| !excused(table, "*")) {
            let columns = of_table.entry(table.clone()).or_default();
            if !excused(&table, &column) {
                columns.push((column, kind));
            }
        }
        let kept = Kept::of(service, of_table.keys().cloned().collect());
        // What is made of others is looked at only while those can be read: each of it by itself.
        let (made, sealed): (Vec<_>, Vec<_>) = of_table.into_iter().partition(|(table, _)| MADE.contains(&table.as_str()));
        let longest = sealed.iter().map(|(_, columns)| columns.len()).max().unwrap_or(0);
        let mut tried = 0;
        for filled in [true, false] {
            for at in 0..longest {
                let forged: Vec<_> = sealed.iter()
                    .filter_map(|(table, columns)| columns.get(at).map(|(column, kind)| (table.clone(), column.clone(), kind.clone())))
                    .collect();
                tried += forge_columns(&kept, &forged, filled);
            }
            for (table, columns) in &made {
                for (column, kind) in columns {
                    tried += forge_columns(&kept, &[(table.clone(), column.clone(), kind.clone())], filled);
                }
            }
        }
        assert!(tried > 150, "{tried} forgeries");
        kept.done();
        let (whole, told) = verify(service);
        assert!(whole, "all is as it was: {told}");
    }

    fn rows_that_are_put_in_or_taken_out_are_named(service, "SECOND_PAIR__REVIEW_SETTINGS" = "true", "WEBHOOKS__ALLOW" = "127.0.0.0/8:*") {
        filled(service);
        let tables: Vec<String> = {
            let mut tables: Vec<String> = columns(service).into_iter().map(|(table, _, _)| table).collect();
            tables.dedup();
            tables.retain(|table| !excused(table, "*"));
            tables
        };
        let row = if is_sqlite(service) { "rowid" } else { "ctid" };
        let kept = Kept::of(service, tables.clone());
        // A rendition that is missing is rendered when it is asked for.
        for table in tables.iter().filter(|table| *table != "renditions") {
            let last = format!("SELECT {row} FROM {table} ORDER BY {row} DESC LIMIT 1");
            let count = service.database.text(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}"));
            assert_ne!(count.as_deref(), Some("0"), "no row of {table}, so nothing is known of it: `filled` makes one");
            forge(service, &format!("DELETE FROM {table} WHERE {row} = ({last})"));
            let (whole, told) = verify(service);
            assert!(!whole && told.contains(&format!("表 {table}，")), "a row of {table} is gone: {told}");
            kept.put_back(&[table]);
        }
        kept.done();
        // An administrator that nobody made.
        let person = "00000000-0000-7000-8000-00000000dead";
        let at = "'2024-01-01 00:00:00'";
        forge(service, &format!(
            "INSERT INTO persons (id, name, created_at, version) VALUES ('{person}', '某', {at}, 1); \
             INSERT INTO tokens (id, person_id, name, secret_hash, version, created_at, updated_at) \
             VALUES ('{person}', '{person}', '某', 'x', 1, {at}, {at}); \
             INSERT INTO grants (token_id, position, role) VALUES ('{person}', 0, 'admin')"));
        let (whole, told) = verify(service);
        assert!(!whole);
        for table in ["persons", "tokens", "grants"] {
            let line = format!("表 {table}，键 {person}");
            assert!(told.lines().any(|told| told.contains(&line) && told.contains("没有任何审计条目写下这一行")), "{table}: {told}");
        }
    }

    fn a_forgery_that_a_later_act_seals_is_still_told_where_no_act_changes_it(service) {
        let world = World::new(service);
        let admin = service.admin();
        let _ = world.editor();
        let tokens = service.get("/tokens?limit=200").token(&admin).send().expect(200).value();
        let token = tokens["items"].as_array().and_then(|all| {
            all.iter().find(|token| token["name"] == "填报员").and_then(|token| token["id"].as_str())
        }).expect("the editor's").to_owned();
        // Somebody puts a secret of their own in the place of another's, and lets the token be renamed.
        service.database.execute(&format!("UPDATE tokens SET secret_hash = 'forged' WHERE id = '{token}'"));
        let path = format!("/tokens/{token}");
        let tag = service.get(&path).token(&admin).send().expect(200).tag().to_owned();
        service.patch(&path).token(&admin).if_match(&tag).json(&json!({"name": "改名"})).send().expect(200);
        let (whole, told) = verify(service);
        assert!(!whole && told.contains(&format!("表 tokens，键 {token}，列 secret_hash")), "{told}");
    }
}
