//! Problems: every answer of 400 and above is one (RFC 9457), in the caller's language.

mod fault;
mod from;
mod table;

pub use fault::{Fault, Place, Right};
pub use table::Code;

use crate::domain::language::{Language, say};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Media type of every problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal on its way to the caller; the access middleware writes it out.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    // Behind a pointer: the way out of almost every function here should be a narrow one.
    said: Box<Said>,
}

/// What is told beside the code.
#[derive(Debug, Clone, Default)]
struct Said {
    /// Key and arguments of a sentence in the catalogue's group `detail`.
    detail: Option<(&'static str, Vec<(&'static str, String)>)>,
    faults: Vec<Fault>,
    members: Map<String, Value>,
    /// Members whose words depend on the caller's language.
    spoken: Vec<(&'static str, Spoken)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// How a member is written in a language, for the request of an id.
type Speak = dyn Fn(Language, &str) -> Value + Send + Sync;

/// Writes a member in a language, for the request of an id.
#[derive(Clone)]
struct Spoken(Arc<Speak>);

impl std::fmt::Debug for Spoken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Spoken")
    }
}

impl Problem {
    pub fn new(code: Code) -> Problem {
        Problem { code, said: Box::default() }
    }

    /// Faults of a body, each at its pointer.
    pub fn of_body<F: Into<Fault>>(faults: Vec<F>) -> Problem {
        let faults: Vec<Fault> = faults.into_iter().map(Into::into).collect();
        let all_read_only = faults.iter().all(|fault| fault.code == "read_only");
        let mut problem = Problem::new(if all_read_only { Code::ReadOnly } else { Code::InvalidInput });
        problem.said.faults = faults;
        problem
    }

    /// Faults of a query, each at its parameter.
    pub fn of_query<F: Into<Fault>>(faults: Vec<F>) -> Problem {
        let mut problem = Problem::new(Code::InvalidQuery);
        problem.said.faults = faults.into_iter().map(Into::into).collect();
        problem
    }

    /// What these members of the command name came by parameters of the query: their faults are told there.
    pub fn named_by_query(mut self, names: &[&str]) -> Problem {
        for fault in &mut self.said.faults {
            let named = names.iter().find(|name| fault.member() == **name);
            fault.place = named.map_or(fault.place.clone(), |name| Place::Parameter((*name).to_owned()));
        }
        self
    }

    pub fn detail(mut self, key: &'static str, arguments: Vec<(&'static str, String)>) -> Problem {
        self.said.detail = Some((key, arguments));
        self
    }

    /// What was found in one line of a file, told with that line's number.
    pub fn on_line(mut self, number: usize) -> Problem {
        let arguments = self.said.detail.iter_mut().flat_map(|(_, arguments)| arguments);
        arguments.filter(|(name, _)| *name == "line").for_each(|(_, line)| *line = number.to_string());
        self
    }

    /// What is told where nothing else is.
    pub fn or_detail(self, key: &'static str, arguments: Vec<(&'static str, String)>) -> Problem {
        if self.said.detail.is_some() { self } else { self.detail(key, arguments) }
    }

    pub fn member(mut self, name: &str, value: Value) -> Problem {
        self.said.members.insert(name.to_owned(), value);
        self
    }

    /// A member that is written in the caller's language.
    pub fn spoken(
        mut self,
        name: &'static str,
        write: impl Fn(Language, &str) -> Value + Send + Sync + 'static,
    ) -> Problem {
        self.said.spoken.push((name, Spoken(Arc::new(write))));
        self
    }

    pub fn header(mut self, name: HeaderName, value: &str) -> Problem {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.said.headers.push((name, value));
        }
        self
    }

    /// The body as it goes out.
    pub fn body(&self, language: Language, request_id: &str) -> Value {
        let title = say("problem", self.code.as_str(), language, &[]);
        let detail = match &self.said.detail {
            Some((key, arguments)) => {
                let arguments: Vec<(&str, &str)> =
                    arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
                say("detail", key, language, &arguments)
            }
            None if !self.said.faults.is_empty() => {
                say("detail", "faults", language, &[("count", &self.said.faults.len().to_string())])
            }
            None => title.clone(),
        };
        let mut body = json!({
            "type": format!("/problems/{}", self.code.as_str()),
            "title": title,
            "status": self.code.status().as_u16(),
            "detail": detail,
            "instance": format!("urn:uuid:{request_id}"),
            "code": self.code.as_str(),
        });
        if let Value::Object(members) = &mut body {
            members.extend(self.said.members.clone());
            if !self.said.faults.is_empty() {
                let errors = self.said.faults.iter().map(|fault| fault.body(language));
                members.insert("errors".to_owned(), errors.collect());
            }
            for (name, spoken) in &self.said.spoken {
                members.insert((*name).to_owned(), (spoken.0)(language, request_id));
            }
        }
        body
    }

    /// The answer in full.
    pub fn render(&self, language: Language, request_id: &str) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.status());
        response
            .insert_header((header::CONTENT_TYPE, PROBLEM_JSON))
            .insert_header((header::CONTENT_LANGUAGE, language.tag()))
            .insert_header((header::CACHE_CONTROL, "no-store"));
        for (name, value) in &self.said.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"nianbao\""));
        }
        if self.code.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        response.body(self.body(language, request_id).to_string())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// A place holder: the access middleware knows the language and the request and writes the body.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.code.status());
        response.extensions_mut().insert(self.clone());
        response
    }
}
