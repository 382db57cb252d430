//! An agency as JSON, both ways.

use crate::domain::agency::{Agency, Contact, DivisionCode, Kind, Level, Uscc};
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::{AgencyIdOrCode, AgencyKind, AgencyLevel, AgencyStatusName};
use crate::http::kernel::sent::{Patch, Sent};
use crate::http::kernel::{Fault, Page, answer};
use crate::operations::AgencyRef;
use crate::operations::agencies::{AgencyDraft, AgencyTree};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

answer! {
    /// 机关。
    #[schema(as = Agency)]
    pub struct AgencyBody of(agency: &Agency) {
        /// 编号，UUIDv7，由服务端生成。
        #[schema(format = "uuid", read_only)]
        id: String = agency.id.to_string(),
        /// 名称（全称）。
        #[schema(min_length = 1, max_length = 200)]
        name: String = agency.name.clone(),
        /// 简称。
        #[schema(min_length = 1, max_length = 100)]
        short_name: Option<String> = agency.short_name.clone(),
        /// 统一社会信用代码（GB 32100-2015），在用机关中唯一。
        #[schema(pattern = "^[0-9A-HJ-NPQRTUWXY]{18}$")]
        uscc: Option<String> = agency.uscc.as_ref().map(ToString::to_string),
        #[schema(value_type = AgencyLevel)]
        level: &'static str = agency.level.as_str(),
        #[schema(value_type = AgencyKind)]
        kind: &'static str = agency.kind.as_str(),
        /// 行政区划代码：6 位（GB/T 2260）、9 位（GB/T 10114）或 12 位。
        #[schema(pattern = "^([0-9]{6}|[0-9]{9}|[0-9]{12})$")]
        division_code: Option<String> = agency.division_code.as_ref().map(ToString::to_string),
        /// 上级机关；写入时也可用统一社会信用代码。空 = 顶级。
        #[schema(format = "uuid")]
        parent_id: Option<String> = agency.parent_id.as_ref().map(ToString::to_string),
        #[schema(value_type = AgencyStatusName, read_only)]
        status: &'static str = agency.status.as_str(),
        /// 设立日期；空 = 自始。
        #[schema(format = Date)]
        valid_from: Option<String> = agency.valid_from.map(day),
        /// 终止日期：从这一天起不再存在。
        #[schema(format = Date)]
        valid_to: Option<String> = agency.valid_to.map(day),
        /// 承继机关。
        #[schema(format = "uuid", read_only)]
        successor_id: Option<String> = agency.successor_id.as_ref().map(ToString::to_string),
        contact: ContactBody = ContactBody {
            address: agency.contact.address.clone(),
            postcode: agency.contact.postcode.clone(),
            phone: agency.contact.phone.clone(),
            email: agency.contact.email.clone(),
            website: agency.contact.website.clone(),
        },
        /// 建立时间。
        #[schema(format = DateTime, read_only)]
        created_at: String = time(agency.created_at),
        /// 最近修改时间。
        #[schema(format = DateTime, read_only)]
        updated_at: String = time(agency.updated_at),
    }
}

/// 联系方式。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct ContactBody {
    /// 地址。
    #[schema(max_length = 200)]
    address: Option<String>,
    /// 邮政编码，6 位数字。
    #[schema(pattern = "^[0-9]{6}$")]
    postcode: Option<String>,
    /// 电话。
    #[schema(max_length = 50)]
    phone: Option<String>,
    /// 电子邮箱。
    #[schema(max_length = 200)]
    email: Option<String>,
    /// 网站，http 或 https 地址。
    #[schema(max_length = 500)]
    website: Option<String>,
}

