//! Managing webhooks: each person their own, the administrator all.

use crate::domain::audit::AuditAction;
use crate::domain::id::AgencyId;
use crate::domain::onward::{ChangeType, Delivery, DeliveryState, Webhook, WebhookState};
use crate::domain::page::Page;
use crate::domain::rights::Right;
use crate::operations::agencies::resolve;
use crate::operations::changed::changed;
use crate::operations::{AgencyRef, Answer, Asking, Desk, Refusal, permit};
use crate::storage::webhooks;
use crate::storage::{AnyConnection, Note, clock, outbox};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use serde_json::json;

/// What a webhook can be told of.
pub const EVENTS: &[ChangeType] = ChangeType::ALL;
/// What is sent where it is asked whether anything arrives.
pub const TEST: &str = "webhook.test";
/// Tests of one webhook in an hour: enough to set it up, too few to feel out a network with.
const TESTS_AN_HOUR: i64 = 10;
/// Webhooks of one person.
const MOST_OF_ONE: i64 = 50;

/// A webhook as somebody wants it.
#[derive(Debug, Clone)]
pub struct WebhookEdit {
    pub url: String,
    pub description: Option<String>,
    pub events: Vec<ChangeType>,
    pub within: Option<AgencyRef>,
    pub active: bool,
}

/// The secret in the form of Standard Webhooks: `whsec_` and the bytes in base64.
pub fn new_webhook_secret(random: [u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(random))
}

fn sees_all(asking: &Asking) -> bool {
    asking.rights.may_below(Right::SeeWebhooks, None, None)
}

/// Refuses whoever may neither have webhooks nor see those of others.
pub fn require_webhook_right(asking: &Asking) -> Answer<()> {
    if sees_all(asking) { Ok(()) } else { require_keeping_right(asking) }
}

/// Refuses whoever may have none.
pub fn require_keeping_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_somewhere(Right::KeepWebhooks))
}

fn person(asking: &Asking) -> Answer<&str> {
    asking.person.as_ref().map(|person| person.id.as_str()).ok_or(Refusal::Forbidden)
}

pub fn find(connection: &mut AnyConnection, asking: &Asking, id: &str) -> Answer<Webhook> {
    require_webhook_right(asking)?;
    let found = webhooks::find(connection, id)?.ok_or(Refusal::NotFound)?;
    if sees_all(asking) || found.person_id == person(asking)? { Ok(found) } else { Err(Refusal::NotFound) }
}

/// A webhook for whoever may change it: their own, or anybody's for whoever keeps and sees all.
pub fn find_kept(connection: &mut AnyConnection, asking: &Asking, id: &str) -> Answer<Webhook> {
    let found = find(connection, asking, id)?;
    require_keeping_right(asking)?;
    Ok(found)
}

/// A page with the number of all, where it is asked for.
pub fn list(
    connection: &mut AnyConnection,
    asking: &Asking,
    page: &Page,
    count: bool,
) -> Answer<(Vec<Webhook>, Option<i64>)> {
    require_webhook_right(asking)?;
    let whose = if sees_all(asking) { None } else { Some(person(asking)?) };
    let total = count.then(|| webhooks::count(connection, whose)).transpose()?;
    Ok((webhooks::list(connection, whose, page)?, total))
}

fn place(connection: &mut AnyConnection, within: Option<&AgencyRef>) -> Answer<Option<AgencyId>> {
    let Some(within) = within else { return Ok(None) };
    let agency = resolve(connection, within)?.ok_or_else(|| Refusal::invalid("/within", "not_found"))?;
    Ok(Some(agency.id))
}

pub fn create(desk: &mut Desk<'_>, (id, secret): (&str, &str), edit: &WebhookEdit) -> Answer<Webhook> {
    require_keeping_right(desk.asking)?;
    if webhooks::count(desk.connection, Some(person(desk.asking)?))? >= MOST_OF_ONE {
        return Err(Refusal::TooMany);
    }
    let webhook = Webhook {
        id: id.to_owned(),
        person_id: person(desk.asking)?.to_owned(),
        url: edit.url.clone(),
        description: edit.description.clone(),
        secret: secret.to_owned(),
        types: edit.events.clone(),
        agency_id: place(desk.connection, edit.within.as_ref())?,
        state: state_of(edit.active),
        failing_since: None,
        version: 1,
        created_at: desk.act.at,
        updated_at: desk.act.at,
    };
    webhooks::insert(desk.connection, &webhook)?;
    desk.notes.audit(note(AuditAction::WebhookCreate, &webhook));
    Ok(webhook)
}

