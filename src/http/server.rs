//! The server: sockets, workers, the middleware, and an orderly end.

use super::kernel::access::{access, refuse_bad_token};
use super::kernel::document::allowed;
use super::kernel::reads;
use super::kernel::refusals;
use super::kernel::service::{Service, ServiceOptions};
use super::kernel::{Code, Problem};
use super::metrics;
use super::openapi;
use super::reports::{Published, RENDERER};
use super::{instance, wire};
use crate::operations::Refusal;
use crate::operations::shared_keys::{known_key, shared_key as shared_key_of};
use crate::operations::store::{Act, Queue, Store, StoredAnswer, WriteError, Written};
use crate::work::Works;
use actix_cors::Cors;
use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, HttpRequest, HttpServer, web};
use chrono::{SubsecRound, Utc};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use utoipa_actix_web::AppExt;

/// How long the last writes may take after everybody has been answered or sent away, and before them the workers.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// Tells where it listens, and serves until SIGTERM or SIGINT; then finishes what is under way.
pub fn serve(
    listener: TcpListener,
    store: Store,
    options: ServiceOptions,
    listening: impl FnOnce(&str),
) -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(run(listener, store, options, listening))
}

async fn run(
    listener: TcpListener,
    store: Store,
    options: ServiceOptions,
    listening: impl FnOnce(&str),
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    store.follow()?;
    let cursor_key = shared_key(&store, "cursor").await?;
    let begun = instance::begin(&store, &options).await?;
    let document = openapi::build(options.oidc.as_ref());
    let service = web::Data::new(Service::new(store, options, document, cursor_key, begun)?);
    let judged_by = service.clone();
    let works = Works {
        store: service.store.clone(),
        renderer: RENDERER,
        rules: Arc::new(move || judged_by.rules()),
        webhooks: service.options.webhooks.clone(),
        entry: service.options.entry.clone(),
        witness: service.options.witness.clone(),
        access_days: service.options.access_days,
        ending: service.ending.clone(),
        instance: service.instance().id,
    };
    let leaving = works.start();
    let shared = service.clone();
    let options = &service.options;
    let running = wire::listen(listener, options, move || {
        let (app, _) = App::new()
            .into_utoipa_app()
            .app_data(shared.clone())
            .configure(super::register)
            .split_for_parts();
        let origins = &shared.options.cors_origins;
        app.default_service(web::to(nowhere))
            .wrap(from_fn(refuse_bad_token))
            .wrap(Condition::new(!origins.is_empty(), cors(origins)))
            .wrap(from_fn(access::<Published>))
    })?;
    let handle = running.handle();
    let ending = service.clone();
    actix_web::rt::spawn(async move {
        wait_for_signal().await;
        tracing::info!("ending: not ready any more, each connection is ended with its next answer");
        ending.ending.begin();
        actix_web::rt::time::sleep(ending.options.farewell).await;
        tracing::info!("ending: no new connections, finishing what is under way");
        handle.stop(true).await;
    });
    actix_web::rt::spawn(reload_on_hangup(service.clone()));
    actix_web::rt::spawn(sum_up_refusals(service.clone()));
    actix_web::rt::spawn(reads::enter(service.clone()));
    let figures = figures(&service)?;
    listening(&format!("http://{address}"));
    running.await?;
    leaving.left(LAST_WRITES).await;
    refusals::sum_up_persons(&service).await;
    refusals::sum_up(&service).await;
    reads::enter_all(&service).await;
    instance::end(&service).await;
    if let Some(figures) = figures {
        figures.stop(false).await;
    }
    let store = service.store.clone();
    // The lane finishes what it took; a worker's thread may not wait for that.
    if web::block(move || store.close_within(LAST_WRITES)).await.map_err(std::io::Error::other)? {
        return Ok(());
    }
    // The runtime would wait for the threads that wait for the database.
    tracing::error!(
        "the database does not answer: the service ends without it, whatever waited has no answer"
    );
    std::process::exit(1)
}

