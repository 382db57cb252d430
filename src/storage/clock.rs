//! The database's clock: the one that all instances share, whatever their machines say.

use super::connection::AnyConnection;
use chrono::{NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamp;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Timestamp)]
    now: NaiveDateTime,
}

/// What time it is; a file has the clock of the machine it is on.
pub fn now(connection: &mut AnyConnection) -> QueryResult<NaiveDateTime> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(Utc::now().naive_utc().trunc_subsecs(6)),
        AnyConnection::Postgres(inner) => {
            diesel::sql_query("SELECT (clock_timestamp() AT TIME ZONE 'UTC') AS now")
                .get_result::<Told>(inner)
                .map(|told| told.now)
        }
    }
}