answer! {
    /// 机关及其下级。
    #[schema(as = AgencyTree)]
    pub struct TreeBody of(tree: &AgencyTree) {
        #[serde(flatten)]
        agency: AgencyBody = AgencyBody::of(&tree.agency),
        /// 直接下级，按编号排列；超出 `depth` 的不列出。
        #[schema(no_recursion)]
        children: Vec<TreeBody> = tree.children.iter().map(TreeBody::of).collect(),
        /// 只在最上一级，且只在没有给全时出现：以下超过 5000 个，只给出给得全的各层；其余用较小的范围或 `/children` 逐页读。
        #[schema(nullable = false)]
        #[serde(skip_serializing_if = "Option::is_none")]
        truncated: Option<bool> = tree.truncated.then_some(true),
    }
}

pub type AgencyList = Page<AgencyBody>;

/// 上级机关，自顶级起。
#[derive(Debug, Serialize, ToSchema)]
pub struct AncestorList {
    pub items: Vec<AgencyBody>,
    /// 总是空：一次给出。
    pub next_cursor: Option<String>,
}

/// 要登记或改成的机关。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyInput {
    /// 名称（全称）。
    #[schema(format = "name", min_length = 1, max_length = 200)]
    name: String,
    /// 简称。
    #[schema(format = "name", min_length = 1, max_length = 100)]
    short_name: Option<String>,
    /// 统一社会信用代码（GB 32100-2015，两个校验码都须对），在用机关中唯一。
    #[schema(value_type = Option<String>, format = "uscc", pattern = "^[0-9A-HJ-NPQRTUWXY]{18}$")]
    uscc: Option<Uscc>,
    #[schema(value_type = AgencyLevel)]
    level: Level,
    #[schema(value_type = AgencyKind)]
    kind: Kind,
    /// 行政区划代码：6 位（GB/T 2260）、9 位（GB/T 10114）或 12 位。
    #[schema(
        value_type = Option<String>, format = "division-code", pattern = "^([0-9]{6}|[0-9]{9}|[0-9]{12})$"
    )]
    division_code: Option<DivisionCode>,
    /// 上级机关；空 = 顶级。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    parent_id: Option<AgencyRef>,
    /// 设立日期；空 = 自始。
    valid_from: Option<NaiveDate>,
    /// 终止日期：从这一天起不再存在。
    valid_to: Option<NaiveDate>,
    contact: Option<ContactInput>,
}

pub type AgencyPatch = Patch<AgencyInput>;

/// 联系方式。
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// 地址。
    #[schema(min_length = 1, max_length = 200)]
    address: Option<String>,
    /// 邮政编码，6 位数字。
    #[schema(format = "postcode", pattern = "^[0-9]{6}$")]
    postcode: Option<String>,
    /// 电话。
    #[schema(min_length = 1, max_length = 50)]
    phone: Option<String>,
    /// 电子邮箱。
    #[schema(format = "email", min_length = 1, max_length = 200)]
    email: Option<String>,
    /// 网站，http 或 https 地址。
    #[schema(format = "uri", min_length = 1, max_length = 500)]
    website: Option<String>,
}

impl AgencyInput {
    /// What its days have against each other.
    pub fn fault(&self) -> Option<Fault> {
        let (from, to) = (self.valid_from?, self.valid_to?);
        (to < from).then(|| Fault::at("/valid_to", "period_order"))
    }
}

impl From<AgencyInput> for AgencyDraft {
    fn from(sent: AgencyInput) -> AgencyDraft {
        let contact = sent.contact.unwrap_or_default();
        AgencyDraft {
            name: sent.name,
            short_name: sent.short_name,
            uscc: sent.uscc,
            level: sent.level,
            kind: sent.kind,
            division_code: sent.division_code,
            parent: sent.parent_id,
            valid_from: sent.valid_from,
            valid_to: sent.valid_to,
            contact: Contact {
                address: contact.address,
                postcode: contact.postcode,
                phone: contact.phone,
                email: contact.email,
                website: contact.website,
            },
        }
    }
}

/// Which parent a body names, before it is judged: `Some(None)` for a root, `None` where that cannot be told.
pub fn named_parent(body: &Sent<AgencyInput>) -> Option<Option<AgencyRef>> {
    match body.member("parent_id") {
        None | Some(Value::Null) => Some(None),
        Some(_) => body.agency("parent_id").map(Some),
    }
}