/// A key that all instances share; the first one makes it.
async fn shared_key(store: &Store, name: &'static str) -> std::io::Result<Vec<u8>> {
    let known: Result<Option<String>, Refusal> =
        store.read(move |connection| known_key(connection, name)).await;
    if let Ok(Some(key)) = known {
        return hex::decode(key).map_err(std::io::Error::other);
    }
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
    let fresh = hex::encode(random);
    let at = Utc::now().naive_utc().trunc_subsecs(6);
    let act = Act::of_service("keys", at);
    let nothing = |_: &String| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    let made: Result<Written<String>, WriteError<Refusal>> = store
        .write(
            Queue::Interactive,
            act,
            move |connection, _, _| shared_key_of(connection, name, &fresh),
            nothing,
        )
        .await;
    match made {
        Ok(Written::Fresh(key)) => hex::decode(key).map_err(std::io::Error::other),
        other => Err(std::io::Error::other(format!("the key of cursors could not be read: {other:?}"))),
    }
}

/// Figures without a token, on a listener of their own, if there is one.
fn figures(service: &web::Data<Service>) -> std::io::Result<Option<ServerHandle>> {
    let listen = &service.options.metrics_listen;
    if listen.is_empty() {
        return Ok(None);
    }
    let shared = service.clone();
    let app =
        move || App::new().app_data(shared.clone()).route("/metrics", web::get().to(metrics::read_bare));
    let server = HttpServer::new(app).workers(1).max_connections(64).disable_signals().bind(listen)?;
    for address in server.addrs() {
        tracing::info!(url = format!("http://{address}/metrics"), "figures");
    }
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    Ok(Some(handle))
}

/// What was only counted of refusals is written down: of persons every minute, of strangers once an hour.
async fn sum_up_refusals(service: web::Data<Service>) {
    loop {
        for _ in 0..MINUTES {
            actix_web::rt::time::sleep(MINUTE).await;
            refusals::sum_up_persons(&service).await;
        }
        refusals::sum_up(&service).await;
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const MINUTES: u32 = 60;

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// An operator's words are read again on SIGHUP; answers that were kept may say otherwise now.
#[cfg(unix)]
async fn reload_on_hangup(service: web::Data<Service>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    while hangup.recv().await.is_some() {
        let reloading = service.clone();
        match web::block(move || reloading.reload_rules()).await {
            Ok(Ok(())) => {
                service.kept.forget();
                instance::reloaded(&service).await;
                tracing::info!("the lexicons were read again");
            }
            Ok(Err(fault)) => tracing::error!(fault, "the lexicons stay as they were"),
            Err(error) => tracing::error!(%error, "the lexicons stay as they were"),
        }
    }
}

#[cfg(not(unix))]
async fn reload_on_hangup(_service: web::Data<Service>) {}

#[cfg(not(unix))]
async fn wait_for_signal() {
    let _ = tokio::signal::ctrl_c().await;
}

fn cors(origins: &[String]) -> Cors {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    let sent = [
        "authorization",
        "content-type",
        "if-match",
        "if-none-match",
        "idempotency-key",
        "nianbao-seq",
        "accept-language",
        "x-request-id",
        "traceparent",
        "last-event-id",
    ];
    let read = [
        "etag",
        "location",
        "link",
        "x-request-id",
        "idempotency-replayed",
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
        "last-modified",
        "content-language",
        "content-disposition",
        "accept-patch",
        "allow",
        "www-authenticate",
        "nianbao-seq",
        "nianbao-epoch",
    ];
    let cors =
        Cors::default().allowed_methods(methods).allowed_headers(sent).expose_headers(read).max_age(3600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// What no route took: a path that is known with other methods, or nothing at all.
async fn nowhere(
    request: HttpRequest,
    service: web::Data<Service>,
) -> Result<super::kernel::reply::Reply, Problem> {
    match service.document.methods_at(request.path()) {
        Some(methods) => {
            let allowed = allowed(methods);
            if request.method() == actix_web::http::Method::OPTIONS {
                let patched = methods.iter().any(|method| method == "PATCH");
                let reply = super::kernel::reply::Reply::no_content().header(header::ALLOW, allowed);
                return Ok(if patched { reply.patchable() } else { reply });
            }
            Err(Problem::new(Code::MethodNotAllowed).header(header::ALLOW, &allowed))
        }
        None => Err(Problem::new(Code::NotFound)),
    }
}
