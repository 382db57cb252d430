//! A client that checks every reply against the published document before the test sees it.

use super::contract;
use serde_json::Value;
use std::fmt::Debug;

pub struct Request {
    agent: ureq::Agent,
    url: String,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    /// The body stays coded as it came; no document describes its bytes.
    raw: bool,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
    asked: String,
    /// The body that was sent, if it was one JSON value.
    pub sent: Option<Value>,
}

impl Request {
    pub fn new(agent: ureq::Agent, url: &str, method: &str, path: &str) -> Request {
        // What is not said otherwise is below the base.
        let outside = [
            "/api/",
            "/openapi",
            "/docs",
            "/problems",
            "/healthz",
            "/readyz",
            "/version",
            "/metrics",
            "/.well-known",
            "//",
        ];
        let is_entrance = path == "/" || path.starts_with("/?");
        let path = if is_entrance || outside.iter().any(|known| path.starts_with(known)) {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let (url, method) = (url.to_owned(), method.to_owned());
        Request { agent, url, method, path, headers: Vec::new(), body: None, raw: false }
    }

    pub fn token(self, secret: &str) -> Request {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes the body as it came over the wire, unchecked.
    pub fn raw(mut self) -> Request {
        self.raw = true;
        self
    }

    pub fn if_match(self, tag: &str) -> Request {
        self.header("if-match", tag)
    }

    pub fn json(self, body: &Value) -> Request {
        self.body("application/json", body.to_string().into_bytes())
    }

    pub fn body(mut self, media: &str, body: impl Into<Vec<u8>>) -> Request {
        self.headers.push(("content-type".to_owned(), media.to_owned()));
        self.body = Some(body.into());
        self
    }

    /// Sends it and checks the reply; fails the test on whatever the document does not promise.
    #[track_caller]
    pub fn send(self) -> Reply {
        let raw = self.raw;
        let reply = self.try_send().expect("an answer");
        if !raw {
            contract::check(&reply);
        }
        reply
    }

    /// Sends it; the answer may fail to come.
    pub fn try_send(self) -> Result<Reply, ureq::Error> {
        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("{}{}", self.url, self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        // A line of NDJSON alone looks like JSON.
        let in_lines =
            self.headers.iter().any(|(name, value)| name == "content-type" && value.contains("ndjson"));
        let body = self.body.as_ref().filter(|_| !in_lines);
        let sent = body.and_then(|body| serde_json::from_slice(body).ok());
        let mut response = match self.body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        Ok(Reply {
            status: response.status().as_u16(),
            headers: headers.collect(),
            bytes: response.body_mut().with_config().limit(64 << 20).read_to_vec()?,
            asked: format!("{} {}", self.method, self.path),
            sent,
        })
    }
}

impl Reply {
    pub fn method(&self) -> &str {
        self.asked.split(' ').next().unwrap_or_default()
    }

    /// The path that was asked for, without its query.
    pub fn path(&self) -> &str {
        self.asked.split(' ').nth(1).and_then(|path| path.split('?').next()).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn tag(&self) -> &str {
        self.header("etag").unwrap_or_else(|| panic!("no ETag: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    #[track_caller]
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        self
    }

    /// Expects a problem of this code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let reply = self.expect(status);
        let problem = reply.value();
        assert_eq!(problem["code"], code, "{}: {problem}", reply.asked);
        problem
    }

    /// Expects `422 invalid_input` (or another) with a fault at each of these pointers.
    #[track_caller]
    pub fn faults(self, code: &str, pointers: &[&str]) -> Value {
        let problem = self.refused(422, code);
        for pointer in pointers {
            assert!(errors_at(&problem, "pointer").contains(&(*pointer).to_owned()), "{pointer}: {problem}");
        }
        problem
    }
}

/// The places a problem names.
pub fn errors_at(problem: &Value, member: &str) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().filter_map(|error| Some(error[member].as_str()?.to_owned())).collect()
}
