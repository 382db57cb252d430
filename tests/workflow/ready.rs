//! Commands made ready on a reader are entered while what they rest on stands, and only then.

use super::{Attempt, World, act, asking};
use crate::api::harness::database::Database;
use nianbao::inside::domain::id::ReportId;
use nianbao::inside::domain::rights::Role;
use nianbao::inside::operations::reports::{self, Edit, ReadySave};
use nianbao::inside::operations::{Ready, Refusal, at_desk};
use nianbao::inside::storage::{Act, Queue, StoredAnswer, WriteError, Written};

fn edit_of(world: &World, report: &ReportId, text: &str) -> Edit {
    let admin = asking(Role::Admin, None);
    let view = world.read(|c| reports::find(c, &admin, report, false)).expect("the report");
    let mut content = view.revision.content.clone();
    content.section_mut("other_matters").expect("the section").text = Some(text.to_owned());
    Edit::Whole {
        version: view.report.version,
        heading: view.revision.heading.clone(),
        source_url: None,
        source_published_on: None,
        content: Box::new(content),
    }
}

fn prepare(world: &World, report: &ReportId, text: &str) -> (Act, Ready<ReadySave>) {
    let edit = edit_of(world, report, text);
    let (act, editor) = (act(), asking(Role::Editor, Some(&world.people[0].0)));
    let ready = world.read(|c| reports::prepare_save(c, &act, &editor, report, &edit)).expect("ready");
    (act, ready)
}

fn enter(world: &World, act: Act, ready: Ready<ReadySave>) -> Result<Written<()>, WriteError<Refusal>> {
    let Ready { basis, command } = ready;
    let editor = asking(Role::Editor, Some(&world.people[0].0));
    let operation = at_desk(editor, move |desk| reports::enter_save(desk, &command));
    let nothing = |(): &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    let written = world.store.write_ready(Queue::Interactive, (act, Some(basis)), operation, nothing);
    actix_web::rt::System::new().block_on(written)
}

fn text_of(world: &World, report: &ReportId) -> String {
    let admin = asking(Role::Admin, None);
    let view = world.read(|c| reports::find(c, &admin, report, false)).expect("the report");
    view.revision.content.text("other_matters").unwrap_or_default().to_owned()
}

fn each_engine(check: impl Fn(World)) {
    check(World::on(Database::sqlite()));
    if let Some(database) = Database::postgres() {
        check(World::on(database));
    }
}

#[test]
fn what_others_do_elsewhere_stops_no_command_that_was_made_ready() {
    each_engine(|world| {
        let (report, other) = (world.file(), world.file());
        let (act, ready) = prepare(&world, &report, "甲");
        world.attempt(&other, 0, Attempt::Edit, 1);
        let _registered_meanwhile = world.file();
        assert!(matches!(enter(&world, act, ready), Ok(Written::Fresh(()))));
        assert_eq!(text_of(&world, &report), "甲");
    });
}

#[test]
fn a_command_whose_report_moved_meanwhile_is_to_be_made_ready_anew_and_changes_nothing() {
    each_engine(|world| {
        let report = world.file();
        let (act, ready) = prepare(&world, &report, "甲");
        world.attempt(&report, 0, Attempt::Edit, 7);
        let between = text_of(&world, &report);
        assert!(matches!(enter(&world, act, ready), Err(WriteError::Stale)));
        assert_eq!(text_of(&world, &report), between);
        let (act, again) = prepare(&world, &report, "乙");
        assert!(matches!(enter(&world, act, again), Ok(Written::Fresh(()))));
        assert_eq!(text_of(&world, &report), "乙");
    });
}
