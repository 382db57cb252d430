//! `nianbao seed`: a province (or the country) with its reports, to try the service out at its real size.
//!
//! The divisions are real, the departments are those a government usually has; figures and narratives are
//! made up from a fixed seed, satisfy every identity, and follow from year to year.

use super::failure::Failure;
use super::import::progress;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::{named, settle_estimates, write};
use super::token::act_of_program;
use crate::domain::agency::{AgencyFilter, Contact, Kind, Level};
use crate::domain::figures::Figures;
use crate::domain::form;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::report::{Content, Heading, Scope};
use crate::domain::workflow::Action;
use crate::domain::year::{YearPlan, YearState};
use crate::operations::agencies::{self, AgencyDraft};
use crate::operations::reports::{self, NewReport, TransitionOrder};
use crate::operations::{AgencyRef, Answer, Archiving, Asking, Desk, Policy, Refusal, at_desk, years};
use crate::storage::{Act, Later, Store};
use chrono::{Datelike, Days, NaiveDate};
use clap::Args;
use fastrand::Rng;
use figures::Carried;
use registry::Seeded;
use std::collections::VecDeque;

mod divisions;
mod figures;
mod narrative;
mod registry;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 省份的区划代码，如 14（山西省）
    #[arg(long, value_name = "代码", conflicts_with = "national", required_unless_present = "national")]
    province: Option<String>,
    /// 全国：约 16 万个机关，一个年度，5% 的报告有完整的文字
    #[arg(long)]
    national: bool,
    /// 年度：2019..2025（含两端）或 2025
    #[arg(long, value_name = "年度", value_parser = read_years, default_value = "2019..2025",
        default_value_if("national", "true", "2025"))]
    years: (i32, i32),
    /// 随机数的种子；相同的种子得到相同的数字和文字
    #[arg(long, value_name = "数", default_value_t = 20_210_930)]
    seed: u64,
}

/// Jobs that wait in the lane at once.
const WINDOW: usize = 512;

fn read_years(text: &str) -> Result<(i32, i32), String> {
    let wrong = || "写作 2019..2025 或 2025，2019 年及以后".to_owned();
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let read = |text: &str| text.trim_start_matches('=').parse::<i32>().map_err(|_| wrong());
    match (read(from)?, read(to)?) {
        (from, to) if (2019..=to).contains(&from) && to <= crate::domain::year::LAST_YEAR => Ok((from, to)),
        _ => Err(wrong()),
    }
}

/// Work that is under way in the bulk queue, oldest first.
struct Underway<'a> {
    store: &'a Store,
    bar: indicatif::ProgressBar,
    pending: VecDeque<Later<(), Refusal>>,
}

impl Underway<'_> {
    fn add(
        &mut self,
        (asking, act): (Asking, Act),
        operation: impl FnMut(&mut Desk<'_>) -> Answer<()> + Send + 'static,
    ) -> Result<(), Failure> {
        while self.pending.len() >= WINDOW {
            self.wait()?;
        }
        self.pending.push_back(self.store.write_later(act, at_desk(asking, operation))?);
        Ok(())
    }

    fn wait(&mut self) -> Result<(), Failure> {
        if let Some(oldest) = self.pending.pop_front() {
            oldest.wait()?;
            self.bar.inc(1);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        while !self.pending.is_empty() {
            self.wait()?;
        }
        self.bar.finish_and_clear();
        Ok(())
    }
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let (from, to) = options.years;
    if to >= super::program::today().year() {
        return Err(Failure::Usage(format!("{to} 年度还没有结束，不会有已发布的报告")));
    }
    let settings = options.config.load()?;
    let store_options = store_options(&settings)?;
    Store::migrate(&store_options)?;
    let store = Store::open(store_options)?;
    let done = seed(&store, options, from, to);
    store.close();
    done
}

fn seed(store: &Store, options: &Options, from: i32, to: i32) -> Result<(), Failure> {
    let there = store.read_blocking(|connection| {
        crate::storage::agencies::count(connection, &AgencyFilter::default()).map_err(Refusal::from)
    })?;
    if there > 0 {
        return Err(Failure::Usage(
            "数据库里已有机关；seed 只写入空的数据库，请另设 NIANBAO__DATABASE__URL".to_owned(),
        ));
    }
    let began = std::time::Instant::now();
    let agencies = registry::agencies(options.province.as_deref())?;
    let ids = register(store, &agencies)?;
    settle_estimates(store)?;
    let (asking, act) = named(store)?;
    // Nothing of it is true, and it stands in a database of its own: it counts as published on the days it says.
    let asking = Asking { policy: Policy { archiving: Archiving::MadeUp, ..Policy::USUAL }, ..asking };
    let mut rng = Rng::with_seed(options.seed);
    let mut carried = vec![Carried::default(); agencies.len()];
    let mut filed = 0;
    for year in from..=to {
        open_year(store, year)?;
        let reports = Reports { year, last: year == to, brief: options.national, asking: &asking, act: &act };
        filed += reports.file(store, &agencies, &ids, &mut carried, &mut rng)?;
        if year != to {
            set_state(store, year, 2, YearState::Closed)?;
        }
        settle_estimates(store)?;
    }
    print(&format!(
        "{} 个机关，{filed} 份报告，用时 {:.1} 秒\n",
        agencies.len(),
        began.elapsed().as_secs_f64()
    ))
}

fn register(store: &Store, agencies: &[Seeded]) -> Result<Vec<AgencyId>, Failure> {
    let ids: Vec<AgencyId> = agencies.iter().map(|_| AgencyId::from_uuid(uuid::Uuid::now_v7())).collect();
    let mut underway = Underway { store, bar: progress(agencies.len()), pending: VecDeque::new() };
    for (agency, id) in agencies.iter().zip(&ids) {
        let draft = AgencyDraft {
            name: agency.name.clone(),
            short_name: None,
            uscc: None,
            level: agency.level,
            kind: agency.kind,
            division_code: agency.division_code.parse().ok(),
            parent: agency.parent.and_then(|at| ids.get(at)).cloned().map(AgencyRef::Id),
            valid_from: None,
            valid_to: None,
            contact: Contact::default(),
        };
        let (asking, id) = (super::program::asking_as_program(), id.clone());
        underway.add((asking, act_of_program("seed")), move |desk| {
            agencies::create(desk, &id, &draft).map(|_| ())
        })?;
    }
    underway.finish()?;
    Ok(ids)
}

fn open_year(store: &Store, year: i32) -> Result<(), Failure> {
    let plan = YearPlan::default_for(year);
    write(store, act_of_program("seed"), move |desk| years::create(desk, &plan))?;
    set_state(store, year, 1, YearState::Open)
}

fn set_state(store: &Store, year: i32, version: i64, state: YearState) -> Result<(), Failure> {
    let plan = YearPlan { state, ..YearPlan::default_for(year) };
    write(store, act_of_program("seed"), move |desk| years::update(desk, version, &plan))?;
    Ok(())
}

/// The reports of one year.
struct Reports<'a> {
    year: i32,
    /// The last year is still under way: some reports are drafts, in review or not begun.
    last: bool,
    brief: bool,
    asking: &'a Asking,
    act: &'a Act,
}

