//! `/me/tasks`: what waits for whoever asks.

use super::kernel::format::{day, time};
use super::kernel::names::{ReportScope, ReportStatus, TaskKind};
use super::kernel::{Call, Limit, Problem, Reply, query};
use crate::domain::agency::Agency;
use crate::domain::pending::PendingAct;
use crate::domain::roster::RosterEntry;
use crate::operations::people::{self, Task};
use crate::operations::reports::ReportView;
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_tasks);
}

/// 机关。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskAgency)]
pub struct TaskAgency {
    #[schema(format = "uuid")]
    id: String,
    name: String,
}

/// 一件待办。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub struct TaskBody {
    /// `returned`（被退回）、`review`（待审核）、`publish`（待发布）、`finish`（草稿待续）、`answer`（密级标识或个人信息待主管部门答复）、
    /// `confirm`（别人提请的操作待确认，见 `GET /pending`）、`comment`（别人的意见待答复）、`file`（临近应报日期而未填报）、`urge`（所辖机关临近应报日期而未填报，待催报）。
    #[schema(value_type = TaskKind)]
    kind: &'static str,
    /// 待确认的操作不是关于一个机关的，为空。
    agency: Option<TaskAgency>,
    year: Option<i32>,
    /// 待确认的操作为空。
    #[schema(value_type = Option<ReportScope>)]
    scope: Option<&'static str>,
    /// 还没有报告时为空。
    #[schema(format = "uuid")]
    report_id: Option<String>,
    #[schema(value_type = Option<ReportStatus>)]
    status: Option<&'static str>,
    #[schema(format = Date)]
    due_on: String,
    /// 已过应报日期。
    overdue: bool,
    /// 从何时起等着；还没有报告时为空。
    #[schema(format = DateTime)]
    since: Option<String>,
    /// 待确认的操作的编号；其他待办为空。
    #[schema(format = "uuid")]
    pending_id: Option<String>,
}

/// 待办，最急的在前。
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskList {
    items: Vec<TaskBody>,
    /// 总是空：待办一次给出，`limit` 之外的先办完前面的再取。
    next_cursor: Option<String>,
    /// 共有几件；每一类（一个年度、一个状态）至多计 200 件。
    total: usize,
}

fn of_report(kind: &'static str, view: &ReportView, today: chrono::NaiveDate) -> TaskBody {
    TaskBody {
        kind,
        agency: Some(TaskAgency { id: view.agency.id.to_string(), name: view.agency.name.clone() }),
        year: Some(view.report.year),
        scope: Some(view.report.scope.as_str()),
        report_id: Some(view.report.id.to_string()),
        status: Some(view.revision.state.as_str()),
        due_on: day(view.due_on),
        overdue: view.due_on < today,
        since: Some(time(view.revision.updated_at)),
        pending_id: None,
    }
}

fn of_line(kind: &'static str, line: &RosterEntry, today: chrono::NaiveDate) -> TaskBody {
    TaskBody {
        kind,
        agency: Some(TaskAgency { id: line.agency_id.to_string(), name: line.name.clone() }),
        year: Some(line.year),
        scope: Some(line.scope.as_str()),
        report_id: None,
        status: None,
        due_on: day(line.due_on),
        overdue: line.due_on < today,
        since: None,
        pending_id: None,
    }
}

fn of_pending(pending: &PendingAct, about: Option<&Agency>, due_on: chrono::NaiveDate) -> TaskBody {
    TaskBody {
        kind: "confirm",
        agency: about.map(|agency| TaskAgency { id: agency.id.to_string(), name: agency.name.clone() }),
        year: pending.year,
        scope: None,
        report_id: pending.report_id.as_ref().map(ToString::to_string),
        status: None,
        due_on: day(due_on),
        overdue: false,
        since: Some(time(pending.asked_at)),
        pending_id: Some(pending.id.to_string()),
    }
}

impl TaskBody {
    fn of(task: &Task, today: chrono::NaiveDate) -> TaskBody {
        match task {
            Task::Returned(view) => of_report("returned", view, today),
            Task::Review(view) => of_report("review", view, today),
            Task::Publish(view) => of_report("publish", view, today),
            Task::Finish(view) => of_report("finish", view, today),
            Task::Answer(view) => of_report("answer", view, today),
            Task::Comment(view) => of_report("comment", view, today),
            Task::Confirm(pending, about) => of_pending(pending, about.as_deref(), task.due_on()),
            Task::File(line) => of_line("file", line, today),
            Task::Urge(line) => of_line("urge", line, today),
        }
    }
}

query!(TasksQuery {
    /// 至多几件，1–200，默认 50。
    limit: Option<Limit>,
});

/// 我的待办
///
/// 等我审核的、等我发布的、退回给我的、未完成的草稿、别人的意见等我答复的、30 天内到期或已逾期而还没有填报的，按应报日期排列。
/// 主管部门另有：所辖报告中的密级标识和个人信息等我答复的；最后是所辖机关 30 天内到期或已逾期而还没有填报的。
#[utoipa::path(
    tag = "administration",
    params(TasksQuery),
    responses((status = 200, description = "待办", body = TaskList)),
    extensions(("x-cost" = json!("scan")), ("x-token" = json!(true))),
)]
#[get("/me/tasks")]
pub async fn list_tasks(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let query: TasksQuery = call.query()?;
    let limit = usize::try_from(query.limit.map_or(50, |limit| limit.0)).unwrap_or(50);
    let today = call.asking().today;
    let now = call.caller.at;
    let tasks = call.look(move |connection, asking| people::tasks(connection, asking, now)).await?;
    let items = tasks.iter().take(limit).map(|task| TaskBody::of(task, today)).collect();
    Ok(Reply::ok(&TaskList { items, next_cursor: None, total: tasks.len() }))
}
