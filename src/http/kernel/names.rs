//! Closed lists of names as schemas of their own: one walk over the domain's list, no second copy.

use crate::documents::write;
use crate::domain::pending;
use crate::domain::{agency, audit, form, job, onward, report, rights, rules, workflow, year};
use crate::operations::webhooks::{EVENTS, TEST};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! named_schemas {
    ($($(#[doc = $doc:literal])+ $name:ident: $names:expr;)+) => {$(
        $(#[doc = $doc])+
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names: Vec<&'static str> = $names;
                let schema = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(names))
                    .description(Some(concat!($($doc),+).trim()));
                RefOr::T(Schema::Object(schema.build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+

    /// The names of a closed list, by the name of its schema.
    pub fn values(schema: &str) -> Vec<&'static str> {
        match schema {
            $(stringify!($name) => $names,)+
            _ => Vec::new(),
        }
    }};
}

named_schemas! {
    /// 行政层级：国家、省、市、县、乡镇（街道）。
    AgencyLevel: agency::Level::ALL.iter().map(|level| level.as_str()).collect();
    /// 机关类别：人民政府、政府办公厅（室）、工作部门、直属机构、派出机构、垂直管理机构、法律法规授权组织、开发区。
    AgencyKind: agency::Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    /// 机关状态：在用、已合并、已撤销。
    AgencyStatusName: agency::AgencyStatus::ALL.iter().map(|status| status.as_str()).collect();
    /// 报告年度的状态。
    YearStateName: year::YearState::ALL.iter().map(|state| state.as_str()).collect();
    /// 报告范围：本机关（own）或本级政府汇总（consolidated）。
    ReportScope: vec![report::Scope::Own.as_str(), report::Scope::Consolidated.as_str()];
    /// 报告的状态：草稿、初审、复审、终审、待发布、已发布、已撤回。
    ReportStatus: workflow::State::ALL.iter().map(|state| state.as_str()).collect();
    /// 对报告的操作。
    ActionName: workflow::Action::ALL.iter().map(|action| action.as_str()).collect();
    /// 是否按期：以首次发布之日与应报日期比较，从那时起不变；`archived`：装载的旧文件，不论按期与否。
    TimelinessName: report::Timeliness::ALL.iter().map(|timeliness| timeliness.as_str()).collect();
    /// 进入的方式：令牌、统一身份认证、领取码、命令行、服务自身、没有令牌。
    SignInWay: audit::Way::ALL.iter().map(|way| way.as_str()).collect();
    /// 两份有什么关系：背后是作者、本轮已经审核过、背后是本轮的另一人、有一次审核不算、背后是发给令牌的人、背后是提请的人、背后是被授权的人。
    WhyName: workflow::Why::ALL.iter().map(|why| why.as_str()).collect();
    /// 角色：填报员、审核员、发布员、主管部门、系统管理员、安全管理员、审计员、超级管理员（首次设置和小单位）。
    RoleName: rights::Role::ALL.iter().map(|role| role.as_str()).collect();
    /// 授权到哪里为止：该机关及其以下（subtree），或只是该机关（agency）。
    ReachName: rights::Reach::ALL.iter().map(|reach| reach.as_str()).collect();
    /// 审核环节：初审、复审、终审。
    StageName: rights::Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    /// 问题的轻重。
    SeverityName: rules::Severity::ALL.iter().map(|severity| severity.as_str()).collect();
    /// 法定格式的编号，见 GET /formats。
    FormatName: form::all().iter().map(|form| form.id.as_str()).collect();
    /// 部分的键名，各格式的都在内。
    SectionKind: section_keys();
    /// 报告文件的格式。
    DocumentFormat: write::Format::ALL.iter().map(|format| format.as_str()).collect();
    /// 可以订阅的事件。
    EventName: EVENTS.iter().map(|event| event.as_str()).collect();
    /// 送出的事件：公开变更，或试送。
    DeliveredEvent: EVENTS.iter().map(|event| event.as_str()).chain([TEST]).collect();
    /// Webhook 的状态：启用、停用。
    WebhookState: onward::WebhookState::ALL.iter().map(|state| state.as_str()).collect();
    /// 送达的状态：待送、已送达、死信（不再自动重送）。
    DeliveryState: onward::DeliveryState::ALL.iter().map(|state| state.as_str()).collect();
    /// 意见的状态：待答复、已答复、已了结。
    CommentState: report::CommentState::ALL.iter().map(|state| state.as_str()).collect();
    /// 后台任务的种类：校验一个年度的全部报告。
    JobKind: job::JobKind::ALL.iter().map(|kind| kind.as_str()).collect();
    /// 后台任务的状态：进行中、正在取消、已取消、已完成、已失败。
    JobStateName: job::JobState::ALL.iter().map(|state| state.as_str()).collect();
    /// 待办的种类：被退回、待审核、待发布、草稿待续、待主管部门答复、意见待答复、待确认、应填报、应催报。
    TaskKind: vec!["returned", "review", "publish", "finish", "answer", "comment", "confirm", "file", "urge"];
    /// 须由另一个人确认的操作：改变审核的设置、归档、撤回、抹去、授予主管部门以上的角色。
    HeldActName: pending::HeldAct::ALL.iter().map(|act| act.as_str()).collect();
    /// 对提请的决定：确认、拒绝。
    PendingVerdict: pending::Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    /// 合并、更名、撤销。
    SuccessionKindName: agency::SuccessionKind::ALL.iter().map(|kind| kind.as_str()).collect();
    /// 建立报告时填入：上年报告的结转下年度，或本级及以下已发布报告之和（汇总报告）。
    PrefillName: vec!["previous", "subordinates"];
    /// 机关的变动：登记、修改、移动、合并、更名、撤销。
    AgencyChangeKind: agency::AgencyChange::ALL.iter().map(|change| change.as_str()).collect();
    /// 数据库。
    DatabaseName: vec!["sqlite", "postgres"];
    /// 分组的方式：直接下级、层级、类别。
    BreakdownKind: vec!["child", "level", "kind"];
    /// 错误代码，封闭清单，见 GET /problems。
    ProblemCode: super::problem::Code::ALL.iter().map(|code| code.as_str()).collect();
}

/// The keys of all forms' sections, the newest form's first.
fn section_keys() -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = Vec::new();
    for section in form::all().iter().rev().flat_map(|form| &form.sections) {
        if !keys.contains(&section.key.as_str()) {
            keys.push(&section.key);
        }
    }
    keys
}

/// An address or a network in what is sent.
pub struct Network;

impl PartialSchema for Network {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("network".to_owned())))
            .min_length(Some(2))
            .max_length(Some(49))
            .description(Some("地址或网段，如 192.168.1.5、10.0.0.0/8、fd00::/8。"));
        RefOr::T(Schema::Object(schema.build()))
    }
}

