//! `nianbao serve`.

use super::failure::Failure;
use super::options::{ConfigOptions, service_options, store_options};
use crate::storage::{DatabaseUrl, Filled, SchemaState, Store};
use crate::{http, telemetry};
use std::net::TcpListener;

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let mut settings = options.load()?;
    let lines = telemetry::start(&settings.telemetry);
    super::files::fit(&mut settings)?;
    let store_options = store_options(&settings)?;
    // Before anything is migrated: who cannot serve changes nothing.
    let listen = settings.server.listen.clone();
    let listener = TcpListener::bind(&listen).map_err(|error| Failure::Listen(listen.clone(), error))?;
    // An embedded file is nobody else's; a server's database may be shared by versions side by side.
    if settings.database.migrate || matches!(store_options.url, DatabaseUrl::Sqlite(_)) {
        let mut tell = |fill: Filled| {
            if fill.rows >= fill.of {
                tracing::info!(fill = fill.name, rows = fill.rows, "filled");
            }
        };
        match Store::migrate_telling(&store_options, &mut tell) {
            Ok(ran) => ran.iter().for_each(|name| tracing::info!(migration = name, "migrated")),
            // What is current already can be read.
            Err(error)
                if error.is_disk_full()
                    && Store::schema_state(&store_options)
                        .is_ok_and(|state| state == SchemaState::Current) =>
            {
                tracing::error!(%error, "the disk of the database is full: the service starts to be read from");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let mut options = service_options(&settings)?;
    options.lines_dropped = http::LinesDropped::new(lines.dropped());
    let store = Store::open(store_options)?;
    let algorithm = store.algorithm().map_err(|error| Failure::NotReady(error.to_string()))?;
    if algorithm.as_str() != settings.digest.algorithm {
        tracing::warn!(
            of_the_database = algorithm.as_str(),
            set = settings.digest.algorithm,
            "digest.algorithm is for new databases: this one keeps the algorithm it began with"
        );
    }
    options.digests = algorithm;
    let engine = store.engine();
    http::serve(listener, store, options, |url| tracing::info!(url, engine, "listening"))
        .map_err(|error| Failure::Listen(listen, error))
}
