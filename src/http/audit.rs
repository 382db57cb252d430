//! `/audit`: what happened, for those who answer for it; its head, for everyone.

use super::kernel::names::{AuditDetail, SignInWay};
use super::kernel::{Call, Code, Page, Paging, Problem, Reply, Sequence, answer, query};
use crate::domain::audit::{AuditFilter, AuditLine, Origin};
use crate::domain::id::{PersonId, ReportId};
use crate::operations::AgencyRef;
use crate::operations::audit::{self, AuditQuery};
use actix_web::get;
use chrono::{NaiveDateTime, SecondsFormat};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_audit).service(read_audit_head);
}

answer! {
    /// 审计中的经办人。
    #[schema(as = AuditPerson)]
    pub struct AuditPerson of(id: &str, name: Option<&str>) {
        #[schema(format = "uuid")]
        id: String = id.to_owned(),
        name: Option<String> = name.map(str::to_owned),
    }
}

/// 命令行的使用者。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditOperator)]
pub struct AuditOperator {
    /// 操作系统用户。
    user: String,
    /// 主机名。
    host: String,
}

/// 从哪里、由什么方式做的。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditSession)]
pub struct AuditSession {
    /// 进入的方式。
    #[schema(value_type = SignInWay)]
    way: String,
    /// 所用的令牌。
    #[schema(format = "uuid")]
    token_id: Option<String>,
    /// 客户端地址；只给看全部审计的人。
    client: Option<String>,
    /// 命令行的使用者；只给看全部审计的人。
    operator: Option<AuditOperator>,
}

impl AuditSession {
    /// Whoever sees a subtree is told how and with which token, not from where.
    pub fn of(origin: &Origin, told_where: bool) -> Option<AuditSession> {
        let operator = origin.operator_user.clone().zip(origin.operator_host.clone());
        Some(AuditSession {
            way: origin.way.clone()?,
            token_id: origin.token_id.clone(),
            client: origin.client.clone().filter(|_| told_where),
            operator: operator.filter(|_| told_where).map(|(user, host)| AuditOperator { user, host }),
        })
    }
}

answer! {
    /// 一条审计。
    #[schema(as = AuditEntry)]
    pub struct AuditBody of(line: &AuditLine, told_where: bool) {
        /// 序号，从 1 起，没有空号。
        seq: i64 = line.entry.seq,
        /// RFC 3339，UTC，微秒。
        #[schema(format = DateTime)]
        at: String = line.entry.at.clone(),
        /// 经办人；空 = 程序自己（命令行）。
        person: Option<AuditPerson> =
            line.entry.person_id.as_ref().map(|id| AuditPerson::of(id, line.entry.person_name.as_deref())),
        /// 做了什么，如 `report.transition`；以后会有新的，须容忍不认识的。
        action: String = line.entry.action.clone(),
        #[schema(format = "uuid")]
        agency_id: Option<String> = line.entry.agency_id.clone(),
        #[schema(format = "uuid")]
        report_id: Option<String> = line.entry.report_id.clone(),
        /// 具体内容。
        #[schema(value_type = AuditDetail)]
        detail: Value = serde_json::from_str(&line.entry.detail).unwrap_or(Value::Null),
        /// 请求编号。
        request_id: String = line.entry.request_id.clone(),
        /// 从哪里、由什么方式做的；旧版的条目没有记。
        session: Option<AuditSession> = AuditSession::of(&line.entry.origin, told_where),
        /// 前一条的哈希。
        previous_hash: String = line.previous.clone(),
        /// 本条的哈希：覆盖本条的每一列和前一条的哈希。
        hash: String = line.hash.clone(),
    }
}

pub type AuditList = Page<AuditBody>;

query!(AuditListQuery {
    /// 机关：编号或统一社会信用代码。
    agency_id: Option<AgencyRef>,
    /// 报告编号。
    report_id: Option<ReportId>,
    /// 人员编号。
    person_id: Option<PersonId>,
    /// 不早于。
    from: Option<NaiveDateTime>,
    /// 早于。
    to: Option<NaiveDateTime>,
    page: Paging,
});

impl AuditListQuery {
    /// A time that ends before it begins holds nothing, and is no answer.
    pub(super) fn require_order(&self) -> Result<(), Problem> {
        match self.from.zip(self.to) {
            Some((from, to)) if from >= to => Err(Problem::of_query(vec![("to".to_owned(), "range_order")])),
            _ => Ok(()),
        }
    }
}

/// As the entries write their times.
pub fn entry_time(at: NaiveDateTime) -> String {
    at.and_utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// 审计
///
/// 只增不改、连成一条哈希链。审计员看全部，主管部门看自己授权之内的；限了年度的授权看这些年度报告的。
#[utoipa::path(
    tag = "audit",
    params(AuditListQuery),
    responses((status = 200, description = "一页审计，自早至晚", body = AuditList)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/audit")]
pub async fn list_audit(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let query: AuditListQuery = call
        .query_after(|connection, asking| {
            audit::list(connection, asking, &AuditQuery::default(), 0, 0, false)
        })
        .await?;
    query.require_order()?;
    let wanted = AuditQuery {
        filter: AuditFilter {
            report_id: query.report_id.map(|id| id.to_string()),
            person_id: query.person_id.map(|id| id.to_string()),
            from: query.from.map(entry_time),
            before: query.to.map(entry_time),
            ..AuditFilter::default()
        },
        agency: query.agency_id,
    };
    let told_where = audit::sees_everything(&call.asking());
    let paging = query.page;
    paging
        .list(
            &call,
            "audit",
            move |connection, asking, page, count| {
                let after = page.after_id.as_deref().and_then(|seq| seq.parse().ok()).unwrap_or(0);
                audit::list(connection, asking, &wanted, after, page.limit, count)
            },
            |line| line.entry.seq.to_string(),
            |line| AuditBody::of(line, told_where),
        )
        .await
}

query!(HeadQuery {
    /// 问哪一条；不给则为末端。
    seq: Option<Sequence>,
});

/// 审计链的末端。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditHead)]
pub struct AuditHeadBody {
    /// 最后一条的序号。
    pub seq: i64,
    /// 最后一条的哈希；记下它，以后可用 `nianbao audit verify --expect SEQ:HASH` 核对。
    pub hash: String,
}

/// 审计链的末端
///
/// 公开：谁记下它，谁就是见证人。带 `seq` 则答那一条的哈希，没有那一条为 404：手中的哈希与它不同，或它不在了，这份审计就不是原来的那份。
#[utoipa::path(
    tag = "audit",
    params(HeadQuery),
    responses((status = 200, description = "末端，或所问的一条", body = AuditHeadBody)),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/audit/head")]
pub async fn read_audit_head(call: Call) -> Result<Reply, Problem> {
    let query: HeadQuery = call.query()?;
    let (seq, hash) =
        call.look(move |connection, _| audit::head(connection, query.seq.map(|seq| seq.0))).await?;
    Ok(Reply::ok(&AuditHeadBody { seq, hash }))
}
