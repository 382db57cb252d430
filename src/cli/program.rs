//! The program itself as somebody who acts: its rights, its name in the records, its way into the lane.

use super::failure::Failure;
use super::operator::operator;
use super::token::act_of_program;
use crate::domain::audit::{Access, Way};
use crate::domain::calendar::day_of;
use crate::domain::id::PersonId;
use crate::domain::people::Person;
use crate::domain::rights::{Grant, Rights, Role};
use crate::operations::{Answer, Asking, Desk, Refusal, at_desk, people};
use crate::storage::{Act, Actor, Store, WriteError, analyze, take_time};

/// How the program itself asks: with an administrator's rights and nobody's name.
pub fn asking_as_program() -> Asking {
    let rights = Rights::of(vec![Grant::everywhere(Role::Admin)]);
    Asking { rights, ..Asking::public(today()) }
}

pub fn today() -> chrono::NaiveDate {
    day_of(chrono::Utc::now().naive_utc())
}

/// Runs one operation through the lane, as any request does.
pub fn write<T: Send + 'static>(
    store: &Store,
    act: Act,
    operation: impl FnMut(&mut Desk<'_>) -> Answer<T> + Send + 'static,
) -> Result<T, Failure> {
    write_as(store, (asking_as_program(), act), operation)
}

/// The same in somebody's name.
pub fn write_as<T: Send + 'static>(
    store: &Store,
    (asking, act): (Asking, Act),
    operation: impl FnMut(&mut Desk<'_>) -> Answer<T> + Send + 'static,
) -> Result<T, Failure> {
    let written: Result<T, WriteError<Refusal>> = store.write_blocking(act, at_desk(asking, operation));
    Ok(written?)
}

/// After much was written at once.
pub fn settle_estimates(store: &Store) -> Result<(), Failure> {
    write(store, act_of_program("analyze"), |desk| {
        take_time(desk.connection)?;
        Ok(analyze(desk.connection)?)
    })
}

/// A read of what is not public, made here: it leaves a trace as over HTTP.
pub fn read_here(operation: &str, target: String) -> Access {
    let sits = operator();
    Access {
        id: uuid::Uuid::now_v7().to_string(),
        at: chrono::Utc::now().naive_utc(),
        person_id: PERSON.to_owned(),
        person_name: format!("{}@{}", sits.user, sits.host),
        token_id: None,
        way: Way::CommandLine.as_str().to_owned(),
        client: None,
        operation: operation.to_owned(),
        target,
        status: 200,
        times: 1,
        agency_id: None,
        report_id: None,
        request_id: operation.to_owned(),
    }
}

/// The person in whose name the command line files reports.
pub const PERSON: &str = "00000000-0000-7000-8000-000000000001";
const PERSON_NAME: &str = "命令行";

/// The program under a name: reports have authors, transitions have somebody who made them.
pub fn named(store: &Store) -> Result<(Asking, Act), Failure> {
    let person = Person {
        id: PersonId::from_stored(PERSON.to_owned()),
        name: PERSON_NAME.to_owned(),
        agency_id: None,
        left_on: None,
        machine: true,
        version: 1,
    };
    let known = person.clone();
    write(store, act_of_program("cli"), move |desk| {
        people::ensure_person(desk.connection, desk.act, &known)
    })?;
    let actor = Actor { person_id: PERSON.to_owned(), person_name: PERSON_NAME.to_owned() };
    let act = Act { actor: Some(actor), ..act_of_program("cli") };
    let digests = store.algorithm().map_err(Refusal::from)?;
    Ok((Asking { person: Some(person), digests, ..asking_as_program() }, act))
}
