//! Rows of the webhooks.

use super::connection::AnyConnection;
use super::error::StorageError;
use super::listing::Page;
use super::prepared::Prepare;
use super::schema::onward::webhooks;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Where somebody wants to be told of public changes.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_null = true)]
pub struct Webhook {
    pub id: String,
    pub person_id: String,
    pub url: String,
    pub description: Option<String>,
    /// `whsec_` and 32 random bytes in base64.
    pub secret: String,
    /// JSON array of event types.
    pub types: String,
    /// Only events at this agency and below.
    pub agency_id: Option<String>,
    /// `active` or `disabled`.
    pub state: String,
    pub failing_since: Option<NaiveDateTime>,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Webhook {
    pub fn event_types(&self) -> Vec<String> {
        serde_json::from_str(&self.types).unwrap_or_default()
    }
}

pub fn insert(connection: &mut AnyConnection, webhook: &Webhook) -> Result<(), StorageError> {
    on_each!(connection, |c| diesel::insert_into(webhooks::table).values(webhook).prepared().execute(c))?;
    Ok(())
}

pub fn update(connection: &mut AnyConnection, webhook: &Webhook) -> Result<(), StorageError> {
    on_each!(connection, |c| diesel::update(webhooks::table.find(&webhook.id))
        .set(webhook)
        .prepared()
        .execute(c))?;
    Ok(())
}

/// Takes a webhook out with all its deliveries.
pub fn delete(connection: &mut AnyConnection, id: &str) -> Result<(), StorageError> {
    diesel::delete(webhooks::table.find(id)).execute(connection)?;
    Ok(())
}

pub fn find(connection: &mut AnyConnection, id: &str) -> Result<Option<Webhook>, StorageError> {
    Ok(webhooks::table.find(id).select(Webhook::as_select()).first(connection).optional()?)
}

/// A page, oldest first; `person`: only theirs.
pub fn list(
    connection: &mut AnyConnection,
    person: Option<&str>,
    page: &Page,
) -> Result<Vec<Webhook>, StorageError> {
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

pub fn count(connection: &mut AnyConnection, person: Option<&str>) -> Result<i64, StorageError> {
    Ok(on_each!(connection, |c| {
        let mut query = webhooks::table.into_boxed();
        if let Some(person) = person {
            query = query.filter(webhooks::person_id.eq(person));
        }
        query.count().get_result(c)
    })?)
}
