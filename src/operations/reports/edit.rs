//! Changing a draft: the whole report or one section, all through one save.

use super::allowed::not_editable;
use super::beside::around_of;
use super::create::declared_zero;
use super::read::{ReportView, find_raw};
use crate::domain::audit::AuditAction;
use crate::domain::digest::Beside;
use crate::domain::id::ReportId;
use crate::domain::report::{Content, Heading};
use crate::domain::rights::Right;
use crate::domain::workflow::State;
use crate::domain::year::YearState;
use crate::operations::publishable::require_publishable;
use crate::operations::{Answer, Asking, Conflict, Desk, Ready, Refusal, permit, require_present};
use crate::storage::{Act, AnyConnection, Note, reports, revisions};
use chrono::NaiveDate;
use serde_json::json;

/// What a report is to say; made from the caller's body over what they have seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Everything, at the report's own version.
    Whole {
        /// The report's, as the caller has seen it.
        version: i64,
        /// Title, signature and index number.
        heading: Heading,
        /// Where it stands on the agency's own site.
        source_url: Option<String>,
        /// The day it stands there since.
        source_published_on: Option<NaiveDate>,
        /// Numbers and narratives.
        content: Box<Content>,
    },
    /// One section, at its version.
    Section {
        /// Its place among the form's sections.
        at: usize,
        /// The section's, as the caller has seen it.
        version: Option<i64>,
        /// The report's, with the section as it is to be.
        content: Box<Content>,
        /// It was taken out and comes back.
        adding: bool,
    },
}

/// Editors edit; publishers may set where a published report stands.
pub fn require_edit_right(asking: &Asking, view: &ReportView) -> Answer<()> {
    let unread = view.revision.state == State::Draft && view.report.published_revision.is_none();
    let may = view.allows(asking, Right::File) || (!unread && view.allows(asking, Right::Publish));
    permit(may)
}

/// A change made ready: the report as it will stand, and which of its rows that writes.
#[derive(Debug, Clone)]
pub struct ReadySave {
    next: ReportView,
    /// Content is written anew.
    writes: bool,
    /// The revision that readers see is to tell that something about it changed.
    tells: Option<i32>,
    /// `None`: it says what stands there already, and leaves no trace.
    note: Option<Note>,
}

impl ReadySave {
    /// The report as it will stand.
    pub fn view(&self) -> &ReportView {
        &self.next
    }
}

/// Decides a change on a reader; it rests on the report.
pub fn prepare_save(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    id: &ReportId,
    edit: &Edit,
) -> Answer<Ready<ReadySave>> {
    let ready = make_ready(connection, act, asking, id, edit)?;
    let agency = ready.next.agency.id.clone();
    Ok(Ready::on(connection, [&agency], ready)?.sure())
}

/// Decides a change and enters it in one place in the lane.
pub fn save(desk: &mut Desk<'_>, id: &ReportId, edit: &Edit) -> Answer<ReportView> {
    let ready = make_ready(desk.connection, desk.act, desk.asking, id, edit)?;
    enter_save(desk, &ready)?;
    Ok(ready.next)
}

/// Writes a change that was made ready.
pub fn enter_save(desk: &mut Desk<'_>, ready: &ReadySave) -> Answer<()> {
    let (next, Some(note)) = (&ready.next, &ready.note) else { return Ok(()) };
    if ready.writes {
        revisions::update(desk.connection, &next.revision)?;
    }
    if let Some(number) = ready.tells {
        revisions::touch(desk.connection, &next.report.id, number, desk.act.at)?;
    }
    reports::update(desk.connection, &next.report)?;
    desk.notes.audit(note.clone());
    Ok(())
}