/// How far a report has come.
enum Stage {
    Missing,
    Draft,
    InReview,
    Published(NaiveDate),
}

impl Reports<'_> {
    /// Files them all, whoever stands below first; gives their number.
    fn file(
        &self,
        store: &Store,
        agencies: &[Seeded],
        ids: &[AgencyId],
        carried: &mut [Carried],
        rng: &mut Rng,
    ) -> Result<usize, Failure> {
        let form = form::for_year(self.year);
        let plan = YearPlan::default_for(self.year);
        let mut below: Vec<Figures> = vec![Figures::empty(form); agencies.len()];
        let mut underway = Underway { store, bar: progress(agencies.len()), pending: VecDeque::new() };
        let mut filed = 0;
        for at in (0..agencies.len()).rev() {
            let (Some(agency), Some(id), Some(carried)) =
                (agencies.get(at), ids.get(at), carried.get_mut(at))
            else {
                continue;
            };
            let scope = Scope::expected_of(agency.kind);
            let stage = self.stage(plan.due_on(agency.level, scope), rng);
            let own = figures::own(form, agency.level, agency.kind, rng, carried);
            // A government above the township adds up what is below it, as its drafts have it too.
            let adds_up = agency.kind == Kind::Government && agency.level != Level::Township;
            let figures = if adds_up { below.get(at).cloned().unwrap_or(own) } else { own };
            let counts = scope == Scope::Own || adds_up;
            if let Some(above) = agency.parent.filter(|_| counts).and_then(|at| below.get_mut(at)) {
                let sum = above.checked_add(&figures);
                *above = sum.map_err(|fault| Failure::Usage(fault.to_string()))?;
            }
            if !matches!(stage, Stage::Missing) {
                let content = self.content(figures, &agency.name, rng);
                self.send(&mut underway, (agency, id), scope, content, stage)?;
                filed += 1;
            }
        }
        underway.finish()?;
        Ok(filed)
    }

    fn stage(&self, due_on: NaiveDate, rng: &mut Rng) -> Stage {
        let days = match rng.u8(0..100) {
            0 if self.last => return Stage::Missing,
            1..=2 if self.last => return Stage::Draft,
            3..=4 if self.last => return Stage::InReview,
            5..=9 => return Stage::Published(due_on + Days::new(rng.u64(1..20))),
            _ => rng.u64(0..20),
        };
        Stage::Published(due_on - Days::new(days))
    }

    fn content(&self, figures: Figures, name: &str, rng: &mut Rng) -> Content {
        let mut content = Content::empty(figures.form());
        content.figures = figures;
        if self.brief && rng.u8(0..20) > 0 {
            narrative::tell_briefly(&mut content, name, self.year);
        } else {
            narrative::tell(&mut content, name, self.year, rng);
        }
        content
    }

    fn send(
        &self,
        underway: &mut Underway<'_>,
        (agency, id): (&Seeded, &AgencyId),
        scope: Scope,
        content: Content,
        stage: Stage,
    ) -> Result<(), Failure> {
        let new = NewReport {
            id: ReportId::from_uuid(uuid::Uuid::now_v7()),
            agency: AgencyRef::Id(id.clone()),
            year: self.year,
            scope,
            heading: Heading {
                title: Some(format!("{}{}年政府信息公开工作年度报告", agency.name, self.year)),
                signed_by: Some(agency.name.clone()),
                signed_on: None,
                index_number: None,
            },
            source_url: None,
            content: Some(content),
            prefill: None,
            source: None,
            origin: crate::operations::reports::Origin::Created,
        };
        let transition = uuid::Uuid::now_v7().to_string();
        let asking = self.asking.clone();
        let act = Act { at: act_of_program("seed").at, request_id: "seed".to_owned(), ..self.act.clone() };
        underway.add((asking, act), move |desk| {
            if let Stage::Published(day) = stage {
                reports::load(desk, &new, &transition, day)?;
                return Ok(());
            }
            let view = reports::create(desk, &new)?;
            if matches!(stage, Stage::InReview) {
                let order = TransitionOrder {
                    id: transition.clone(),
                    report_id: view.report.id,
                    action: Action::Submit,
                    comment: None,
                    published_on: None,
                    version: view.report.version,
                };
                reports::transition(desk, &order)?;
            }
            Ok(())
        })
    }
}
