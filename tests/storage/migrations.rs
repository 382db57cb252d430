//! Migrations go up, down and up again to the same schema, on both engines.

use crate::api::harness::database::Database;
use diesel::prelude::*;
use diesel::sql_types::Text;
use nianbao::storage::AnyConnection;
use nianbao::storage::migrate;

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
    assert!(!migrate::run(&mut connection).expect("up").is_empty());
    let first = lines(&mut connection, OF_SQLITE, OF_POSTGRES);
    assert_eq!(migrate::run(&mut connection).expect("again"), Vec::<String>::new(), "safe to repeat");
    migrate::revert_all(&mut connection).expect("down");
    let left: Vec<String> = lines(&mut connection, OF_SQLITE, OF_POSTGRES)
        .into_iter()
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing is left behind");
    assert!(!migrate::run(&mut connection).expect("up again").is_empty());
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
    migrate::run(&mut connection).expect("up");
    let cells = "SELECT form || ' ' || count(*) AS line FROM form_cells GROUP BY form ORDER BY form";
    let counted = lines(&mut connection, cells, cells);
    let expected: Vec<String> =
        nianbao::domain::form::all().iter().map(|form| format!("{} {}", form.id, form.cells.len())).collect();
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
