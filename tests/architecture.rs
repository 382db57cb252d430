//! Walls: what the folders promise, read from the source itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// Every source file: its path below `src/` and its text without its own tests.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files(&root)
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a file");
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            let name = path.strip_prefix(&root).expect("below src").to_string_lossy().into_owned();
            (name, text)
        })
        .filter(|(name, _)| !name.ends_with("tests.rs"))
        .collect()
}

fn layer(name: &str) -> &str {
    name.split('/').next().map_or(name, |top| top.trim_end_matches(".rs"))
}

/// What each layer may use.
fn below(layer: &str) -> &'static [&'static str] {
    match layer {
        "domain" => &["domain"],
        "documents" => &["documents", "domain"],
        "storage" => &["storage", "domain"],
        "operations" => &["operations", "storage", "domain"],
        "work" => &["work", "operations", "storage", "domain"],
        // What it needs of the store itself the operations hand on.
        "http" => &["http", "work", "operations", "documents", "domain"],
        "settings" => &["settings"],
        "telemetry" => &["telemetry", "settings"],
        _ => &[
            "cli",
            "http",
            "work",
            "operations",
            "storage",
            "documents",
            "domain",
            "settings",
            "telemetry",
            "nianbao",
        ],
    }
}

#[test]
fn imports_point_only_down() {
    for (name, text) in sources() {
        let allowed = below(layer(&name));
        for used in text.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let macro_path = used.is_empty();
            assert!(macro_path || allowed.contains(&used.as_str()), "{name} uses {used}");
        }
    }
}

/// The kernel of http knows no noun: it is imported by all of them and imports none.
#[test]
fn the_kernel_of_http_imports_no_noun() {
    for (name, text) in sources().iter().filter(|(name, _)| name.starts_with("http/kernel/")) {
        for used in text.split("crate::http::").skip(1) {
            assert!(used.starts_with("kernel::"), "{name} uses {}", used.lines().next().unwrap_or_default());
        }
        // `super::super` from the kernel's own files, or one more from its folders, would lead out as well.
        assert!(!text.contains("super::super::"), "{name} climbs out of the kernel");
    }
}

#[test]
fn each_framework_stays_in_its_layer() {
    for (name, text) in sources() {
        let uses = |words: &[&str]| {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            code.filter(|line| words.iter().any(|word| line.contains(word))).count() > 0
        };
        assert!(!uses(&["diesel::", "diesel_migrations"]) || layer(&name) == "storage", "{name} uses diesel");
        assert!(!uses(&["actix_web", "utoipa::"]) || layer(&name) == "http", "{name} uses the web");
        let pure = ["Utc::now", "std::fs", "std::env", "now_v7", "tracing::"];
        assert!(layer(&name) != "domain" || !uses(&pure), "{name} is not pure");
    }
}

#[test]
fn the_domain_keeps_no_state() {
    let locks = ["RwLock", "Mutex", "OnceLock", "OnceCell", "Atomic", "RefCell", "thread_local!"];
    for (name, text) in sources().into_iter().filter(|(name, _)| layer(name) == "domain") {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(!locks.iter().any(|lock| line.contains(lock)), "{name}: {line}");
        }
    }
}

#[test]
fn nobody_but_the_storage_writes_sql() {
    let words = ["SELECT ", "INSERT INTO ", "DELETE FROM ", " WHERE ", "COALESCE(", "ORDER BY "];
    for (name, text) in sources().into_iter().filter(|(name, _)| layer(name) != "storage") {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code.filter(|line| line.contains('"')) {
            assert!(!words.iter().any(|word| line.contains(word)), "{name} writes SQL: {line}");
        }
    }
}

/// In the storage itself SQL stands in one folder; beside it only what asks the engines about themselves.
#[test]
fn the_storage_writes_sql_in_one_folder() {
    let about_the_engine = ["backup", "clock", "cluster", "lane/ledger", "migrate", "standbys", "watch"];
    let named: Vec<String> = about_the_engine.iter().map(|file| format!("storage/{file}.rs")).collect();
    let words = ["Sql::new(", "sql_query(", "dsl::sql::<"];
    for (name, text) in sources().into_iter().filter(|(name, _)| layer(name) == "storage") {
        let may = name.starts_with("storage/sql/") || named.contains(&name);
        assert!(may || !words.iter().any(|word| text.contains(word)), "{name} writes SQL");
    }
}

/// Only then is the statement told by its type, and stays prepared.
#[test]
fn a_row_is_inserted_with_all_its_columns() {
    for (name, text) in sources().into_iter().filter(|(name, _)| layer(name) == "storage") {
        for row in text.split("derive(").skip(1) {
            let (traits, rest) = row.split_once(")]").unwrap_or((row, ""));
            let table = rest.split_once(")]").map_or(rest, |(table, _)| table);
            let whole = table.contains("treat_none_as_default_value = false");
            assert!(whole || !traits.contains("Insertable"), "{name}:{table}");
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for (name, text) in sources() {
        assert!(text.starts_with("//!"), "{name} does not say what it is");
        let lines = text.lines().count();
        assert!(lines <= 400, "{name} has {lines} lines");
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[test]
fn every_problem_and_rule_has_its_words() {
    use nianbao::inside::domain::language::group;
    use nianbao::inside::domain::rules::RULES;
    use nianbao::inside::domain::statistics::RATIOS;
    let keys = |name: &str| group(name).map(|(key, _)| key).collect::<BTreeSet<_>>();
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(keys("rule"), rules);
    assert_eq!(keys("what"), rules);
    let ratios: BTreeSet<&str> = RATIOS.iter().map(|ratio| ratio.key).chain(["on_time_rate"]).collect();
    assert_eq!((keys("ratio"), keys("definition")), (ratios.clone(), ratios));
    let problems = keys("problem");
    assert_eq!((keys("cause"), keys("remedy")), (problems.clone(), problems));
    for name in ["fault", "right", "problem", "cause", "remedy", "detail", "term", "ratio", "definition"] {
        for (key, text) in group(name) {
            assert!(!text.zh.is_empty() && !text.en.is_empty() && text.zh != text.en, "{name}.{key}");
        }
    }
}
