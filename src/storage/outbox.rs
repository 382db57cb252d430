//! The outbox: a delivery for each webhook that wants a change, written with the change.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::lane::ChangeRow;
use super::listing::Page;
use super::prepared::Prepare;
use super::schema::agencies;
use super::schema::onward::{deliveries, webhooks};
use crate::domain::agency::{AgencyPath, wire_names};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::HashMap;

wire_names!(
    /// How far a delivery is.
    DeliveryState {
        Pending = "pending",
        Delivered = "delivered",
        /// Given up: a dead letter, until somebody has it sent again.
        Dead = "dead",
    }
);

/// One event on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
pub struct Delivery {
    pub id: String,
    pub webhook_id: String,
    /// Of the change; 0 for a test.
    pub seq: i64,
    pub event_type: String,
    /// Byte for byte what is signed and sent.
    pub body: String,
    pub state: String,
    pub attempts: i32,
    pub next_at: NaiveDateTime,
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Delivery {
    /// A delivery that waits to be sent at once.
    pub fn new(
        webhook: &str,
        seq: i64,
        event_type: &str,
        data: &serde_json::Value,
        at: NaiveDateTime,
    ) -> Delivery {
        let time = at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let body = serde_json::json!({ "type": event_type, "timestamp": time, "data": data });
        Delivery {
            id: uuid::Uuid::now_v7().to_string(),
            webhook_id: webhook.to_owned(),
            seq,
            event_type: event_type.to_owned(),
            body: body.to_string(),
            state: DeliveryState::Pending.as_str().to_owned(),
            attempts: 0,
            next_at: at,
            last_status: None,
            last_error: None,
            created_at: at,
            updated_at: at,
        }
    }
}

/// The deliveries some changes make, for the webhooks as they stand.
pub(super) fn due_for(connection: &mut AnyConnection, changes: &[ChangeRow]) -> Result<Vec<Delivery>, Error> {
    let active: Vec<(String, String, Option<String>)> = webhooks::table
        .filter(webhooks::state.eq("active"))
        .select((webhooks::id, webhooks::types, webhooks::agency_id))
        .load(connection)?;
    if active.is_empty() {
        return Ok(Vec::new());
    }
    let named = active.iter().filter_map(|(_, _, agency)| agency.as_ref());
    let concerned: Vec<&String> = named.chain(changes.iter().map(|change| &change.agency_id)).collect();
    let paths: HashMap<String, String> = agencies::table
        .filter(agencies::id.eq_any(concerned))
        .select((agencies::id, agencies::path))
        .load::<(String, String)>(connection)?
        .into_iter()
        .collect();
    let path = |id: &String| paths.get(id).map(|path| AgencyPath::from_stored(path.clone()));
    let mut due = Vec::new();
    for change in changes {
        for (webhook, types, agency) in &active {
            let wanted: Vec<String> = serde_json::from_str(types).unwrap_or_default();
            let here = match agency {
                None => true,
                Some(agency) => path(agency)
                    .zip(path(&change.agency_id))
                    .is_some_and(|(above, below)| above.contains(&below)),
            };
            if here && wanted.iter().any(|wanted| wanted == change.change_type) {
                due.push(Delivery::new(webhook, change.seq, change.change_type, &change.json(), change.at));
            }
        }
    }
    Ok(due)
}

pub fn insert(connection: &mut AnyConnection, delivery: &Delivery) -> Result<(), StorageError> {
    on_each!(connection, |c| diesel::insert_into(deliveries::table).values(delivery).prepared().execute(c))?;
    Ok(())
}

pub fn update(connection: &mut AnyConnection, delivery: &Delivery) -> Result<(), StorageError> {
    on_each!(connection, |c| {
        diesel::update(deliveries::table.find(&delivery.id)).set(delivery).prepared().execute(c)
    })?;
    Ok(())
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<Delivery>, StorageError> {
    Ok(deliveries::table.find(id).select(Delivery::as_select()).first(connection).optional()?)
}

/// What is to be sent now, oldest change first.
pub fn due(
    connection: &mut AnyConnection,
    now: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Delivery>, StorageError> {
    Ok(deliveries::table
        .inner_join(webhooks::table)
        .filter(deliveries::state.eq(DeliveryState::Pending.as_str()).and(deliveries::next_at.le(now)))
        .filter(webhooks::state.eq("active"))
        .order((deliveries::next_at, deliveries::seq))
        .limit(limit)
        .select(Delivery::as_select())
        .load(connection)?)
}

/// A page of one webhook's deliveries, oldest first.
pub fn list(
    connection: &mut AnyConnection,
    webhook: &str,
    state: Option<DeliveryState>,
    page: &Page,
) -> Result<Vec<Delivery>, StorageError> {
    let after = page.after_id.clone().unwrap_or_default();
    Ok(on_each!(connection, |c| {
        let mut query = deliveries::table
            .filter(deliveries::webhook_id.eq(webhook).and(deliveries::id.gt(after)))
            .select(Delivery::as_select())
            .into_boxed();
        if let Some(state) = state {
            query = query.filter(deliveries::state.eq(state.as_str()));
        }
        query.order(deliveries::id).limit(page.limit).load(c)
    })?)
}

pub fn count(
    connection: &mut AnyConnection,
    webhook: &str,
    state: Option<DeliveryState>,
) -> Result<i64, StorageError> {
    Ok(on_each!(connection, |c| {
        let mut query = deliveries::table.filter(deliveries::webhook_id.eq(webhook)).into_boxed();
        if let Some(state) = state {
            query = query.filter(deliveries::state.eq(state.as_str()));
        }
        query.count().get_result(c)
    })?)
}

/// Forgets what was delivered before a time, some at once.
pub fn forget(
    connection: &mut AnyConnection,
    before: NaiveDateTime,
    limit: i64,
) -> Result<usize, StorageError> {
    let old: Vec<String> = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Delivered.as_str()).and(deliveries::next_at.lt(before)))
        .select(deliveries::id)
        .limit(limit)
        .load(connection)?;
    Ok(diesel::delete(deliveries::table.filter(deliveries::id.eq_any(old))).execute(connection)?)
}