fn make_ready(
    connection: &mut AnyConnection,
    act: &Act,
    asking: &Asking,
    id: &ReportId,
    edit: &Edit,
) -> Answer<ReadySave> {
    let present = find_raw(connection, id)?;
    if !present.allows(asking, Right::SeeDrafts) {
        return Err(Refusal::NotFound);
    }
    require_edit_right(asking, &present)?;
    require_version(&present, edit)?;
    let is_read = present.report.published_revision.is_some();
    let publishes = present.allows(asking, Right::Publish);
    let mut next = present.clone();
    next.report.version += 1;
    next.report.updated_at = act.at;
    let (heading, content) = match edit {
        Edit::Whole { heading, source_url, source_published_on, content, .. } => {
            // What readers see already is the publishers': an editor who says nothing of it leaves it.
            let leaves = !publishes && source_url.is_none() && source_published_on.is_none();
            if !(is_read && leaves) {
                next.report.source_url.clone_from(source_url);
                next.report.source_published_on = *source_published_on;
            }
            (heading.clone(), (**content).clone())
        }
        Edit::Section { at, content, adding, .. } => {
            let exists = present.revision.content.sections.get(*at).is_some_and(|section| section.present);
            if *adding && exists {
                return Err(Refusal::conflict(Conflict::SectionExists));
            }
            let mut whole = present.revision.content.clone();
            whole.take_section(*at, content);
            (present.revision.heading.clone(), whole)
        }
    };
    let source = |view: &ReportView| (view.report.source_url.clone(), view.report.source_published_on);
    let adds = matches!(edit, Edit::Section { adding: true, .. });
    let unchanged = heading == present.revision.heading && content == present.revision.content;
    let drafts = present.revision.state == State::Draft;
    if unchanged && !adds && source(&next) == source(&present) && (drafts || publishes) {
        return Ok(ReadySave { next: present, writes: false, tells: None, note: None });
    }
    let rewrites = heading != present.revision.heading || content != present.revision.content;
    let moves_source = is_read && source(&next) != source(&present);
    if drafts && moves_source && !publishes {
        return Err(Refusal::Forbidden);
    }
    // Everybody reads it at once; what is drafted is judged with the draft.
    if moves_source && next.report.source_url != present.report.source_url {
        require_publishable(asking, [("source_url", next.report.source_url.as_deref())])?;
    }
    let writes = rewrites || (drafts && !moves_source);
    if writes {
        require_editable(connection, asking, &present)?;
        let author = asking.doer().ok_or(Refusal::Forbidden)?;
        let explanations = next.revision.beside.take().and_then(|beside| beside.explanations);
        next.revision.beside = Some(Beside { explanations, ..around_of(&next.report) });
        next.revision.write(heading, content, next.report.version, act.at, &author);
    } else if !publishes {
        return Err(not_editable(connection, asking, &present));
    }
    let mut tells = None;
    if moves_source || (!drafts && present.revision.state == State::Published) {
        // Its content stands; that something about it changed is told.
        next.report.public_version = Some(next.report.version);
        tells = next.report.published_revision;
        if tells == Some(next.revision.number) {
            next.revision.updated_at = act.at;
        }
    }
    let detail = json!({
        "revision": next.revision.number,
        "version": next.report.version,
        "digest": next.revision.digest,
        "section": section_name(&next, edit),
        "declared_zero": declared_zero(&next.revision.content),
        "source_url": next.report.source_url,
    });
    let to_source = moves_source || !rewrites;
    let action = if to_source { AuditAction::ReportSource } else { AuditAction::ReportEdit };
    let note = Note::new(action, detail).of(&next.agency.id).about(id);
    Ok(ReadySave { next, writes, tells, note: Some(note) })
}

fn section_name<'a>(view: &'a ReportView, edit: &Edit) -> Option<&'a str> {
    match edit {
        Edit::Whole { .. } => None,
        Edit::Section { at, .. } => {
            view.revision.content.form().sections.get(*at).map(|section| section.key.as_str())
        }
    }
}

/// The version the caller saw must be the present one: the report's, or the section's own.
fn require_version(present: &ReportView, edit: &Edit) -> Answer<()> {
    let (seen, now) = match edit {
        Edit::Whole { version, .. } => (Some(*version), Some(present.report.version)),
        Edit::Section { at, version, .. } => {
            (*version, present.revision.marks.get(*at).map(|mark| mark.version))
        }
    };
    require_present(seen.is_none() || seen == now)
}

/// Content is written in drafts of open years, and in corrections of closed ones.
pub(super) fn require_editable(
    connection: &mut AnyConnection,
    asking: &Asking,
    view: &ReportView,
) -> Answer<()> {
    permit(view.allows(asking, Right::File))?;
    if view.revision.state != State::Draft {
        return Err(not_editable(connection, asking, view));
    }
    require_year(view)
}

pub(super) fn require_year(view: &ReportView) -> Answer<()> {
    let correcting = view.revision.number > 1;
    match view.year.plan.state {
        YearState::Open => Ok(()),
        YearState::Closed if correcting => Ok(()),
        YearState::Planned | YearState::Closed | YearState::Archived => {
            Err(Refusal::conflict(Conflict::YearNotOpen))
        }
    }
}
