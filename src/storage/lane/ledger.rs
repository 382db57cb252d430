//! The ledger row and the rows the runner writes for every act.

use super::answers::AnswerRow;
use super::entries::Entered;
use super::since::Since;
use super::{Act, Basis, Note, Notes, StoredAnswer};
use crate::domain::algorithm::Algorithm;
use crate::domain::audit::AuditAction;
use crate::domain::audit::guarded::CHANGES;
use crate::storage::audit::{AuditRow, ChangeRow};
use crate::storage::cluster::{self, Mark, SKIPPED_CHANGES, Standing};
use crate::storage::outbox;
use crate::storage::prepared::Prepare;
use crate::storage::schema::onward::deliveries;
use crate::storage::schema::{audit, changes, idempotency, ledger};
use crate::storage::seals::Touched;
use crate::storage::tally;
use crate::storage::together::Left;
use crate::storage::watch::{self, Watch};
use crate::storage::{AnyConnection, Stored};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Bool;

/// The numbers of a batch, from the row it holds.
pub(super) struct Ledger {
    pub(super) change_seq: i64,
    pub(super) audit_seq: i64,
    /// Where the audit stood before this batch.
    held_seq: i64,
    /// What commands that were made ready before it are compared with.
    since: Option<Since>,
    pub(super) audit_head: String,
    epoch: String,
    /// The cluster it is to be written on, where the row says another one or the epoch is new.
    restamped: Option<Option<Standing>>,
    /// Whether writes are on a standby before they are acknowledged, where the row says otherwise: settings change
    /// under an open connection. What is written under the one is, with all before it, what the other waits for.
    turned: Option<bool>,
    renewed: bool,
    pub(super) algorithm: Algorithm,
    /// What the jobs left behind, and what each wrote of rows that are sealed.
    pub(super) entered: Vec<Entered>,
    pub(super) touched: Vec<Touched>,
    /// What they left to be written with their group.
    left: Left,
    pub(super) audit: Vec<AuditRow>,
    changes: Vec<ChangeRow>,
    answers: Vec<AnswerRow>,
}

impl ChangeRow {
    /// The event as `GET /changes` gives it.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "seq": self.seq,
            "type": self.change_type.as_str(),
            "report_id": self.report_id,
            "agency_id": self.agency_id,
            "year": self.year,
            "revision": self.revision,
            "at": self.at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        })
    }
}

impl Ledger {
    /// Begins the batch's transaction and holds the row until its end. Before anything gets a number, it is seen
    /// whether this is still the log that the instance knows (`seen`, taken before): if not, a new epoch begins.
    pub fn hold(
        connection: &mut AnyConnection,
        seen: &Mark,
        fresh: Option<&Standing>,
    ) -> Result<Ledger, Error> {
        let columns =
            (ledger::change_seq, ledger::audit_seq, ledger::audit_head, ledger::epoch, ledger::digest);
        type Held = (i64, i64, String, String, Algorithm);
        let mut turned = None;
        let (change_seq, audit_seq, audit_head, epoch, algorithm) = match connection {
            AnyConnection::Postgres(inner) => {
                inner.batch_execute("BEGIN")?;
                let is = diesel::dsl::sql::<Bool>(cluster::SYNCHRONOUS);
                let row = ledger::table.select((columns, ledger::synchronous, is)).for_update();
                let (held, was, is) = row.first::<(Held, Option<i32>, bool)>(inner)?;
                turned = was.is_some_and(|was| (was == 1) != is).then_some(is);
                held
            }
            AnyConnection::Sqlite(inner) => {
                inner.batch_execute("BEGIN IMMEDIATE")?;
                ledger::table.select(columns).first::<Held>(inner)?
            }
        };
        let mut held = Ledger {
            change_seq,
            audit_seq,
            held_seq: audit_seq,
            since: None,
            audit_head,
            epoch,
            restamped: None,
            turned,
            renewed: false,
            algorithm,
            entered: Vec::new(),
            touched: Vec::new(),
            left: Left::default(),
            audit: Vec::new(),
            changes: Vec::new(),
            answers: Vec::new(),
        };
        held.see_whether_forked(connection, seen, fresh)?;
        Ok(held)
    }

    /// One instance begins the new epoch; the others see that the log has another name already.
    fn see_whether_forked(
        &mut self,
        connection: &mut AnyConnection,
        seen: &Mark,
        fresh: Option<&Standing>,
    ) -> Result<(), Error> {
        let lost = self.epoch == seen.epoch && cluster::is_lost(connection, seen, &self.mark())?;
        let mut unsure = false;
        if let Some(standing) = fresh {
            let written = cluster::written(connection)?;
            unsure = written.may_have_lost(standing);
            if !written.is(standing) {
                self.restamped = Some(Some(standing.clone()));
            }
        }
        if lost || unsure {
            self.begin_epoch(seen, fresh, lost);
        }
        Ok(())
    }

    fn begin_epoch(&mut self, seen: &Mark, fresh: Option<&Standing>, lost: bool) {
        let (found, before) = (self.mark(), self.change_seq);
        self.epoch = uuid::Uuid::now_v7().simple().to_string();
        self.renewed = true;
        self.restamped = Some(fresh.cloned());
        tracing::error!(
            seen.audit_seq,
            seen.audit_head,
            found.audit_seq,
            found.audit_head,
            lost,
            timeline = fresh.map(|standing| standing.timeline.as_str()),
            epoch = self.epoch,
            "the database has forked: acknowledged writes are or may be lost; a new epoch begins"
        );
        let mut notes = Notes { skipped_changes: SKIPPED_CHANGES, ..Notes::default() };
        notes.audit(Note {
            action: AuditAction::StoreFork,
            agency_id: None,
            report_id: None,
            detail: serde_json::json!({
                "previous_epoch": found.epoch,
                "epoch": self.epoch,
                "change_seq": before,
                "audit_seq": found.audit_seq,
                "lost": lost,
                "seen": {"seq": seen.audit_seq, "hash": seen.audit_head},
                "timeline": fresh.map(|standing| standing.timeline.as_str()),
            }),
        });
        let at = chrono::SubsecRound::trunc_subsecs(chrono::Utc::now().naive_utc(), 6);
        self.enter(&Act::of_service("fork", at), notes, Touched::default(), None);
    }

