//! `nianbao serve`.

use super::failure::Failure;
use super::options::{ConfigOptions, service_options, store_options};
use crate::storage::{DatabaseUrl, Store};
use crate::{http, telemetry};

pub fn run(options: &ConfigOptions) -> Result<(), Failure> {
    let settings = options.load()?;
    let _lines = telemetry::start(&settings.telemetry);
    let store_options = store_options(&settings)?;
    // An embedded file is nobody else's; a server's database may be shared by versions side by side.
    if settings.database.migrate || matches!(store_options.url, DatabaseUrl::Sqlite(_)) {
        for name in Store::migrate(&store_options)? {
            tracing::info!(migration = name, "migrated");
        }
    }
    let options = service_options(&settings)?;
    let store = Store::open(store_options)?;
    let engine = store.engine();
    http::serve(store, options, |url| tracing::info!(url, engine, "listening"))
        .map_err(|error| Failure::Listen(settings.server.listen.clone(), error))
}
