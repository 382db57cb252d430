//! The server: sockets, workers, the middleware, and an orderly end.

use super::api;
use super::kernel::access::{access, refuse_bad_token};
use super::kernel::document::allowed;
use super::kernel::problem::{Code, Problem};
use super::kernel::service::{Service, ServiceOptions};
use super::openapi;
use super::reports::RENDERER;
use crate::operations::store::Store;
use crate::work::Works;
use actix_cors::Cors;
use actix_web::dev::ResourceDef;
use actix_web::http::header;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, HttpRequest, HttpServer, web};
use std::net::TcpListener;
use std::time::Duration;
use utoipa_actix_web::AppExt;

/// How long the last writes may take after everybody has been answered or sent away.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// Binds, tells where it listens, and serves until SIGTERM or SIGINT; then finishes what is under way.
pub fn serve(store: Store, options: ServiceOptions, listening: impl FnOnce(&str)) -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(run(store, options, listening))
}

async fn run(store: Store, options: ServiceOptions, listening: impl FnOnce(&str)) -> std::io::Result<()> {
    let listener = TcpListener::bind(&options.listen)?;
    let address = listener.local_addr()?;
    store.follow()?;
    let service = web::Data::new(Service::new(store, options, openapi::build())?);
    let works = Works {
        store: service.store.clone(),
        renderer: RENDERER,
        webhooks: service.options.webhooks.clone(),
        ending: service.ending.clone(),
    };
    works.start();
    let shared = service.clone();
    let options = &service.options;
    let mut server = HttpServer::new(move || {
        let (app, _) =
            App::new().into_utoipa_app().app_data(shared.clone()).configure(api::register).split_for_parts();
        let origins = &shared.options.cors_origins;
        app.default_service(web::to(nowhere))
            .wrap(from_fn(refuse_bad_token))
            .wrap(Condition::new(!origins.is_empty(), cors(origins)))
            .wrap(from_fn(access))
    })
    .max_connections(options.max_connections)
    .keep_alive(options.keep_alive)
    // Whoever has gone waits for no answer: what is done for it ends.
    .h1_allow_half_closed(false)
    .client_request_timeout(options.request_timeout)
    .shutdown_timeout(options.drain.as_secs())
    .disable_signals();
    if options.workers > 0 {
        server = server.workers(options.workers);
    }
    let running = server.listen(listener)?.run();
    let handle = running.handle();
    let ending = service.clone();
    actix_web::rt::spawn(async move {
        wait_for_signal().await;
        tracing::info!("ending: no new connections, finishing what is under way");
        ending.ending.begin();
        handle.stop(true).await;
    });
    actix_web::rt::spawn(reload_on_hangup(service.clone()));
    listening(&format!("http://{address}"));
    running.await?;
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
    let known = service
        .document
        .routes
        .iter()
        .find(|(path, _)| ResourceDef::new(path.as_str()).is_match(request.path()));
    match known {
        Some((_, methods)) => {
            let allowed = allowed(methods);
            if request.method() == actix_web::http::Method::OPTIONS {
                return Ok(super::kernel::reply::Reply::no_content().header(header::ALLOW, allowed));
            }
            Err(Problem::new(Code::MethodNotAllowed).header(header::ALLOW, &allowed))
        }
        None => Err(Problem::new(Code::NotFound)),
    }
}
