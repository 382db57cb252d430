//! What the service is measured against: a handler that gives fixed bytes, and one that reads a row.

use super::running::{Running, start};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::cell::RefCell;
use std::path::Path;

/// A handler that gives fixed bytes with the headers of the real answer.
pub(super) fn bare(body: &Path, headers: &str) -> Running {
    let me = std::env::current_exe().expect("this program");
    start(&me, &["bare", &body.to_string_lossy(), headers], &[])
}

/// A handler that reads one row, inline, by the id that the address ends with, and gives it with the same headers.
pub(super) fn bare_row(database: &Path, headers: &str) -> Running {
    let me = std::env::current_exe().expect("this program");
    start(&me, &["bare-row", &database.to_string_lossy(), headers], &[])
}

diesel::table! {
    renditions (report_id) {
        report_id -> Text,
        body -> Binary,
    }
}

pub(super) fn be_bare_row(database: &str, headers: &str) {
    let headers: Vec<(String, String)> = serde_json::from_str(headers).expect("headers");
    let database = database.to_owned();
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let mut connection = SqliteConnection::establish(&database).expect("the database");
            connection
                .batch_execute("PRAGMA query_only = ON; PRAGMA mmap_size = 2147418112")
                .expect("set up");
            let (connection, headers) = (RefCell::new(connection), headers.clone());
            let answer = move |request: HttpRequest| {
                let id = request.path().rsplit('/').next().unwrap_or_default();
                let row = renditions::table.find(id).select(renditions::body);
                let body: Result<Vec<u8>, _> = row.get_result(&mut *connection.borrow_mut());
                let response = match body {
                    Err(_) => HttpResponse::Ok().finish(),
                    Ok(body) => {
                        let mut response = HttpResponse::Ok();
                        for (name, value) in &headers {
                            response.insert_header((name.as_str(), value.as_str()));
                        }
                        response.body(body)
                    }
                };
                async move { response }
            };
            let answer = std::rc::Rc::new(answer);
            App::new().default_service(web::to(move |request: HttpRequest| answer(request)))
        });
        let address = std::env::var("NIANBAO__SERVER__LISTEN").expect("where to listen");
        server.workers(1).bind(address).expect("the port").run().await.expect("served");
    });
}

pub(super) fn be_bare(body: &str, headers: &str) {
    let bytes = web::Bytes::from(std::fs::read(body).expect("the body"));
    let headers: Vec<(String, String)> = serde_json::from_str(headers).expect("headers");
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let (bytes, headers) = (bytes.clone(), headers.clone());
            let answer = move || {
                let mut response = HttpResponse::Ok();
                for (name, value) in &headers {
                    response.insert_header((name.as_str(), value.as_str()));
                }
                let response = response.body(bytes.clone());
                async move { response }
            };
            App::new().default_service(web::to(answer))
        });
        let address = std::env::var("NIANBAO__SERVER__LISTEN").expect("where to listen");
        server.workers(1).bind(address).expect("the port").run().await.expect("served");
    });
}
