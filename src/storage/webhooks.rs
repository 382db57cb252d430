//! Rows of the webhooks.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::prepared::Prepare;
use super::schema::onward::webhooks;
use super::seals::wrote;
use crate::domain::audit::guarded::WEBHOOKS;
use crate::domain::id::{AgencyId, PersonId};
use crate::domain::onward::{ChangeType, Webhook, WebhookState};
use crate::domain::page::Page;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_null = true)]
struct WebhookRow {
    id: String,
    person_id: String,
    url: String,
    description: Option<String>,
    secret: String,
    types: String,
    agency_id: Option<AgencyId>,
    state: WebhookState,
    failing_since: Option<NaiveDateTime>,
    version: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<&Webhook> for WebhookRow {
    fn from(webhook: &Webhook) -> WebhookRow {
        let types: Vec<&str> = webhook.types.iter().map(|event| event.as_str()).collect();
        WebhookRow {
            id: webhook.id.clone(),
            person_id: webhook.person_id.clone(),
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            secret: webhook.secret.clone(),
            types: serde_json::to_string(&types).unwrap_or_default(),
            agency_id: webhook.agency_id.clone(),
            state: webhook.state,
            failing_since: webhook.failing_since,
            version: webhook.version,
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

/// The stored list of event types.
pub(super) fn read_types(types: &str) -> Vec<ChangeType> {
    let names: Vec<String> = serde_json::from_str(types).unwrap_or_default();
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Webhook {
        Webhook {
            id: row.id,
            person_id: row.person_id,
            url: row.url,
            description: row.description,
            secret: row.secret,
            types: read_types(&row.types),
            agency_id: row.agency_id,
            state: row.state,
            failing_since: row.failing_since,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub fn insert(connection: &mut AnyConnection, webhook: &Webhook) -> Result<(), StorageError> {
    let row = WebhookRow::from(webhook);
    wrote(&WEBHOOKS, webhook.id.as_str());
    on_each!(connection, |c| diesel::insert_into(webhooks::table).values(&row).prepared().execute(c))?;
    Ok(())
}

pub fn update(connection: &mut AnyConnection, webhook: &Webhook) -> Result<(), StorageError> {
    let row = WebhookRow::from(webhook);
    wrote(&WEBHOOKS, webhook.id.as_str());
    on_each!(connection, |c| diesel::update(webhooks::table.find(&row.id)).set(&row).prepared().execute(c))?;
    Ok(())
}

/// Notes since when nothing is delivered; no act, and so no other version.
pub fn note_failing(
    connection: &mut AnyConnection,
    id: &str,
    since: Option<NaiveDateTime>,
) -> Result<(), StorageError> {
    diesel::update(webhooks::table.find(id)).set(webhooks::failing_since.eq(since)).execute(connection)?;
    Ok(())
}

/// Writes another secret in the place of the one that stands.
pub fn exchange_secret(
    connection: &mut AnyConnection,
    id: &str,
    present: &str,
    next: &str,
) -> Result<(), StorageError> {
    wrote(&WEBHOOKS, id);
    diesel::update(webhooks::table.filter(webhooks::id.eq(id).and(webhooks::secret.eq(present))))
        .set(webhooks::secret.eq(next))
        .execute(connection)?;
    Ok(())
}

/// Switches all of a person's webhooks off.
pub fn disable_of(
    connection: &mut AnyConnection,
    person: &PersonId,
    at: NaiveDateTime,
) -> Result<(), StorageError> {
    let theirs = webhooks::person_id.eq(person.as_str()).and(webhooks::state.eq(WebhookState::Active));
    let ids: Vec<String> = webhooks::table.filter(theirs).select(webhooks::id).load(connection)?;
    ids.iter().for_each(|id| wrote(&WEBHOOKS, id.as_str()));
    diesel::update(webhooks::table.filter(webhooks::id.eq_any(&ids)))
        .set((
            webhooks::state.eq(WebhookState::Disabled),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes a webhook out with all its deliveries.
pub fn delete(connection: &mut AnyConnection, id: &str) -> Result<(), StorageError> {
    wrote(&WEBHOOKS, id);
    diesel::delete(webhooks::table.find(id)).execute(connection)?;
    Ok(())
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<Webhook>, StorageError> {
    let row = webhooks::table.find(id).select(WebhookRow::as_select()).first(connection).optional()?;
    Ok(row.map(Webhook::from))
}

/// A page, oldest first; `person`: only theirs.
pub fn list(
    connection: &mut AnyConnection,
    person: Option<&str>,
    page: &Page,
) -> Result<Vec<Webhook>, StorageError> {
    let after = page.after_id.clone().unwrap_or_default();
    let rows: Vec<WebhookRow> = on_each!(connection, |c| {
        let mut query =
            webhooks::table.filter(webhooks::id.gt(after)).select(WebhookRow::as_select()).into_boxed();
        if let Some(person) = person {
            query = query.filter(webhooks::person_id.eq(person));
        }
        query.order(webhooks::id).limit(page.limit).load(c)
    })?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

pub fn count(connection: &mut AnyConnection, person: Option<&str>) -> Result<i64, StorageError> {
    Ok(on_each!(connection, |c| {
        let mut query = webhooks::table.into_boxed();
        if let Some(person) = person {
            query = query.filter(webhooks::person_id.eq(person));
        }
        query.count().get_result(c)
    })?)
}
