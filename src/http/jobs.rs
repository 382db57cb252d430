//! `/jobs`: work that goes on after its request was answered.

use super::kernel::format::time;
use super::kernel::names::{JobKind, JobStateName, ValidationTally};
use super::kernel::{BASE, Call, NoParameters, Problem, Reply, YearNumber, answer, query};
use crate::domain::job::{Job, JobState};
use crate::domain::report::ReportFilter;
use crate::operations::agencies;
use crate::operations::jobs::{self, require_validation_right};
use crate::operations::reports::{self, ReportQuery};
use crate::operations::{AgencyRef, years};
use crate::work::validate_all;
use actix_web::{delete, get, post};
use chrono::{SubsecRound, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(start_validation).service(read_job).service(cancel_job);
}

/// 任务的进度。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobProgress)]
pub struct ProgressBody {
    done: i64,
    total: i64,
}

answer! {
    /// 后台任务。
    #[schema(as = Job)]
    pub struct JobBody of(job: &Job, state: JobState) {
        #[schema(format = "uuid")]
        id: String = job.id.clone(),
        #[schema(value_type = JobKind)]
        kind: String = job.kind.as_str().to_owned(),
        #[schema(value_type = JobStateName)]
        state: &'static str = state.as_str(),
        year: Option<i32> = job.year,
        /// 范围；空 = 全部。
        #[schema(format = "uuid")]
        within: Option<String> = job.agency_id.clone(),
        progress: ProgressBody = ProgressBody { done: job.done, total: job.total },
        /// 结果，完成后才有。校验：`reports`、`valid`、`by_rule`（按规则）、`by_agency`（有错误或警告的报告）、`not_listed`。
        #[schema(value_type = Option<ValidationTally>)]
        result: Option<Value> = job.result.as_deref().and_then(|result| serde_json::from_str(result).ok()),
        #[schema(format = DateTime)]
        created_at: String = time(job.created_at),
        #[schema(format = DateTime)]
        updated_at: String = time(job.updated_at),
    }
}

query!(WithinQuery {
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部（系统管理员）。
    within: Option<AgencyRef>,
});

/// 校验一个年度的全部报告
///
/// 后台进行：立即答 202，`Location` 是任务的地址，在那里看进度和结果（按规则、按机关计数）。主管部门校验自己的范围，系统管理员校验全部。
#[utoipa::path(
    tag = "jobs",
    params(WithinQuery),
    responses((status = 202, description = "已开始", body = JobBody)),
    extensions(("x-cost" = json!("scan"))),
)]
#[post("/years/{year}/validation")]
pub async fn start_validation(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let year: YearNumber = call.part("year")?;
    let query: WithinQuery = call.query_after(move |connection, _| years::find(connection, year.0)).await?;
    let (id, at) = (uuid::Uuid::now_v7().to_string(), call.caller.at);
    let its_id = id.clone();
    let (job, path) = call
        .look(move |connection, asking| {
            years::find(connection, year.0)?;
            let (agency, path) = match &query.within {
                Some(within) => {
                    let agency = agencies::find(connection, within)?;
                    (Some(agency.id.to_string()), Some(agency.path))
                }
                None => (None, None),
            };
            require_validation_right(asking, year.0, path.as_ref())?;
            let filter = ReportFilter { year: Some(year.0), within: path.clone(), ..ReportFilter::default() };
            let query = ReportQuery { filter, ..ReportQuery::default() };
            let job = Job {
                id: its_id.clone(),
                kind: crate::domain::job::JobKind::Validation,
                state: JobState::Running,
                person_id: asking.person.as_ref().map(|person| person.id.to_string()).unwrap_or_default(),
                agency_id: agency,
                year: Some(year.0),
                done: 0,
                total: reports::count_all(connection, &asking.rights, &query)?,
                result: None,
                created_at: at,
                updated_at: at,
            };
            Ok((job, path))
        })
        .await?;
    let (reply, begins) = call
        .write_told(
            move |desk| jobs::start(desk, &job),
            move |job| {
                Reply::accepted(format!("{BASE}/jobs/{}", job.id), &JobBody::of(job, JobState::Running))
            },
        )
        .await?;
    if !begins {
        // The request that was first has its job under way.
        return Ok(reply);
    }
    actix_web::rt::spawn(validate_all(call.errand(), call.service.ending.clone(), id, year.0, path));
    Ok(reply)
}

/// 任务的进度和结果
///
/// 发起人和系统管理员可以读取。
#[utoipa::path(
    tag = "jobs",
    responses((status = 200, description = "任务", body = JobBody)),
    extensions(("x-token" = json!(true))),
)]
#[get("/jobs/{job}")]
pub async fn read_job(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id = call.id("job")?;
    let now = Utc::now().naive_utc().trunc_subsecs(6);
    let (job, state) = call.look(move |connection, asking| jobs::find(connection, asking, &id, now)).await?;
    let _: NoParameters = call.query()?;
    Ok(Reply::ok(&JobBody::of(&job, state)))
}

/// 取消任务
///
/// 任务在下一步停下；已经结束的不变。
#[utoipa::path(
    tag = "jobs",
    responses((status = 204, description = "已要求取消")),
    extensions(("x-unmatched" = json!(true))),
)]
#[delete("/jobs/{job}")]
pub async fn cancel_job(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id = call.id("job")?;
    let _: NoParameters = call.query()?;
    call.write(move |desk| jobs::cancel(desk, &id), |()| Reply::no_content()).await
}
