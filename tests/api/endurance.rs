//! Everybody at work at once, the plug pulled again and again: the sums and the audit stay right.
//!
//! `NIANBAO_TEST_LONG=1` makes it ten minutes on each engine.

use super::harness::client::Reply;
use super::harness::process::{Service, signal};
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of, register, suqian};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// What a clerk, three reviewers and a publisher do, one after the other, until the service is gone.
struct Office<'a> {
    service: &'a Service,
    tokens: &'a [String; 5],
    ending: &'a AtomicBool,
}

impl Office<'_> {
    /// The answer, or `None` once the plug is being pulled.
    fn ask(&self, send: impl FnOnce() -> Result<Reply, ureq::Error>) -> Option<Reply> {
        match send() {
            Ok(reply) if reply.status < 500 => Some(reply),
            _ if self.ending.load(Ordering::Relaxed) => None,
            other => panic!("refused before the end: {other:?}"),
        }
    }

    fn transit(&self, report: &str, token: &str, order: &Value) -> Option<u16> {
        let path = format!("/reports/{report}");
        let read = self.ask(|| self.service.get(&path).token(token).try_send())?;
        if read.status != 200 {
            return Some(read.status);
        }
        let request = self.service.post(&format!("{path}/transitions")).token(token).if_match(read.tag());
        Some(self.ask(|| request.json(order).try_send())?.status)
    }

    fn publish(&self, report: &str) -> Option<()> {
        let [editor, reviewers @ .., publisher] = self.tokens;
        self.transit(report, editor, &json!({"action": "submit"}))?;
        for reviewer in reviewers {
            self.transit(report, reviewer, &json!({"action": "approve"}))?;
        }
        self.transit(report, publisher, &json!({"action": "publish"})).map(|_| ())
    }

    /// A report's whole life: filed, published, corrected, published again, withdrawn now and then.
    fn work(&self, agency: &str, number: usize) -> Option<()> {
        let publisher = &self.tokens[4];
        let body = json!({"agency_id": agency, "year": YEAR, "sections": suqian(YEAR)["sections"]});
        let made =
            self.ask(|| self.service.post("/reports").token(&self.tokens[0]).json(&body).try_send())?;
        if made.status != 201 {
            return Some(());
        }
        let report = id_of(&made);
        self.publish(&report)?;
        self.transit(&report, publisher, &json!({"action": "correct", "comment": "更正"}))?;
        self.publish(&report)?;
        if number.is_multiple_of(3) {
            self.transit(&report, publisher, &json!({"action": "withdraw", "comment": "误发"}))?;
        }
        Some(())
    }

    fn read(&self, world: &World<'_>) -> Option<()> {
        for path in [
            format!("/stats/totals?year={YEAR}&within={}", world.province),
            format!("/stats/completeness?year={YEAR}&group_by=child&within={}", world.county),
            "/changes?limit=20".to_owned(),
            "/search?q=%E5%85%AC%E5%BC%80".to_owned(),
            format!("/reports?year={YEAR}&limit=20"),
        ] {
            self.ask(|| self.service.get(&path).try_send())?.expect(200);
        }
        Some(())
    }
}

#[track_caller]
fn whole(service: &Service) {
    for verify in [["stats", "verify"], ["audit", "verify"]] {
        let output = service.run(&verify);
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{verify:?}: {}", String::from_utf8_lossy(&said));
    }
}

on_both! {
    fn a_mixed_load_with_the_plug_pulled_leaves_sums_and_audit_right(service) {
        let long = std::env::var_os("NIANBAO_TEST_LONG").is_some();
        let (rounds, spell) = if long { (20, 30) } else { (2, 3) };
        let world = World::new(service);
        let tokens = [world.editor(), world.reviewer(1), world.reviewer(2), world.reviewer(3), world.publisher()];
        let admin = service.admin();
        let (province, county) = (world.province.clone(), world.county.clone());
        let (bureau, neighbour) = (world.bureau.clone(), world.neighbour.clone());
        for round in 0..rounds {
            let ending = AtomicBool::new(false);
            let number = AtomicUsize::new(0);
            let here = &*service;
            let world = World { service: here, province: province.clone(), county: county.clone(),
                bureau: bureau.clone(), neighbour: neighbour.clone() };
            std::thread::scope(|scope| {
                let office = || Office { service: here, tokens: &tokens, ending: &ending };
                for _ in 0..4 {
                    let (office, number, world, admin) = (office(), &number, &world, &admin);
                    scope.spawn(move || -> Option<()> { loop {
                        let number = number.fetch_add(1, Ordering::Relaxed);
                        let body = json!({"name": format!("局{round}-{number}"), "level": "county",
                            "kind": "department", "parent_id": world.county});
                        let made = office.ask(|| here.post("/agencies").token(admin).json(&body).try_send())?;
                        office.work(&id_of(&made.expect(201)), number)?;
                    } });
                }
                for _ in 0..2 {
                    let (office, world) = (office(), &world);
                    scope.spawn(move || while office.read(world).is_some() {});
                }
                // A county is moved about meanwhile.
                let (mover, world, admin) = (office(), &world, &admin);
                scope.spawn(move || -> Option<()> { loop {
                    for parent in [&world.neighbour, &world.province] {
                        let path = format!("/agencies/{}", world.county);
                        let read = mover.ask(|| here.get(&path).try_send())?;
                        let patch = json!({"parent_id": parent});
                        let request = here.patch(&path).token(admin).if_match(read.tag()).json(&patch);
                        mover.ask(|| request.try_send())?;
                        std::thread::sleep(Duration::from_millis(200));
                    }
                } });
                // However slow the machine: something has been asked before the plug is pulled.
                wait_for(|| (number.load(Ordering::Relaxed) > 4).then_some(()));
                std::thread::sleep(Duration::from_secs(spell));
                ending.store(true, Ordering::Relaxed);
                signal(here.pid(), "KILL");
            });
            service.kill();
            service.restart();
            whole(service);
            assert!(number.load(Ordering::Relaxed) > 4, "round {round} did something");
        }
        let late = register(service, "迟到的局", "county", "department", Some(&county));
        service.get(&format!("/agencies/{late}")).send().expect(200);
    }
}