    /// Where the log ends, and how it is called.
    fn mark(&self) -> Mark {
        Mark { audit_seq: self.audit_seq, audit_head: self.audit_head.clone(), epoch: self.epoch.clone() }
    }

    /// Whether anything was written since that moves what a command rests on: by this batch, or before it.
    pub fn has_moved(&mut self, connection: &mut AnyConnection, basis: &Basis) -> QueryResult<bool> {
        if self.epoch != basis.epoch {
            return Ok(true);
        }
        let mut notes = self.entered.iter().flat_map(|entered| &entered.notes);
        if notes.any(|note| basis.is_moved_by(note.action.unsettles(), note.agency_id.as_deref())) {
            return Ok(true);
        }
        Ok(self.held_seq > basis.seq && Since::moves(&mut self.since, connection, basis)?)
    }

    /// Takes what a job that is kept left behind; it is numbered when the group is written.
    pub fn enter(&mut self, act: &Act, notes: Notes, touched: Touched, answer: Option<StoredAnswer>) {
        self.change_seq += notes.skipped_changes;
        let mut changes = Vec::with_capacity(notes.changes.len());
        for change in notes.changes {
            self.change_seq += 1;
            changes.push(ChangeRow {
                seq: self.change_seq,
                change_type: change.change_type,
                report_id: change.report_id,
                agency_id: change.agency_id,
                year: change.year,
                revision: change.revision,
                at: act.at,
            });
        }
        let touched = touched.and(&CHANGES, changes.iter().map(|change| change.seq.to_string()));
        self.changes.extend(changes);
        let of_act = Act { key: None, ..act.clone() };
        self.entered.push(Entered { act: of_act, notes: notes.audit });
        self.touched.push(touched);
        if let (Some(key), Some(answer)) = (&act.key, answer) {
            self.answers.push(AnswerRow {
                scope: key.scope.clone(),
                body_digest: key.body_digest.clone(),
                status: i32::from(answer.status),
                headers: serde_json::to_string(&answer.headers).unwrap_or_default(),
                body: answer.body,
                at: act.at,
            });
        }
    }

    /// Keeps what a job has left to be written with its group.
    pub fn leave(&mut self, left: Left) {
        self.left.extend(left);
    }

    /// Writes it: at the end, and before a job that is to find it written.
    pub fn write_left(&mut self, connection: &mut AnyConnection) -> Stored<()> {
        if self.left.is_empty() {
            return Ok(());
        }
        std::mem::take(&mut self.left).write(connection)?;
        tally::keep(connection)
    }

    /// Tells the watch what was committed.
    pub fn tell(&self, watch: &Watch) {
        let touched = self.audit.iter().map(|row| watch::Touched {
            seq: row.entry.seq,
            action: row.entry.action.clone(),
            report_id: row.entry.report_id.clone(),
        });
        let changed: Vec<String> = self.changes.iter().map(|change| change.report_id.clone()).collect();
        // Not the ledger's number: a restore passes over some that no change ever has.
        let last = self.changes.last().map_or(0, |change| change.seq);
        watch.committed(touched.collect(), &changed, last, (self.mark(), self.renewed));
    }

    /// Writes the batch's rows, one statement each, and puts the new numbers back.
    pub fn write(&mut self, connection: &mut AnyConnection) -> Stored<()> {
        self.write_left(connection)?;
        tally::settle(connection)?;
        if !self.changes.is_empty() {
            insert_all!(connection, changes::table, &self.changes);
        }
        self.chain(connection)?;
        if !self.audit.is_empty() {
            insert_all!(connection, audit::table, &self.audit);
        }
        if !self.changes.is_empty() {
            let deliveries = outbox::due_for(connection, &self.changes)?;
            if !deliveries.is_empty() {
                insert_all!(connection, deliveries::table, &deliveries);
            }
        }
        for answer in &self.answers {
            // A key past its day is written over.
            on_each!(connection, |c| diesel::delete(idempotency::table.find(&answer.scope))
                .prepared()
                .execute(c))?;
        }
        if !self.answers.is_empty() {
            insert_all!(connection, idempotency::table, &self.answers);
        }
        if let Some(standing) = &self.restamped {
            let of = standing.as_ref();
            let stamp = (
                ledger::epoch.eq(&self.epoch),
                ledger::system_id.eq(of.map(|standing| standing.system_id.as_str())),
                ledger::timeline.eq(of.map(|standing| standing.timeline.as_str())),
                ledger::synchronous.eq(of.map(|standing| i32::from(standing.synchronous))),
            );
            on_each!(connection, |c| diesel::update(ledger::table).set(stamp).execute(c))?;
        } else if let Some(turned) = self.turned {
            let stamp = ledger::synchronous.eq(i32::from(turned));
            on_each!(connection, |c| diesel::update(ledger::table).set(stamp).execute(c))?;
        }
        if self.audit.is_empty() && self.changes.is_empty() {
            return Ok(());
        }
        let numbers = (
            ledger::change_seq.eq(self.change_seq),
            ledger::audit_seq.eq(self.audit_seq),
            ledger::audit_head.eq(&self.audit_head),
        );
        on_each!(connection, |c| diesel::update(ledger::table).set(numbers).prepared().execute(c))?;
        Ok(())
    }
}
