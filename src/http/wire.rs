//! Connections. What cannot be read as HTTP never reaches a handler: the library answers it with a bare status. Here
//! such an answer becomes the problem that every refusal is, unless it follows an answer that has not gone yet.

use super::kernel::line::Line;
use super::kernel::service::ServiceOptions;
use super::kernel::{Code, PROBLEM_JSON, Problem};
use crate::domain::language::{Language, say};
use actix_http::body::MessageBody;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::Error;
use actix_web::dev::AppConfig;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How long a connection that is being closed may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// A server for the application that `factory` makes, on workers of its own; it runs once it is awaited.
pub fn listen<F, I, S, B>(listener: TcpListener, options: &ServiceOptions, factory: F) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let (keep_alive, request_timeout) = (options.keep_alive, options.request_timeout);
    let mut server = Server::build()
        .max_concurrent_connections(options.max_connections)
        .shutdown_timeout(options.drain.as_secs())
        .disable_signals();
    if options.workers > 0 {
        server = server.workers(options.workers);
    }
    let signal = server.graceful_shutdown_signal();
    let server = server.listen("nianbao", listener, move || {
        let signal = signal.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let signal = signal.clone();
                async move { signal.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(request_timeout)
            .client_disconnect_timeout(FAREWELL)
            // Whoever has gone waits for no answer: what is done for it ends.
            .h1_allow_half_closed(false)
            .on_connect_ext(|wire: &Wire, extensions| {
                extensions.insert(wire.line.clone());
            })
            .finish(map_config(
                factory().into_factory().map_err(|error| error.into().error_response()),
                |()| AppConfig::default(),
            ));
        fn_service(|stream: TcpStream| async move {
            let peer = stream.peer_addr().ok();
            Ok((Wire { stream, line: Line::default(), instead: None }, Protocol::Http1, peer))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// A connection on which a bare refusal goes out as a problem.
struct Wire {
    stream: TcpStream,
    line: Line,
    /// What goes out in place of a bare refusal, and how much of it has gone.
    instead: Option<Instead>,
}

struct Instead {
    answer: Vec<u8>,
    gone: usize,
    /// The length of the bare refusal.
    of: usize,
}

/// How the library refuses what it cannot read; it may say that the connection ends, and says the date.
const BARE: [(&str, Code); 3] = [
    ("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n", Code::MalformedRequest),
    ("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n", Code::RequestTimeout),
    ("HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n", Code::HeadersTooLarge),
];
const ENDS: [&str; 2] = ["connection: close\r\n", ""];
const DATE: &str = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

/// What a bare refusal stands for, if this is one.
fn bare(bytes: &[u8]) -> Option<Code> {
    let (before, date) = bytes.split_at_checked(bytes.len().checked_sub(DATE.len())?)?;
    if !date.starts_with(b"date: ") || !date.ends_with(b"\r\n\r\n") {
        return None;
    }
    ENDS.iter().filter_map(|end| before.strip_suffix(end.as_bytes())).find_map(|before| {
        let refusal = BARE.iter().find(|(head, _)| before == head.as_bytes());
        refusal.map(|(_, code)| *code)
    })
}

/// The same refusal as a problem; in Chinese with English behind, since nobody has read what language was asked for.
fn told(code: Code) -> Vec<u8> {
    let id = uuid::Uuid::now_v7().to_string();
    tracing::info!(request_id = id, code = code.as_str(), "a request that could not be read was refused");
    let problem = Problem::new(code);
    let mut body = problem.body(Language::Chinese, &id);
    let both =
        [Language::Chinese, Language::English].map(|language| say("cause", code.as_str(), language, &[]));
    if let Some(detail) = body.get_mut("detail") {
        *detail = both.join(" / ").into();
    }
    let (status, body) = (code.status(), body.to_string());
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: {PROBLEM_JSON}\r\ncontent-length: {}\r\nconnection: close\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-request-id: {id}\r\n\r\n",
        status.as_u16(),
        body.len()
    );
    answer.push_str(&body);
    answer.into_bytes()
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = &mut *self;
        if wire.instead.is_none() {
            // What a handler answers may look like anything, a refusal too.
            let refused = Some(bytes).filter(|_| wire.line.is_idle()).and_then(bare);
            let Some(code) = refused else { return Pin::new(&mut wire.stream).poll_write(context, bytes) };
            wire.instead = Some(Instead { answer: told(code), gone: 0, of: bytes.len() });
        }
        let Wire { stream, instead, .. } = wire;
        let Some(Instead { answer, gone, of }) = instead else { return Poll::Ready(Ok(0)) };
        while let Some(rest) = answer.get(*gone..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut *stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Ok(0)),
                written => *gone += written,
            }
        }
        let of = *of;
        *instead = None;
        Poll::Ready(Ok(of))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // It is asked for only once all that there was is written.
        self.line.is_flushed();
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
