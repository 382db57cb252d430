//! The outbox: a delivery for each webhook that wants a change, written with the change.

use super::audit::ChangeRow;
use super::clock;
use super::schema::agencies;
use super::schema::onward::{deliveries, webhooks};
use super::types::{Json, row};
use super::webhooks::Types;
use super::{AnyConnection, Stored};
use crate::domain::agency::AgencyPath;
use crate::domain::id::AgencyId;
use crate::domain::onward::{Delivery, DeliveryState, WebhookState};
use crate::domain::page::Page;
use chrono::NaiveDateTime;
use diesel::dsl::{count_star, exists, min};
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::HashMap;

row!(
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = deliveries, treat_none_as_null = true, treat_none_as_default_value = false)]
    DeliveryRow of Delivery {
        id: String,
        webhook_id: String,
        seq: i64,
        event_type: String,
        body: String,
        state: DeliveryState,
        attempts: i32,
        next_at: NaiveDateTime,
        last_status: Option<i32>,
        last_error: Option<String>,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

/// The deliveries some changes make, for the webhooks as they stand.
pub(super) fn due_for(
    connection: &mut AnyConnection,
    changes: &[ChangeRow],
) -> Result<Vec<DeliveryRow>, Error> {
    let active: Vec<(String, Json<Types>, Option<AgencyId>)> = webhooks::table
        .filter(webhooks::state.eq(WebhookState::Active))
        .select((webhooks::id, webhooks::types, webhooks::agency_id))
        .load(connection)?;
    if active.is_empty() {
        return Ok(Vec::new());
    }
    let named = active.iter().filter_map(|(_, _, agency)| agency.as_ref()).map(AgencyId::as_str);
    let concerned: Vec<&str> = named.chain(changes.iter().map(|change| change.agency_id.as_str())).collect();
    let paths: HashMap<String, AgencyPath> = agencies::table
        .filter(agencies::id.eq_any(concerned))
        .select((agencies::id, agencies::path))
        .load::<(String, AgencyPath)>(connection)?
        .into_iter()
        .collect();
    let path = |id: &str| paths.get(id);
    let mut due = Vec::new();
    let now = clock::now(connection)?;
    for change in changes {
        for (webhook, wanted, agency) in &active {
            let here = match agency {
                None => true,
                Some(agency) => path(agency.as_str())
                    .zip(path(&change.agency_id))
                    .is_some_and(|(above, below)| above.contains(below)),
            };
            if here && wanted.0.0.contains(&change.change_type) {
                let (id, event) = (uuid::Uuid::now_v7().to_string(), change.change_type.as_str());
                let mut delivery = Delivery::new(id, webhook, change.seq, event, &change.json(), change.at);
                delivery.next_at = now;
                due.push(DeliveryRow::from(&delivery));
            }
        }
    }
    Ok(due)
}

pub fn insert(connection: &mut AnyConnection, delivery: &Delivery) -> Stored<()> {
    Ok(insert!(connection, deliveries::table, delivery)?)
}

pub fn update(connection: &mut AnyConnection, delivery: &Delivery) -> Stored<()> {
    let row = DeliveryRow::from(delivery);
    Ok(update!(connection, deliveries::table.find(&row.id), &row)?)
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Stored<Option<Delivery>> {
    Ok(deliveries::table.find(id).select(Delivery::as_select()).first(connection).optional()?)
}

/// The webhooks that something is to be sent to now.
pub fn awaited(connection: &mut AnyConnection, now: NaiveDateTime) -> Stored<Vec<String>> {
    let due = deliveries::table
        .filter(deliveries::webhook_id.eq(webhooks::id))
        .filter(deliveries::state.eq(DeliveryState::Pending).and(deliveries::next_at.le(now)));
    let active = webhooks::table.filter(webhooks::state.eq(WebhookState::Active)).filter(exists(due));
    Ok(active.select(webhooks::id).order(webhooks::id).load(connection)?)
}

/// What is to be sent to a webhook now beside what is under way, oldest change first.
pub fn due(
    connection: &mut AnyConnection,
    webhook: &str,
    under_way: &[String],
    now: NaiveDateTime,
    limit: i64,
) -> Stored<Vec<Delivery>> {
    Ok(deliveries::table
        .filter(deliveries::webhook_id.eq(webhook).and(deliveries::id.ne_all(under_way)))
        .filter(deliveries::state.eq(DeliveryState::Pending).and(deliveries::next_at.le(now)))
        .order((deliveries::next_at, deliveries::seq))
        .limit(limit)
        .select(Delivery::as_select())
        .load(connection)?)
}

/// How many wait, and since when the oldest does.
pub fn waiting(connection: &mut AnyConnection) -> Stored<(i64, Option<NaiveDateTime>)> {
    Ok(deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Pending))
        .select((count_star(), min(deliveries::created_at)))
        .first(connection)?)
}

/// How many were given up.
pub fn given_up(connection: &mut AnyConnection) -> Stored<i64> {
    Ok(deliveries::table.filter(deliveries::state.eq(DeliveryState::Dead)).count().get_result(connection)?)
}

/// A page of one webhook's deliveries, oldest first.
pub fn list(
    connection: &mut AnyConnection,
    webhook: &str,
    state: Option<DeliveryState>,
    page: &Page,
) -> Stored<Vec<Delivery>> {
    let after = page.after_id.clone().unwrap_or_default();
    Ok(on_each!(connection, |c| {
        let mut query = deliveries::table
            .filter(deliveries::webhook_id.eq(webhook).and(deliveries::id.gt(after)))
            .select(Delivery::as_select())
            .into_boxed();
        if let Some(state) = state {
            query = query.filter(deliveries::state.eq(state));
        }
        query.order(deliveries::id).limit(page.limit).load(c)
    })?)
}

pub fn count(connection: &mut AnyConnection, webhook: &str, state: Option<DeliveryState>) -> Stored<i64> {
    Ok(on_each!(connection, |c| {
        let mut query = deliveries::table.filter(deliveries::webhook_id.eq(webhook)).into_boxed();
        if let Some(state) = state {
            query = query.filter(deliveries::state.eq(state));
        }
        query.count().get_result(c)
    })?)
}

/// How many of a kind were put on their way since a time.
pub fn count_since(
    connection: &mut AnyConnection,
    webhook: &str,
    event_type: &str,
    since: NaiveDateTime,
) -> Stored<i64> {
    Ok(deliveries::table
        .filter(deliveries::webhook_id.eq(webhook).and(deliveries::event_type.eq(event_type)))
        .filter(deliveries::created_at.gt(since))
        .count()
        .get_result(connection)?)
}
