//! What the public reads of each report, rendered behind the changes: a consumer of their sequence.

use super::read::{ReportView, published};
use crate::operations::following::{Following, Stretch};
use crate::operations::{Answer, Refusal};
use crate::storage::renditions::{self, Rendition};
pub use crate::storage::renditions::{Rendered, Wanted};
use crate::storage::{AnyConnection, StorageError, Stored};

/// How the renditions are called among the consumers of the changes.
const CONSUMER: &str = "renditions";
/// Changes taken at once: entering them takes less than a slice of the lane.
const CHANGES: i64 = 16;

/// How a program renders what the public reads.
#[derive(Debug, Clone, Copy)]
pub struct Renderer {
    /// Another one wherever a report may be rendered in another way.
    pub program: &'static str,
    pub render: fn(&ReportView) -> Rendering,
}

/// The body, and what of the tag tells apart what stands around the report.
#[derive(Debug, Clone)]
pub struct Rendering {
    pub around: String,
    pub body: String,
}

/// Some changes, or renditions that are outdated, made ready: what each report is read as from now on.
#[derive(Debug, Clone)]
pub struct RenditionStep {
    changes: Stretch,
    program: &'static str,
    renditions: Vec<Option<Rendition>>,
}

/// How the renditions follow.
pub const FOLLOWING: Following = Following { consumer: CONSUMER, most: CHANGES };

/// Reads and renders the next changes, at most so many, and where there are none what was emptied or made by an older
/// program; `None`: all is rendered.
pub fn next_step(
    connection: &mut AnyConnection,
    renderer: Renderer,
    most: i64,
) -> Answer<Option<RenditionStep>> {
    let next = Stretch::next(connection, CONSUMER, most)?;
    let goes_on = next.is_some();
    let changes = match next {
        Some(changes) => changes,
        None => match renditions::outdated(connection, renderer.program, most)? {
            outdated if outdated.is_empty() => return Ok(None),
            outdated => Stretch::standing(connection, CONSUMER, outdated)?,
        },
    };
    let mut renditions = Vec::with_capacity(changes.reports.len());
    for id in &changes.reports {
        let view = match published(connection, id) {
            // One that cannot be read would keep all the others waiting: there is no change to be set aside with.
            Err(Refusal::Storage(StorageError::Malformed { .. })) if !goes_on => None,
            view => view?,
        };
        renditions.push(view.map(|view| rendition(&view, renderer)));
    }
    Ok(Some(RenditionStep { changes, program: renderer.program, renditions }))
}

fn rendition(view: &ReportView, renderer: Renderer) -> Rendition {
    let Rendering { around, body } = (renderer.render)(view);
    Rendition {
        report: view.report.id.clone(),
        revision: view.revision.number,
        version: view.version(),
        due_on: view.due_on,
        uscc: view.agency.uscc.as_ref().map(ToString::to_string).unwrap_or_default(),
        around,
        modified: view.revision.updated_at,
        body,
    }
}

/// What stands of some published reports otherwise than they are rendered, by report and column. What was rendered
/// from something else is given to nobody, and is not looked at.
pub fn rendered_otherwise(
    connection: &mut AnyConnection,
    views: &[ReportView],
    renderer: Renderer,
) -> Answer<Vec<(String, &'static str)>> {
    let ids: Vec<String> = views.iter().map(|view| view.report.id.to_string()).collect();
    let stored = renditions::of_reports(connection, &ids, renderer.program)?;
    let mut otherwise = Vec::new();
    for found in stored {
        let Some(view) = views.iter().find(|view| view.report.id == found.report) else { continue };
        let right = rendition(view, renderer);
        let from = |one: &Rendition| (one.revision, one.version);
        if from(&found) != from(&right) {
            continue;
        }
        let pairs = [
            ("due_on", found.due_on != right.due_on),
            ("uscc", found.uscc != right.uscc),
            ("body", found.body != right.body),
            ("around", found.around != right.around),
            ("modified", found.modified != right.modified),
        ];
        let differing = pairs.into_iter().filter(|(_, differs)| *differs);
        otherwise.extend(differing.map(|(column, _)| (found.report.to_string(), column)));
    }
    Ok(otherwise)
}

/// Enters a step, in the lane; false where another instance has come before.
pub fn enter_step(connection: &mut AnyConnection, step: &RenditionStep) -> Answer<bool> {
    if !step.changes.take(connection, CONSUMER)? {
        return Ok(false);
    }
    for (report, rendition) in step.changes.reports.iter().zip(&step.renditions) {
        match rendition {
            Some(rendition) => renditions::put(connection, rendition, step.program)?,
            None => renditions::delete_of(connection, report)?,
        }
    }
    Ok(true)
}

/// What a program has rendered of a report, if it is still right.
pub fn find(connection: &mut AnyConnection, wanted: &Wanted, program: &str) -> Stored<Option<Rendered>> {
    renditions::find(connection, wanted, program)
}
