//! What PostgreSQL keeps planned.

use crate::api::harness::database::Database;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use nianbao::inside::domain::id::AgencyId;
use nianbao::inside::operations::{AgencyRef, Refusal, agencies};
use nianbao::inside::storage::{AnyConnection, StorageError, Store, StoreOptions};

#[derive(QueryableByName)]
struct Planned {
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    anew: i64,
}

/// How often a statement of the reader's connection ran by a plan that was kept, and by one of its own.
fn planned(store: &Store) -> Planned {
    let asked = "SELECT CAST(sum(generic_plans) AS BIGINT) AS kept, CAST(sum(custom_plans) AS BIGINT) AS anew \
                 FROM pg_prepared_statements WHERE statement LIKE '%FROM \"agencies\"%'";
    let found: Result<Planned, StorageError> = store.read_blocking(|connection| match connection {
        AnyConnection::Postgres(inner) => Ok(diesel::sql_query(asked).get_result(inner)?),
        AnyConnection::Sqlite(_) => Err(StorageError::Busy),
    });
    found.expect("what is prepared")
}

/// A reader that is asked the same short questions all day plans them a few times, not each time: planning a report
/// with all that stands around it takes ten times as long as finding it.
#[test]
fn a_reader_keeps_its_plans() {
    let Some(database) = Database::postgres() else { return };
    let options = StoreOptions::new(database.url().parse().expect("a database"));
    Store::migrate(&options).expect("migrated");
    let store = Store::open(options).expect("opened");
    let nobody = AgencyRef::Id(AgencyId::from_uuid(uuid::Uuid::now_v7()));
    // Beyond the number of reads after which all is planned anew.
    for _ in 0..1_000 {
        let found: Result<_, Refusal> = store.read_blocking(|c| agencies::find(c, &nobody));
        assert!(matches!(found, Err(Refusal::NotFound)), "{found:?}");
    }
    let Planned { kept, anew } = planned(&store);
    assert!(kept >= 980 && anew <= 20, "{kept} kept, {anew} anew");
    store.close();
}
