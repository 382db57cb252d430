//! Work that goes on after its request was answered: begun once, cancelled, abandoned by a process that is gone.

use super::harness::client::Reply;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, register};
use serde_json::{Value, json};

/// How many reports a job judges here: whoever ends it has more than one's time.
const LONG: usize = 3;

/// Reports so long that judging them takes far longer than asking for something else meanwhile.
fn file_long_reports(world: &World<'_>) {
    let text: String = (0..3_000).map(|number| format!("第{number}次会议研究公开事项；")).collect();
    for number in 0..LONG {
        let name = format!("乙县第{number}局");
        let agency = register(world.service, &name, "county", "department", Some(&world.county));
        let body = json!({"agency_id": agency, "year": YEAR, "sections": {"overview": {"text": text}}});
        world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
    }
    // What was found meanwhile is kept, and would be read.
    let kept = "SELECT CAST(count(*) AS TEXT) AS value FROM verdicts";
    wait_for(|| world.service.database.text(kept).filter(|count| *count == LONG.to_string()));
    world.service.database.execute("DELETE FROM verdicts");
}

fn begin(service: &Service, token: &str) -> Reply {
    service.post(&format!("/years/{YEAR}/validation")).token(token).send().expect(202)
}

fn place_of(begun: &Reply) -> String {
    begun.header("location").expect("a place").to_owned()
}

fn read(service: &Service, job: &str, token: &str) -> Value {
    service.get(job).token(token).send().expect(200).value()
}

/// Waits until a job is in a state, and gives it.
fn wait_for_state(service: &Service, job: &str, token: &str, state: &str) -> Value {
    wait_for(|| Some(read(service, job, token)).filter(|job| job["state"] == state))
}

/// How often something was done, by the audit.
fn acts(service: &Service, action: &str) -> usize {
    let list = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
    let items = list["items"].as_array().expect("items").clone();
    items.iter().filter(|entry| entry["action"] == action).count()
}

on_both! {
    fn one_key_begins_one_job_however_often_and_however_closely_it_is_sent(service) {
        let world = World::new(service);
        world.full_draft();
        let (admin, path) = (service.admin(), format!("/years/{YEAR}/validation"));
        let start = |key: &str| service.post(&path).token(&admin).header("idempotency-key", key).send();
        for round in 0..10 {
            let key = format!("key-{round}");
            let replies: Vec<Reply> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| start(&key))).collect();
                threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
            });
            assert!(replies.iter().all(|reply| matches!(reply.status, 202 | 409)), "{replies:?}");
            let again = start(&key).expect(202);
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
            for begun in replies.iter().filter(|reply| reply.status == 202) {
                assert_eq!((begun.value(), begun.header("location")), (again.value(), again.header("location")));
            }
            let done = wait_for_state(service, &place_of(&again), &admin, "done");
            assert_eq!(done["result"]["reports"], 1);
        }
        assert_eq!(acts(service, "job.start"), 10);
        // A second run of a job that was never written down would have failed.
        let log = service.log.lock().expect("log");
        assert!(!log.iter().any(|line| line.contains("a job failed")), "{log:?}");
    }

    fn a_job_that_is_cancelled_stops_at_its_next_step(service) {
        let world = World::new(service);
        file_long_reports(&world);
        let (admin, other) = (service.admin(), world.supervisor());
        let job = place_of(&begin(service, &admin));
        service.delete(&job).token(&admin).send().expect(204);
        let now = read(service, &job, &admin);
        assert!(now["state"] == "cancelling" || now["state"] == "cancelled", "{now}");
        service.delete(&job).send().refused(401, "unauthorized");
        service.delete(&job).token(&other).send().refused(404, "not_found");
        let ended = wait_for_state(service, &job, &admin, "cancelled");
        assert_eq!((&ended["result"], &ended["progress"]["total"]), (&Value::Null, &json!(LONG)));
        // One that has ended stays as it is, and nothing more is written down.
        service.delete(&job).token(&admin).send().expect(204);
        assert_eq!(read(service, &job, &admin), ended);
        assert_eq!(acts(service, "job.cancel"), 1);
        service.delete("/jobs/018d0000-0000-7000-8000-000000000000").token(&admin).send().refused(404, "not_found");
    }

    fn a_job_ends_with_the_token_it_was_begun_with(service) {
        let world = World::new(service);
        file_long_reports(&world);
        let (admin, begins) = (service.admin(), service.token("admin", "", "另一管理员"));
        let token = service.get("/me").token(&begins).send().expect(200).value()["token"]["id"].clone();
        let job = place_of(&begin(service, &begins));
        let path = format!("/tokens/{}", token.as_str().expect("an id"));
        let tag = service.get(&path).token(&admin).send().expect(200).tag().to_owned();
        service.delete(&path).token(&admin).if_match(&tag).send().expect(204);
        wait_for_state(service, &job, &admin, "cancelled");
    }

    fn a_job_whose_process_was_killed_has_failed_once_it_is_silent(service) {
        let (admin, job);
        {
            let world = World::new(service);
            file_long_reports(&world);
            admin = service.admin();
            job = place_of(&begin(service, &admin));
        }
        service.kill();
        service.restart();
        let left = read(service, &job, &admin);
        assert_eq!((&left["state"], &left["result"]), (&json!("running"), &Value::Null), "it may yet give a sign");
        // A minute later nobody waits for one any more.
        service.database.execute("UPDATE jobs SET updated_at = '2024-01-01 00:00:00'");
        assert_eq!(read(service, &job, &admin)["state"], "failed");
        service.delete(&job).token(&admin).send().expect(204);
        assert_eq!(read(service, &job, &admin)["state"], "failed", "there is nothing left to cancel");
        let next = place_of(&begin(service, &admin));
        assert_ne!(next, job);
        assert_eq!(wait_for_state(service, &next, &admin, "done")["result"]["reports"], LONG);
        assert_eq!(read(service, &job, &admin)["state"], "failed", "nobody took it up again");
    }
}
