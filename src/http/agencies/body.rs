//! An agency as JSON, both ways.

use crate::domain::agency::{Agency, Contact, UsccFault};

use crate::http::kernel::fields::Fields;
use crate::http::kernel::format::is_web_address;
use crate::http::kernel::format::{day, time};
use crate::http::kernel::names::{AgencyKind, AgencyLevel, AgencyStatusName};
use crate::http::kernel::paging::Page;
use crate::operations::agencies::{AgencyDraft, AgencyTree};
use crate::operations::{AgencyRef, InputFault};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// 机关。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agency)]
pub struct AgencyBody {
    /// 编号，UUIDv7，由服务端生成。
    #[schema(format = "uuid", read_only)]
    id: String,
    /// 名称（全称）。
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// 简称。
    #[schema(min_length = 1, max_length = 100)]
    short_name: Option<String>,
    /// 统一社会信用代码（GB 32100-2015），在用机关中唯一。
    #[schema(pattern = "^[0-9A-HJ-NPQRTUWXY]{18}$")]
    uscc: Option<String>,
    #[schema(value_type = AgencyLevel)]
    level: &'static str,
    #[schema(value_type = AgencyKind)]
    kind: &'static str,
    /// 行政区划代码：6 位（GB/T 2260）、9 位（GB/T 10114）或 12 位。
    #[schema(pattern = "^([0-9]{6}|[0-9]{9}|[0-9]{12})$")]
    division_code: Option<String>,
    /// 上级机关；写入时也可用统一社会信用代码。空 = 顶级。
    #[schema(format = "uuid")]
    parent_id: Option<String>,
    #[schema(value_type = AgencyStatusName, read_only)]
    status: &'static str,
    /// 设立日期；空 = 自始。
    #[schema(format = Date)]
    valid_from: Option<String>,
    /// 终止日期：从这一天起不再存在。
    #[schema(format = Date)]
    valid_to: Option<String>,
    /// 承继机关。
    #[schema(format = "uuid", read_only)]
    successor_id: Option<String>,
    contact: ContactBody,
    /// 建立时间。
    #[schema(format = DateTime, read_only)]
    created_at: String,
    /// 最近修改时间。
    #[schema(format = DateTime, read_only)]
    updated_at: String,
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

impl From<&Agency> for AgencyBody {
    fn from(agency: &Agency) -> AgencyBody {
        AgencyBody {
            id: agency.id.to_string(),
            name: agency.name.clone(),
            short_name: agency.short_name.clone(),
            uscc: agency.uscc.as_ref().map(ToString::to_string),
            level: agency.level.as_str(),
            kind: agency.kind.as_str(),
            division_code: agency.division_code.as_ref().map(ToString::to_string),
            parent_id: agency.parent_id.as_ref().map(ToString::to_string),
            status: agency.status.as_str(),
            valid_from: agency.valid_from.map(day),
            valid_to: agency.valid_to.map(day),
            successor_id: agency.successor_id.as_ref().map(ToString::to_string),
            contact: ContactBody {
                address: agency.contact.address.clone(),
                postcode: agency.contact.postcode.clone(),
                phone: agency.contact.phone.clone(),
                email: agency.contact.email.clone(),
                website: agency.contact.website.clone(),
            },
            created_at: time(agency.created_at),
            updated_at: time(agency.updated_at),
        }
    }
}

/// 机关及其下级。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyTree)]
pub struct TreeBody {
    #[serde(flatten)]
    agency: AgencyBody,
    /// 直接下级，按编号排列；超出 `depth` 的不列出。
    #[schema(no_recursion)]
    children: Vec<TreeBody>,
    /// 只在最上一级，且只在没有给全时出现：以下超过 5000 个，只给出给得全的各层；其余用较小的范围或 `/children` 逐页读。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
}

impl From<&AgencyTree> for TreeBody {
    fn from(tree: &AgencyTree) -> TreeBody {
        TreeBody {
            agency: AgencyBody::from(&tree.agency),
            children: tree.children.iter().map(TreeBody::from).collect(),
            truncated: tree.truncated.then_some(true),
        }
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

/// Key of the message about a credit code.
fn uscc_fault(fault: UsccFault) -> &'static str {
    match fault {
        UsccFault::Length => "uscc_length",
        UsccFault::Alphabet => "uscc_alphabet",
        UsccFault::Check => "uscc_check",
        UsccFault::OrganizationCheck => "uscc_organization_check",
    }
}

/// Reads what a caller says about an agency; `present` is what it is now.
pub fn read_draft(
    object: &Map<String, Value>,
    present: Option<&Value>,
) -> Result<AgencyDraft, Vec<InputFault>> {
    let mut fields = Fields::new(object, present);
    fields.read_only(&["id", "successor_id", "created_at", "updated_at"]);
    match (present, object.get("status").and_then(Value::as_str)) {
        // A new agency is active; saying so is no fault.
        (None, Some("active")) => {
            fields.take("status");
        }
        _ => fields.read_only(&["status"]),
    }
    let name = fields.text("name", 200);
    let name = fields.require("name", name);
    let short_name = fields.text("short_name", 100);
    let uscc = fields.read("uscc", |text| text.parse().map_err(uscc_fault));
    let level = fields.read("level", |text| text.parse().map_err(|()| "invalid_value"));
    let level = fields.require("level", level);
    let kind = fields.read("kind", |text| text.parse().map_err(|()| "invalid_value"));
    let kind = fields.require("kind", kind);
    let division_code = fields.read("division_code", |text| text.parse().map_err(|()| "division_code"));
    let parent = fields.read("parent_id", read_parent);
    let valid_from = fields.day("valid_from");
    let valid_to = fields.day("valid_to");
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to < from
    {
        fields.fault("valid_to", "period_order");
    }
    let contact = fields.nested("contact", read_contact).unwrap_or_default();
    match (name, level, kind, fields.finish()) {
        (Some(name), Some(level), Some(kind), faults) if faults.is_empty() => Ok(AgencyDraft {
            name,
            short_name,
            uscc,
            level,
            kind,
            division_code,
            parent,
            valid_from,
            valid_to,
            contact,
        }),
        (_, _, _, faults) => Err(faults),
    }
}

/// Which parent a body names, before it is read whole: `Some(None)` for a root, `None` where that cannot be
/// told.
pub fn named_parent(object: &Map<String, Value>) -> Option<Option<AgencyRef>> {
    match object.get("parent_id") {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(read_parent(text).ok()),
        Some(_) => None,
    }
}

/// What cannot be a reference names nothing, as one that is not there.
fn read_parent(text: &str) -> Result<AgencyRef, &'static str> {
    Ok(text.parse().unwrap_or(AgencyRef::Nowhere))
}

fn read_contact(fields: &mut Fields<'_>) -> Contact {
    let contact = Contact {
        address: fields.text("address", 200),
        postcode: fields.text("postcode", 20),
        phone: fields.text("phone", 50),
        email: fields.text("email", 200),
        website: fields.text("website", 500),
    };
    let six_digits = |code: &String| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if contact.postcode.as_ref().is_some_and(|code| !six_digits(code)) {
        fields.fault("postcode", "invalid_contact");
    }
    let mailbox = |mail: &String| {
        mail.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !mail.chars().any(char::is_whitespace)
        })
    };
    if contact.email.as_ref().is_some_and(|mail| !mailbox(mail)) {
        fields.fault("email", "invalid_contact");
    }
    if contact.website.as_ref().is_some_and(|url| !is_web_address(url)) {
        fields.fault("website", "invalid_url");
    }
    contact
}
