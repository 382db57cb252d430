//! Grants of supervisors and above, between what was asked for and the token they are given by.

use super::decide::Fresh;
use crate::domain::id::{AgencyId, PersonId};
use crate::domain::rights::Years;
use crate::operations::AgencyRef;
use crate::operations::people::{
    BindingOrder, GrantOrder, GrantsOrder, Renewal, RenewalOrder, SubjectOrder, TokenEdit, TokenOrder,
};
use chrono::{DateTime, NaiveDateTime, SecondsFormat};
use ipnet::IpNet;
use serde_json::{Value, json};

fn body_of_grant(grant: &GrantOrder) -> Value {
    json!({
        "role": grant.role.as_str(),
        "agency_id": grant.agency.as_ref().map(ToString::to_string),
        "stage": grant.stage.map(|stage| stage.as_str()),
        "reach": grant.reach.as_str(),
        "read_only": grant.read_only,
        "years": grant.years.map(|years| [years.from, years.to]),
    })
}

/// The body that asked for it; what was drawn for it is forgotten.
pub(super) fn body(order: &TokenOrder) -> Value {
    json!({
        "name": order.name,
        "person_id": order.person.as_ref().map(PersonId::as_str),
        "machine": order.machine,
        "addresses": order.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "expires_at": order.expires_at.map(told),
        "grants": order.grants.iter().map(body_of_grant).collect::<Vec<_>>(),
    })
}

/// The body that asked for what a person is to hold themselves; by the member of its own it is told from a token's.
pub(super) fn body_of_person(order: &GrantsOrder) -> Value {
    json!({
        "grants_of": order.person.as_str(),
        "grants": order.grants.iter().map(body_of_grant).collect::<Vec<_>>(),
    })
}

/// The body that asked for a token to go on; by the member of its own it is told from the others.
pub(super) fn body_of_renewal(order: &RenewalOrder) -> Value {
    let mut body = json!({
        "token_id": order.token.as_str(),
        "person_id": order.person.as_str(),
        "grants": order.grants.iter().map(body_of_grant).collect::<Vec<_>>(),
        "rotation": matches!(order.renewal, Renewal::Rotation { .. }),
    });
    if let (Renewal::Change { edit, .. }, Value::Object(body)) = (&order.renewal, &mut body) {
        body.insert("name".to_owned(), json!(edit.name));
        body.insert("expires_at".to_owned(), json!(edit.expires_at.map(told)));
        body.insert(
            "addresses".to_owned(),
            json!(edit.addresses.iter().map(ToString::to_string).collect::<Vec<_>>()),
        );
    }
    body
}

/// The body that asked for a person to be bound; by the member of its own it is told from the others.
pub(super) fn body_of_binding(order: &BindingOrder) -> Value {
    json!({
        "subject_of": order.person.as_str(),
        "issuer": order.subject.issuer,
        "subject": order.subject.subject,
        "grants": order.grants.iter().map(body_of_grant).collect::<Vec<_>>(),
    })
}

pub(super) fn is_of_subject(body: &Value) -> bool {
    body.get("subject_of").is_some()
}

pub(super) fn order_of_binding(body: &Value) -> Option<BindingOrder> {
    let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
    Some(BindingOrder {
        person: text("subject_of")?.parse().ok()?,
        subject: SubjectOrder { issuer: text("issuer")?, subject: text("subject")? },
        grants: body.get("grants")?.as_array()?.iter().map(grant_of).collect::<Option<_>>()?,
    })
}

pub(super) fn is_of_token(body: &Value) -> bool {
    body.get("token_id").is_some()
}

pub(super) fn order_of_renewal(body: &Value, version: i64, fresh: &Fresh) -> Option<RenewalOrder> {
    let renewal = if body.get("rotation")?.as_bool()? {
        Renewal::Rotation { token: fresh.token.clone(), drawn: fresh.drawn.clone() }
    } else {
        let edit = TokenEdit {
            name: body.get("name")?.as_str()?.to_owned(),
            expires_at: optional(body, "expires_at", moment)?,
            addresses: body.get("addresses")?.as_array()?.iter().map(network_of).collect::<Option<_>>()?,
        };
        Renewal::Change { version, edit }
    };
    Some(RenewalOrder {
        token: body.get("token_id")?.as_str()?.parse().ok()?,
        person: body.get("person_id")?.as_str()?.parse().ok()?,
        grants: body.get("grants")?.as_array()?.iter().map(grant_of).collect::<Option<_>>()?,
        renewal,
    })
}

fn told(at: NaiveDateTime) -> String {
    at.and_utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}

pub(super) fn is_of_person(body: &Value) -> bool {
    body.get("grants_of").is_some()
}

pub(super) fn order_of_person(body: &Value, version: i64) -> Option<GrantsOrder> {
    let person = body.get("grants_of")?.as_str()?.parse().ok()?;
    let grants = body.get("grants")?.as_array()?.iter().map(grant_of).collect::<Option<_>>()?;
    Some(GrantsOrder { person, version, grants })
}

/// A member that is absent or null, or can be read: `None` where it cannot.
fn optional<T>(body: &Value, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match body.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(value) => value.as_str().and_then(read).map(Some),
    }
}

fn moment(text: &str) -> Option<NaiveDateTime> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.naive_utc())
}

fn grant_of(body: &Value) -> Option<GrantOrder> {
    let year = |years: &Value, at: usize| years.get(at)?.as_i64().and_then(|year| i32::try_from(year).ok());
    let years = match body.get("years")? {
        Value::Null => None,
        years => Some(Years { from: year(years, 0)?, to: year(years, 1)? }),
    };
    Some(GrantOrder {
        role: body.get("role")?.as_str()?.parse().ok()?,
        agency: optional(body, "agency_id", |id| id.parse::<AgencyId>().ok())?.map(AgencyRef::Id),
        stage: optional(body, "stage", |stage| stage.parse().ok())?,
        reach: body.get("reach")?.as_str()?.parse().ok()?,
        read_only: body.get("read_only")?.as_bool()?,
        years,
    })
}

fn network_of(address: &Value) -> Option<IpNet> {
    address.as_str()?.parse().ok()
}

/// The order as it was asked for, with what is drawn for it now; `None`: it cannot be read.
pub(super) fn order_of(body: &Value, fresh: &Fresh) -> Option<TokenOrder> {
    Some(TokenOrder {
        token_id: fresh.token.clone(),
        name: body.get("name")?.as_str()?.to_owned(),
        person: optional(body, "person_id", |id| id.parse().ok())?,
        new_person_id: fresh.person.clone(),
        machine: body.get("machine")?.as_bool()?,
        grants: body.get("grants")?.as_array()?.iter().map(grant_of).collect::<Option<_>>()?,
        expires_at: optional(body, "expires_at", moment)?,
        addresses: body.get("addresses")?.as_array()?.iter().map(network_of).collect::<Option<_>>()?,
        drawn: fresh.drawn.clone(),
    })
}
