//! One report never stops the rest: what a consumer cannot take is set aside, counted and told.

use super::{published, search};
use crate::api::harness::process::Service;
use crate::api::harness::wait_for;
use crate::api::harness::world::{World, YEAR, id_of, suqian};
use serde_json::json;

/// Lets the database refuse whatever holds a word, as it would what it has no place for.
fn refuse(service: &Service, word: &str) {
    let sqlite = service.database.url().starts_with("sqlite");
    service.database.execute(&match sqlite {
        true => format!(
            "CREATE TRIGGER poison BEFORE INSERT ON search_documents WHEN NEW.text LIKE '%{word}%' \
             BEGIN SELECT RAISE(ABORT, 'no place for it'); END"
        ),
        false => format!(
            "CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no place for it'; END $$ \
             LANGUAGE plpgsql; CREATE TRIGGER poison BEFORE INSERT ON search_documents FOR EACH ROW \
             WHEN (NEW.text LIKE '%{word}%') EXECUTE PROCEDURE poison()"
        ),
    });
}

/// A published report of an agency whose overview says this.
fn publish_saying(world: &World<'_>, agency: &str, text: &str) -> String {
    let mut sections = suqian(2023)["sections"].clone();
    sections["overview"]["text"] =
        json!(format!("{}{text}", sections["overview"]["text"].as_str().unwrap_or_default()));
    let body = json!({"agency_id": agency, "year": YEAR, "sections": sections});
    let made = world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
    let report = id_of(&made);
    world.publish(&report);
    report
}

attacks! {
    fn what_the_index_cannot_take_is_set_aside_and_the_rest_goes_on(service) {
        let world = World::new(service);
        refuse(service, "砒霜");
        let poison = publish_saying(&world, &world.bureau, "砒霜");
        let sound = publish_saying(&world, &world.county, "蜂蜜");
        // “蜂蜜”
        let found = wait_for(|| {
            let found = search(service, "q=%E8%9C%82%E8%9C%9C").expect(200).value();
            Some(found["items"][0]["report_id"].clone()).filter(|id| !id.is_null())
        });
        assert_eq!(found, json!(sound));
        let told = service.run(&["search", "status"]);
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.contains(&poison) && !told.contains(&sound), "{told}");
        let metrics = service.get("/metrics").token(&service.admin()).header("accept", "*/*").send().text();
        assert!(metrics.contains("nianbao_reports_set_aside{consumer=\"search\"} 1"), "{metrics}");
        assert!(service.wait_for_log("was set aside").to_string().contains(&poison));
        // Mended, it is taken with its next change.
        service.database.execute(match service.database.url().starts_with("sqlite") {
            true => "DROP TRIGGER poison",
            false => "DROP TRIGGER poison ON search_documents",
        });
        assert!(service.run(&["search", "rebuild"]).status.success());
        let told = service.run(&["search", "status"]);
        assert!(!String::from_utf8_lossy(&told.stdout).contains(&poison));
    }

    fn the_index_is_never_trusted_about_what_readers_may_see(service) {
        let world = World::new(service);
        let report = published(&world);
        let finds = || {
            let found = search(service, "q=%E6%94%BF%E5%BA%9C%E4%BF%A1%E6%81%AF%E5%85%AC%E5%BC%80").expect(200).value();
            found["items"].as_array().is_some_and(|items| !items.is_empty())
        };
        wait_for(|| Some(()).filter(|()| finds()));
        // From here on the index stands still.
        service.database.execute("UPDATE positions SET seq = 1000000 WHERE name = 'search'");
        world.transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "含个人信息"})).expect(201);
        assert!(!finds(), "withdrawn, and still in the index");
        world.transit(&report, &world.publisher(), json!({"action": "correct", "comment": "改正"})).expect(201);
        world.publish(&report);
        assert!(!finds(), "the text of a revision that nobody sees any more");
    }
}
