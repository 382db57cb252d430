//! Migrations go up, down and up again to the same schema, on both engines.

use crate::api::harness::database::Database;
use diesel::prelude::*;
use diesel::sql_types::Text;
use nianbao::inside::storage::AnyConnection;
use nianbao::inside::storage::migrate;

#[derive(QueryableByName, Debug, PartialEq)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const OF_SQLITE: &str = "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master \
    WHERE name NOT LIKE 'sqlite_%' ORDER BY line";
const OF_POSTGRES: &str = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
    FROM information_schema.columns WHERE table_schema = 'public' \
    UNION ALL SELECT indexname || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'";
const TABLES_OF_SQLITE: &str = "SELECT m.name || '.' || c.name AS line FROM sqlite_master m \
    JOIN pragma_table_info(m.name) c WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'";
const TABLES_OF_POSTGRES: &str = "SELECT table_name || '.' || column_name AS line FROM information_schema.columns \
    WHERE table_schema = 'public'";

fn lines(connection: &mut AnyConnection, sqlite: &str, postgres: &str) -> Vec<String> {
    let rows: Vec<Line> = match connection {
        AnyConnection::Sqlite(inner) => diesel::sql_query(sqlite).load(inner),
        AnyConnection::Postgres(inner) => diesel::sql_query(postgres).load(inner),
    }
    .expect("the schema");
    let mut lines: Vec<String> = rows.into_iter().map(|row| row.line).collect();
    // Sorted here: the engines' own orders differ.
    lines.sort();
    // The full-text index is each engine's own: a virtual table here, a text vector there.
    lines.retain(|line| !line.contains("search_index"));
    lines
}

fn open(database: &Database) -> AnyConnection {
    match database {
        Database::Sqlite(folder) => {
            let file = folder.path().join("test.db").to_string_lossy().into_owned();
            AnyConnection::Sqlite(SqliteConnection::establish(&file).expect("the file"))
        }
        Database::Postgres { .. } => {
            AnyConnection::Postgres(PgConnection::establish(&database.url()).expect("the database"))
        }
    }
}

fn up_down_up(database: &Database) -> Vec<String> {
    let mut connection = open(database);
    assert!(!migrate::run(&mut connection, &mut |_| {}).expect("up").is_empty());
    let first = lines(&mut connection, OF_SQLITE, OF_POSTGRES);
    assert_eq!(
        migrate::run(&mut connection, &mut |_| {}).expect("again"),
        Vec::<String>::new(),
        "safe to repeat"
    );
    migrate::revert_all(&mut connection).expect("down");
    let left: Vec<String> = lines(&mut connection, OF_SQLITE, OF_POSTGRES)
        .into_iter()
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing is left behind");
    assert!(!migrate::run(&mut connection, &mut |_| {}).expect("up again").is_empty());
    assert_eq!(lines(&mut connection, OF_SQLITE, OF_POSTGRES), first);
    lines(&mut connection, TABLES_OF_SQLITE, TABLES_OF_POSTGRES)
}

#[test]
fn migrations_go_up_down_and_up_again_to_the_same_schema() {
    let sqlite = up_down_up(&Database::empty_sqlite());
    assert!(sqlite.contains(&"ledger.audit_head".to_owned()), "{sqlite:?}");
    if let Some(database) = Database::empty_postgres() {
        assert_eq!(up_down_up(&database), sqlite, "both engines have the same tables and columns");
    }
}

#[test]
fn auditors_find_one_row_for_each_cell_in_plain_sql() {
    let database = Database::empty_sqlite();
    let mut connection = open(&database);
    migrate::run(&mut connection, &mut |_| {}).expect("up");
    let cells = "SELECT form || ' ' || count(*) AS line FROM form_cells GROUP BY form ORDER BY form";
    let counted = lines(&mut connection, cells, cells);
    let expected: Vec<String> = nianbao::inside::domain::form::all()
        .iter()
        .map(|form| format!("{} {}", form.id, form.cells.len()))
        .collect();
    assert_eq!(counted, expected);
}

/// Words that take away what an older program may need.
const CONTRACTS: [&str; 4] = ["DROP TABLE ", "DROP COLUMN ", "RENAME COLUMN ", "RENAME TO "];

#[test]
fn a_step_that_contracts_names_the_programs_it_excludes() {
    for engine in ["sqlite", "postgres"] {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        for step in std::fs::read_dir(folder).expect("the steps").map_while(Result::ok) {
            let name = step.file_name().to_string_lossy().into_owned();
            let sql = std::fs::read_to_string(step.path().join("up.sql")).expect("its SQL");
            // Those before the mark was there say it in the operations guide.
            if name.as_str() < "0020" || !CONTRACTS.iter().any(|words| sql.to_uppercase().contains(words)) {
                continue;
            }
            let marked = sql.lines().next().and_then(|line| line.strip_prefix("-- excludes before "));
            let before = marked.unwrap_or_else(|| panic!("{engine}/{name} contracts without saying so"));
            assert!(
                sql.contains(&format!("SET excludes_before = {}", before.trim_start_matches('0'))),
                "{name}"
            );
        }
    }
}

