//! What this instance leaves in the audit about itself: that it began, read its words anew, and ended, and by what it
//! works.

use super::kernel::service::{Service, ServiceOptions};
use crate::domain::instance::Instance;
use crate::operations::Refusal;
use crate::operations::service::{self, Begun, Configured, Difference};
use crate::operations::store::{Act, AnyConnection, Notes, Queue, Store, StoredAnswer, WriteError, Written};
use chrono::{SubsecRound, Utc};
use std::time::Duration;

/// How long the last word may take.
const LAST_WORD: Duration = Duration::from_secs(2);
/// How long a first word that found no room waits.
const BETWEEN_TRIES: Duration = Duration::from_secs(5);

fn act() -> Act {
    Act::of_service("service", Utc::now().naive_utc().trunc_subsecs(6))
}

async fn write<T: Send + 'static>(
    store: &Store,
    mut operation: impl FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, WriteError<Refusal>> {
    let nothing = |_: &T| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    let operation =
        move |connection: &mut AnyConnection, act: &Act, notes: &mut Notes| operation(connection, act, notes);
    match store.write(Queue::Interactive, act(), operation, nothing).await? {
        Written::Fresh(done) => Ok(done),
        // Without a key nothing is replayed.
        Written::Replayed(_) => Err(WriteError::Unavailable),
    }
}

fn tell(differences: &[Difference]) {
    for difference in differences {
        tracing::warn!(
            instance = difference.instance,
            version = difference.version,
            differs_in = difference.differs_in.join(", "),
            "another instance works by other rules, words or limits: what callers are told depends on which one they meet"
        );
    }
}

/// Tells the database that an instance begins, and sees how it stands to the settings there and to the others.
pub async fn begin(store: &Store, options: &ServiceOptions) -> std::io::Result<Instance> {
    let now = act().at;
    let instance = Instance {
        id: uuid::Uuid::now_v7().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: options.settings_digest.clone(),
        rules: options.rules.name().to_owned(),
        lexicons: options.rules.words().to_owned(),
        limits: options.limits_digest.clone(),
        started_at: now,
        seen_at: now,
    };
    let told = instance.clone();
    let configured = Configured { review: options.review, roles_separated: options.roles_separated };
    let begun = match write_begun(store, &told, configured).await {
        Ok(begun) => begun,
        Err(WriteError::DiskFull) => {
            tracing::error!("that the service begins is written down once there is room on the disk");
            actix_web::rt::spawn(write_begun_later(store.clone(), told, configured));
            return Ok(instance);
        }
        Err(error) => {
            let told = format!("that the service begins could not be written down: {error:?}");
            return Err(std::io::Error::other(told));
        }
    };
    tell_begun(&begun, configured);
    Ok(instance)
}

fn tell_begun(begun: &Begun, configured: Configured) {
    let (review, first) = (begun.review, configured.review);
    if review != first {
        tracing::warn!(
            stages = review.stages,
            separation_of_duties = review.separation_of_duties,
            configured.stages = first.stages,
            configured.separation_of_duties = first.separation_of_duties,
            "review.* of the configuration differs from the settings in the database, which hold: \
             PUT /settings/review changes them"
        );
    }
    for person in &begun.unseparated {
        tracing::warn!(
            %person,
            "roles.separation is set, and this person holds roles of two offices, given before it was: \
             take one of them away"
        );
    }
    tell(&begun.differences);
}

async fn write_begun(
    store: &Store,
    instance: &Instance,
    configured: Configured,
) -> Result<Begun, WriteError<Refusal>> {
    let told = instance.clone();
    write(store, move |connection, _, notes| service::begin(connection, notes, &told, configured)).await
}

/// Again and again, until there is room.
async fn write_begun_later(store: Store, instance: Instance, configured: Configured) {
    loop {
        actix_web::rt::time::sleep(BETWEEN_TRIES).await;
        match write_begun(&store, &instance, configured).await {
            Ok(begun) => return tell_begun(&begun, configured),
            Err(WriteError::DiskFull) => {}
            Err(error) => tracing::error!(?error, "that the service begins could not be written down"),
        }
    }
}

/// Its rules were read anew.
pub async fn reloaded(service: &Service) {
    let instance = service.instance();
    let reloaded = write(&service.store, move |connection, act, notes| {
        service::reload(connection, notes, &instance, act.at)
    });
    match reloaded.await {
        Ok(differences) => tell(&differences),
        Err(error) => tracing::error!(?error, "that the words were read anew could not be written down"),
    }
}

/// The last word before the store is closed.
pub async fn end(service: &Service) {
    let instance = service.instance();
    let ended = write(&service.store, move |connection, _, notes| service::end(connection, notes, &instance));
    match tokio::time::timeout(LAST_WORD, ended).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(?error, "that the service ends could not be written down"),
        Err(_) => tracing::error!("the database does not answer: that the service ends is not written down"),
    }
}
