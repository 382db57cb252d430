//! A small line of government with an open year, made through the service itself.

use super::client::Reply;
use super::process::Service;
use serde_json::{Value, json};

pub struct World<'a> {
    pub service: &'a Service,
    pub province: String,
    pub county: String,
    pub bureau: String,
    /// Another county of the same province.
    pub neighbour: String,
}

pub const YEAR: i32 = 2023;

/// The real report's text.
pub const REAL_TEXT: &[u8] = include_bytes!("../../fixtures/000_21ff2a0d32bbf7b0.txt");

/// The real tables of a prefecture, a whole report document.
pub fn suqian(year: i32) -> Value {
    let text = match year {
        2023 => include_str!("../../fixtures/suqian-2023.json"),
        _ => include_str!("../../fixtures/suqian-2024.json"),
    };
    serde_json::from_str(text).expect("a report document")
}

impl<'a> World<'a> {
    pub fn new(service: &'a Service) -> World<'a> {
        let province = register(service, "甲省人民政府", "provincial", "government", None);
        let county = register(service, "乙县人民政府", "county", "government", Some(&province));
        let bureau = register(service, "乙县信访局", "county", "department", Some(&county));
        let neighbour = register(service, "丙县人民政府", "county", "government", Some(&province));
        open_year(service, YEAR);
        World { service, province, county, bureau, neighbour }
    }

    pub fn editor(&self) -> String {
        self.service.token("editor", &self.county, "填报员")
    }

    pub fn reviewer(&self, number: u8) -> String {
        self.service.token("reviewer", &self.county, &format!("审核员{number}"))
    }

    pub fn publisher(&self) -> String {
        self.service.token("publisher", &self.county, "发布员")
    }

    pub fn supervisor(&self) -> String {
        self.service.token("supervisor", &self.county, "主管")
    }

    /// An editor of the neighbouring county.
    pub fn stranger(&self) -> String {
        self.service.token("editor", &self.neighbour, "邻县填报员")
    }

    /// A draft of the bureau with nothing in it.
    #[track_caller]
    pub fn draft(&self) -> Reply {
        let body = json!({"agency_id": self.bureau, "year": YEAR});
        self.service.post("/reports").token(&self.editor()).json(&body).send().expect(201)
    }

    /// A draft of the bureau with the prefecture's real figures: nothing keeps it from being submitted.
    #[track_caller]
    pub fn full_draft(&self) -> Reply {
        let sections = suqian(2023)["sections"].clone();
        let body = json!({"agency_id": self.bureau, "year": YEAR, "sections": sections});
        self.service.post("/reports").token(&self.editor()).json(&body).send().expect(201)
    }

    /// Takes a transition at the report's present tag.
    pub fn transit(&self, report: &str, token: &str, order: Value) -> Reply {
        let tag = self.service.get(&format!("/reports/{report}")).token(token).send().tag().to_owned();
        let path = format!("/reports/{report}/transitions");
        self.service.post(&path).token(token).if_match(&tag).json(&order).send()
    }

    /// Submits, has three people approve, and publishes.
    #[track_caller]
    pub fn publish(&self, report: &str) {
        self.transit(report, &self.editor(), json!({"action": "submit"})).expect(201);
        for number in 1..=3 {
            self.transit(report, &self.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        self.transit(report, &self.publisher(), json!({"action": "publish"})).expect(201);
    }
}

/// Registers an agency as the administrator; gives its id.
#[track_caller]
pub fn register(service: &Service, name: &str, level: &str, kind: &str, parent: Option<&str>) -> String {
    let body = json!({"name": name, "level": level, "kind": kind, "parent_id": parent});
    let reply = service.post("/agencies").token(&service.admin()).json(&body).send().expect(201);
    id_of(&reply)
}

#[track_caller]
pub fn open_year(service: &Service, year: i32) {
    let made = service.post("/years").token(&service.admin()).json(&json!({"year": year})).send().expect(201);
    service
        .patch(&format!("/years/{year}"))
        .token(&service.admin())
        .if_match(made.tag())
        .json(&json!({"state": "open"}))
        .send()
        .expect(200);
}

#[track_caller]
pub fn id_of(reply: &Reply) -> String {
    reply.value()["id"].as_str().expect("an id").to_owned()
}