fn state_of(active: bool) -> WebhookState {
    if active { WebhookState::Active } else { WebhookState::Disabled }
}

pub fn change(desk: &mut Desk<'_>, (id, version): (&str, i64), edit: &WebhookEdit) -> Answer<Webhook> {
    let present = at_version(desk.connection, desk.asking, id, version)?;
    let wanted = Webhook {
        url: edit.url.clone(),
        description: edit.description.clone(),
        types: edit.events.clone(),
        agency_id: place(desk.connection, edit.within.as_ref())?,
        state: state_of(edit.active),
        ..present.clone()
    };
    let Some(webhook) = changed!(present, wanted, desk.act.at) else { return Ok(present) };
    webhooks::update(desk.connection, &webhook)?;
    desk.notes.audit(note(AuditAction::WebhookUpdate, &webhook));
    Ok(webhook)
}

pub fn delete(desk: &mut Desk<'_>, (id, version): (&str, i64)) -> Answer<()> {
    let webhook = at_version(desk.connection, desk.asking, id, version)?;
    webhooks::delete(desk.connection, id)?;
    desk.notes.audit(note(AuditAction::WebhookDelete, &webhook));
    Ok(())
}

fn at_version(connection: &mut AnyConnection, asking: &Asking, id: &str, version: i64) -> Answer<Webhook> {
    let webhook = find_kept(connection, asking, id)?;
    if webhook.version == version { Ok(webhook) } else { Err(Refusal::PreconditionFailed) }
}

pub(super) fn note(action: AuditAction, webhook: &Webhook) -> Note {
    let events: Vec<&str> = webhook.types.iter().map(|event| event.as_str()).collect();
    Note::new(action, json!({ "webhook": webhook.id, "url": webhook.url, "events": events }))
        .of(webhook.agency_id.as_ref())
}

/// Puts a test on its way, as an event would be.
pub fn test(desk: &mut Desk<'_>, id: &str) -> Answer<Delivery> {
    let webhook = find_kept(desk.connection, desk.asking, id)?;
    if outbox::count_since(desk.connection, id, TEST, desk.act.at - Duration::hours(1))? >= TESTS_AN_HOUR {
        return Err(Refusal::TooMany);
    }
    let mut delivery = Delivery::new(
        uuid::Uuid::now_v7().to_string(),
        &webhook.id,
        0,
        TEST,
        &json!({ "webhook_id": webhook.id }),
        desk.act.at,
    );
    delivery.next_at = clock::now(desk.connection)?;
    outbox::insert(desk.connection, &delivery)?;
    desk.notes.audit(note(AuditAction::WebhookTest, &webhook));
    Ok(delivery)
}

/// A page of what was, is and could not be sent.
pub fn deliveries(
    connection: &mut AnyConnection,
    asking: &Asking,
    id: &str,
    state: Option<DeliveryState>,
    (page, count): (&Page, bool),
) -> Answer<(Vec<Delivery>, Option<i64>)> {
    find(connection, asking, id)?;
    let total = count.then(|| outbox::count(connection, id, state)).transpose()?;
    Ok((outbox::list(connection, id, state, page)?, total))
}

/// Has a delivery sent once more, whatever became of it.
pub fn redeliver(desk: &mut Desk<'_>, id: &str) -> Answer<Delivery> {
    require_keeping_right(desk.asking)?;
    let mut delivery = outbox::find(desk.connection, id)?.ok_or(Refusal::NotFound)?;
    let webhook = find(desk.connection, desk.asking, &delivery.webhook_id)?;
    delivery.state = DeliveryState::Pending;
    delivery.attempts = 0;
    delivery.next_at = clock::now(desk.connection)?;
    delivery.updated_at = desk.act.at;
    outbox::update(desk.connection, &delivery)?;
    desk.notes.audit(note(AuditAction::WebhookRedeliver, &webhook));
    Ok(delivery)
}
