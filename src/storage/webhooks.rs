//! Rows of the webhooks.

use super::schema::onward::webhooks;
use super::seals::wrote;
use super::types::{Json, row};
use super::{AnyConnection, Stored};
use crate::domain::audit::guarded::WEBHOOKS;
use crate::domain::id::{AgencyId, PersonId};
use crate::domain::onward::{ChangeType, Webhook, WebhookState};
use crate::domain::page::Page;
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

row!(
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = webhooks, treat_none_as_null = true, treat_none_as_default_value = false)]
    WebhookRow of Webhook {
        id: String,
        person_id: String,
        url: String,
        description: Option<String>,
        secret: String,
        types: Json<Types>,
        agency_id: Option<AgencyId>,
        state: WebhookState,
        failing_since: Option<NaiveDateTime>,
        version: i64,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    }
);

/// The events that a webhook wants, as they are stored; one that only another program knows is passed over.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Types(pub(super) Vec<ChangeType>);

impl From<Vec<String>> for Types {
    fn from(names: Vec<String>) -> Types {
        Types(names.iter().filter_map(|name| name.parse().ok()).collect())
    }
}

impl From<Vec<ChangeType>> for Json<Types> {
    fn from(types: Vec<ChangeType>) -> Json<Types> {
        Json(Types(types))
    }
}

impl From<Json<Types>> for Vec<ChangeType> {
    fn from(stored: Json<Types>) -> Vec<ChangeType> {
        stored.0.0
    }
}

/// Whether one tells of what happens at an agency.
pub fn names_agency(connection: &mut AnyConnection, agency: &AgencyId) -> QueryResult<bool> {
    diesel::select(exists(webhooks::table.filter(webhooks::agency_id.eq(agency.as_str()))))
        .get_result(connection)
}

pub fn insert(connection: &mut AnyConnection, webhook: &Webhook) -> Stored<()> {
    wrote(&WEBHOOKS, webhook.id.as_str());
    Ok(insert!(connection, webhooks::table, webhook)?)
}

pub fn update(connection: &mut AnyConnection, webhook: &Webhook) -> Stored<()> {
    let row = WebhookRow::from(webhook);
    wrote(&WEBHOOKS, webhook.id.as_str());
    Ok(update!(connection, webhooks::table.find(&row.id), &row)?)
}

/// Notes since when nothing is delivered; no act, and so no other version.
pub fn note_failing(connection: &mut AnyConnection, id: &str, since: Option<NaiveDateTime>) -> Stored<()> {
    diesel::update(webhooks::table.find(id)).set(webhooks::failing_since.eq(since)).execute(connection)?;
    Ok(())
}

/// Writes another secret in the place of the one that stands.
pub fn exchange_secret(connection: &mut AnyConnection, id: &str, present: &str, next: &str) -> Stored<()> {
    wrote(&WEBHOOKS, id);
    diesel::update(webhooks::table.filter(webhooks::id.eq(id).and(webhooks::secret.eq(present))))
        .set(webhooks::secret.eq(next))
        .execute(connection)?;
    Ok(())
}

/// Switches all of a person's webhooks off.
pub fn disable_of(connection: &mut AnyConnection, person: &PersonId, at: NaiveDateTime) -> Stored<()> {
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
pub fn delete(connection: &mut AnyConnection, id: &str) -> Stored<()> {
    wrote(&WEBHOOKS, id);
    diesel::delete(webhooks::table.find(id)).execute(connection)?;
    Ok(())
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Stored<Option<Webhook>> {
    Ok(webhooks::table.find(id).select(Webhook::as_select()).first(connection).optional()?)
}

/// A page, oldest first; `person`: only theirs.
pub fn list(connection: &mut AnyConnection, person: Option<&str>, page: &Page) -> Stored<Vec<Webhook>> {
    let after = page.after_id.clone().unwrap_or_default();
    Ok(on_each!(connection, |c| {
        let mut query =
            webhooks::table.filter(webhooks::id.gt(after)).select(Webhook::as_select()).into_boxed();
        if let Some(person) = person {
            query = query.filter(webhooks::person_id.eq(person));
        }
        query.order(webhooks::id).limit(page.limit).load(c)
    })?)
}

pub fn count(connection: &mut AnyConnection, person: Option<&str>) -> Stored<i64> {
    Ok(on_each!(connection, |c| {
        let mut query = webhooks::table.into_boxed();
        if let Some(person) = person {
            query = query.filter(webhooks::person_id.eq(person));
        }
        query.count().get_result(c)
    })?)
}
