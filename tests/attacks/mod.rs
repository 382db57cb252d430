//! Who means harm: each promise of what nobody outside can do, tried from outside, on both databases.

use crate::api::harness::client::{Reply, Request};
use crate::api::harness::process::Service;
use crate::api::harness::world::World;
use serde_json::json;

/// Makes each attack into two tests, one for each engine, against a service with these settings. Requests may say
/// by `X-Forwarded-For` from where they come.
macro_rules! attacks {
    ($($(#[$meta:meta])* fn $name:ident($service:ident $(, $key:literal = $value:literal)*) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every attack needs everything")]
            use super::*;
            use $crate::api::harness::database::Database;

            fn attack($service: &mut $crate::api::harness::process::Service) $body

            const SETTINGS: &[(&str, &str)] =
                &[("NIANBAO__SERVER__TRUSTED_PROXIES", "127.0.0.1"), $((concat!("NIANBAO__", $key), $value)),*];

            #[test]
            fn sqlite() {
                attack(&mut $crate::api::harness::process::Service::start(std::sync::Arc::new(Database::sqlite()), SETTINGS));
            }

            #[test]
            fn postgres() {
                if let Some(database) = Database::postgres() {
                    attack(&mut $crate::api::harness::process::Service::start(std::sync::Arc::new(database), SETTINGS));
                }
            }
        }
    )+};
}

mod access;
mod acts;
mod algorithm;
mod bodies;
mod forged;
mod forgeries;
mod hands;
mod kept_verdicts;
mod light_reads;
mod own_grants;
mod poison;
mod published;
mod second_pair;
mod taken_back;
mod witness;

/// A request that comes from an address.
fn from(request: Request, address: &str) -> Request {
    request.header("x-forwarded-for", address)
}

/// A published report of the bureau.
fn published(world: &World<'_>) -> String {
    let report = crate::api::harness::world::id_of(&world.full_draft());
    world.publish(&report);
    report
}

/// What is found.
fn search(service: &Service, query: &str) -> Reply {
    service.get(&format!("/search?{query}")).send()
}

/// Puts a published narrative into the index many times over, as if a nation had written it. The words of `hidden` are
/// in it, in another order: the index proposes every row, and each has to be read.
fn fill_index(service: &Service, rows: u32) {
    let world = World::new(service);
    let report = published(&world);
    crate::api::harness::wait_for(|| {
        let found = search(service, "q=%E6%94%BF%E5%BA%9C%E4%BF%A1%E6%81%AF").value();
        Some(()).filter(|()| found["items"].as_array().is_some_and(|items| !items.is_empty()))
    });
    let engine = service.get("/version").send().value()["database"].clone();
    let text = "政府信息公开工作情况，依申请公开，".repeat(120);
    let index = match engine == json!("sqlite") {
        true => format!(
            "INSERT INTO search_documents (row_id, report_id, section, text, revision) \
             WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
             SELECT i, '{report}', 'overview', '{text}', 1 FROM n; \
             INSERT INTO search_index (rowid, tokens) \
             WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
             SELECT i, '{}' FROM n;",
            1000 + rows,
            1000 + rows,
            tokens(&text),
        ),
        false => format!(
            "INSERT INTO search_documents (row_id, report_id, section, text, revision) \
             SELECT i, '{report}', 'overview', '{text}', 1 FROM generate_series(1000, {}) i; \
             INSERT INTO search_index (row_id, tokens) \
             SELECT i, array_to_tsvector(string_to_array('{}', ' ')) FROM generate_series(1000, {}) i;",
            1000 + rows,
            tokens(&text),
            1000 + rows,
        ),
    };
    service.database.execute(&index);
}

/// The words a text is indexed by.
fn tokens(text: &str) -> String {
    nianbao::inside::domain::wording::tokens(text).into_iter().collect::<Vec<String>>().join(" ")
}