impl ToSchema for Network {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Network")
    }
}

/// How an agency is named in what is sent.
pub struct AgencyIdOrCode;

impl PartialSchema for AgencyIdOrCode {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("agency".to_owned())))
            .min_length(Some(18))
            .max_length(Some(45))
            .description(Some("机关编号（UUID）或统一社会信用代码（18 位）。"));
        RefOr::T(Schema::Object(schema.build()))
    }
}

impl ToSchema for AgencyIdOrCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("AgencyIdOrCode")
    }
}

/// Schemas whose content the document's finisher writes from the forms; here they only have a name.
macro_rules! finished_schemas {
    ($($name:ident as $wire:literal;)+) => {$(
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(SchemaType::AnyValue).build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($wire)
            }
        }
    )+};
}

finished_schemas! {
    AgencyItems as "AgencyItems";
    AnyJson as "AnyJson";
    AuditDetail as "AuditDetail";
    EventPayload as "EventPayload";
    Figure as "Figure";
    ImportForm as "ImportForm";
    IndicatorChanges as "IndicatorChanges";
    IndicatorValues as "IndicatorValues";
    ProblemSchema as "Problem";
    Tables as "Tables";
    ValidationTally as "ValidationTally";
    Sections as "Sections";
    DocumentSchema as "ReportDocument";
    SectionsInput as "SectionsInput";
}

/// `in_force` → `InForce`.
pub fn pascal(key: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    key.split('_').map(word).collect()
}