/// Statements that take as long as a table is large, each with why it may: nobody writes until a step ends.
const LARGE: [(&str, &str); 5] = [
    ("UPDATE tokens SET last_used_at", "a nation has some tens of thousands of tokens: see docs/cluster.md"),
    ("CREATE UNIQUE INDEX tokens_code", "the same"),
    ("CREATE INDEX deliveries_turn", "a file has few receivers, and no other program that writes"),
    (
        "CREATE INDEX revisions_shown_by_",
        "a tenth of a second for 40,000 in a file, which no other program writes",
    ),
    ("CREATE INDEX reports_created", "the same"),
];

/// Tables of a few rows.
const SMALL: [&str; 2] = ["ledger", "positions"];

/// The statements of a step, without what is said about them.
fn statements(sql: &str) -> Vec<String> {
    let code: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let code = code.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    code.split("; ").map(|statement| statement.trim_end_matches(';').to_owned()).collect()
}

/// Whether a statement goes through a table that was there before.
fn is_large(statement: &str, step: &str) -> bool {
    let of = |word: &str| {
        let (_, rest) = statement.split_once(&format!("{word} "))?;
        Some(rest.split([' ', '(']).next().unwrap_or_default().to_owned())
    };
    let is_there = |table: Option<String>| {
        table.is_some_and(|table| {
            !SMALL.contains(&table.as_str()) && !step.contains(&format!("CREATE TABLE {table} "))
        })
    };
    let is = |beginning: &str| statement.starts_with(beginning);
    match () {
        () if is("UPDATE") => is_there(of("UPDATE")),
        () if is("DELETE") => is_there(of("FROM")),
        () if is("INSERT") && statement.contains("SELECT") => true,
        () if is("CREATE INDEX CONCURRENTLY") => false,
        () if is("CREATE INDEX") || is("CREATE UNIQUE INDEX") => is_there(of(" ON")),
        () if is("ALTER TABLE") => {
            ["SET NOT NULL", " ADD CONSTRAINT", " ADD CHECK", " ADD UNIQUE", " ADD FOREIGN", " TYPE "]
                .iter()
                .any(|words| statement.contains(words) && is_there(of("TABLE")))
        }
        () => ["REINDEX", "VACUUM", "CLUSTER"].iter().any(|word| is(word)),
    }
}

#[test]
fn no_step_goes_through_a_large_table() {
    let mut found = std::collections::BTreeSet::new();
    for engine in ["sqlite", "postgres"] {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        for step in std::fs::read_dir(folder).expect("the steps").map_while(Result::ok) {
            let name = step.file_name().to_string_lossy().into_owned();
            // Those up to 0010 are of 0.1.0: nobody has it without them.
            if name.as_str() < "0011" {
                continue;
            }
            let sql = std::fs::read_to_string(step.path().join("up.sql")).expect("its SQL");
            let beside = step.path().join("metadata.toml").exists();
            assert_eq!(beside, statements(&sql)[0].contains(" CONCURRENTLY "), "{name} is of one statement");
            for statement in statements(&sql).into_iter().filter(|statement| is_large(statement, &sql)) {
                let known = LARGE.iter().find(|(beginning, _)| statement.starts_with(beginning));
                let (beginning, _) = known.unwrap_or_else(|| {
                    panic!("{engine}/{name}: {statement}: leave it to a fill (src/storage/sql/fills.rs), or say why not")
                });
                found.insert(*beginning);
            }
        }
    }
    assert_eq!(found.len(), LARGE.len(), "{found:?}");
}

#[test]
fn what_goes_through_a_large_table_is_known() {
    let step = "CREATE TABLE new (id TEXT);";
    for (statement, large) in [
        ("UPDATE reports SET timeliness = 'late'", true),
        ("UPDATE ledger SET excludes_before = 30", false),
        ("UPDATE new SET id = ''", false),
        ("DELETE FROM deliveries", true),
        ("INSERT INTO positions (name, seq) VALUES ('x', 0)", false),
        ("INSERT INTO new (id) SELECT id FROM reports", true),
        ("CREATE UNIQUE INDEX reports_key ON reports (id)", true),
        ("CREATE INDEX new_id ON new (id)", false),
        ("CREATE INDEX CONCURRENTLY reports_key ON reports (id)", false),
        ("ALTER TABLE reports ADD COLUMN key TEXT", false),
        ("ALTER TABLE reports ALTER COLUMN key SET NOT NULL", true),
        ("ALTER TABLE reports ADD CONSTRAINT one CHECK (id > '')", true),
    ] {
        assert_eq!(is_large(statement, step), large, "{statement}");
    }
}
