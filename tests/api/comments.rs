//! Comments: remarks at places of a report, answered, settled, listed by a return.

use super::harness::client::Reply;
use super::harness::world::{World, id_of};
use serde_json::{Value, json};

const PLACE: &str = "/sections/requests/table/new_requests/total";

fn remark(world: &World<'_>, id: &str, token: &str, body: Value) -> Reply {
    world.service.post(&format!("/reports/{id}/comments")).token(token).json(&body).send()
}

on_both! {
    fn a_reviewer_asks_an_editor_answers_the_reviewer_settles(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let made = remark(&world, &id, &world.reviewer(1), json!({"pointer": PLACE, "text": "与台账不符？"})).expect(201);
        let comment = made.value();
        assert_eq!((&comment["state"], &comment["pointer"], &comment["revision"]), (&json!("open"), &json!(PLACE), &json!(1)));
        let path = made.header("location").expect("a place").to_owned();
        assert_eq!(service.get(&path).token(&world.editor()).send().expect(200).value(), comment);
        let answer = json!({"text": "已核对，台账漏登一件"});
        let answered = service.post(&format!("{path}/replies")).token(&world.editor()).json(&answer).send().expect(201).value();
        assert_eq!((&answered["state"], &answered["replies"][0]["text"]), (&json!("answered"), &answer["text"]));
        let settle = json!({"state": "settled"});
        let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
        let patch = |token: &str, tag: &str| service.patch(&path).token(token).if_match(tag).json(&settle).send();
        patch(&world.editor(), &tag).refused(403, "forbidden");
        service.patch(&path).token(&world.editor()).body("text/plain", "x").send().refused(403, "forbidden");
        patch(&world.reviewer(1), made.tag()).refused(412, "precondition_failed");
        service.patch(&path).token(&world.reviewer(1)).json(&settle).send().refused(428, "precondition_required");
        assert_eq!(patch(&world.reviewer(1), &tag).expect(200).value()["state"], "settled");
        let list = service.get(&format!("/reports/{id}/comments")).token(&world.editor()).send().value();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    }

    fn line_ends_of_a_text_become_one_however_it_was_sent(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let said = |text: &str| remark(&world, &id, &world.reviewer(1), json!({"text": text}));
        assert_eq!(said("第一行\r\n第二行\r第三行").expect(201).value()["text"], "第一行\n第二行\n第三行");
        said("响铃\u{7}").refused(422, "invalid_input");
    }

    fn a_return_lists_what_is_still_open(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        for text in ["第一处", "第二处"] {
            remark(&world, &id, &world.reviewer(1), json!({"pointer": "/sections/overview/text", "text": text})).expect(201);
        }
        let list = service.get(&format!("/reports/{id}/comments")).token(&world.editor()).send().value();
        let first = format!("/reports/{id}/comments/{}", list["items"][0]["id"].as_str().expect("an id"));
        let tag = service.get(&first).token(&world.reviewer(1)).send().tag().to_owned();
        service.patch(&first).token(&world.reviewer(1)).if_match(&tag).json(&json!({"state": "settled"})).send().expect(200);
        let made = world.transit(&id, &world.reviewer(1), json!({"action": "return", "comment": "见意见"})).expect(201).value();
        let open: Vec<&str> = made["open_comments"].as_array().expect("comments").iter()
            .filter_map(|comment| comment["text"].as_str()).collect();
        assert_eq!(open, ["第二处"]);
    }

    fn comments_are_for_those_whose_grant_covers_the_agency(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let path = format!("/reports/{id}/comments");
        service.get(&path).send().refused(401, "unauthorized");
        service.get(&path).token(&world.stranger()).send().refused(404, "not_found");
        remark(&world, &id, &world.stranger(), json!({"text": "x"})).refused(404, "not_found");
        world.publish(&id);
        service.get(&path).token(&world.stranger()).send().refused(403, "forbidden");
        remark(&world, &id, &world.reviewer(1), json!({"pointer": "/sections/nowhere", "text": "x"}))
            .faults("invalid_input", &["/pointer"]);
        remark(&world, &id, &world.reviewer(1), json!({"pointer": PLACE})).faults("invalid_input", &["/text"]);
        service.get(&format!("{path}/none")).token(&world.editor()).send().refused(404, "not_found");
    }
}
