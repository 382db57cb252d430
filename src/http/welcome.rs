//! `/`: where a stranger begins, as a page or as JSON.

use super::kernel::accept::PageQuery;
use super::kernel::{BASE, Call, Code, NoParameters, Problem, Reply};
use super::problem_pages::framed;
use crate::domain::language::Language;
use actix_web::get;
use actix_web::http::header;
use chrono::{Days, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_index).service(read_security_contact);
}

/// 入口。
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    name: &'static str,
    /// 程序版本，与接口文档的 `info.version` 相同。
    version: &'static str,
    /// 从这里可以去的地方。
    links: Vec<IndexLink>,
}

/// 一处。
#[derive(Debug, Serialize, ToSchema)]
pub struct IndexLink {
    /// 关系（RFC 8288、RFC 8631）；没有登记的关系用自己的名称。
    rel: &'static str,
    href: String,
    title: &'static str,
}

/// Relation, address, what it is in both languages.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("service-doc", "/docs", "接口文档，可以试用", "Documentation to read and to try"),
    ("service-desc", "/openapi.json", "接口文档（OpenAPI 3.1，JSON）", "OpenAPI 3.1 document, JSON"),
    ("alternate", "/openapi.yaml", "接口文档（OpenAPI 3.1，YAML）", "OpenAPI 3.1 document, YAML"),
    ("help", "/problems", "错误代码：原因、怎么办、例子", "Problems: cause, remedy, example"),
    ("status", "/healthz", "是否存活", "Whether the service lives"),
    ("version", "/version", "版本", "Version"),
    ("collection", "/api/v1/reports", "已发布的报告", "Published reports"),
    ("agencies", "/api/v1/agencies", "机关登记", "Registry of agencies"),
    ("years", "/api/v1/years", "报告年度", "Reporting years"),
    ("formats", "/api/v1/formats", "法定格式", "Statutory forms"),
    ("search", "/api/v1/search", "全文检索（`?q=`）", "Full-text search (`?q=`)"),
    ("changes", "/api/v1/changes", "公开变更", "Public changes"),
];

fn links(language: Language) -> Vec<IndexLink> {
    let in_words = |zh, en| if language == Language::Chinese { zh } else { en };
    let each = PLACES.iter().map(|(rel, href, zh, en)| IndexLink {
        rel,
        href: (*href).to_owned(),
        title: in_words(zh, en),
    });
    each.collect()
}

fn page(language: Language) -> String {
    let (title, what) = match language {
        Language::Chinese => (
            "年报 nianbao",
            "政府信息公开工作年度报告的填报、校验、审查、发布与汇总。这是一个接口，供程序使用；从下面开始。",
        ),
        Language::English => (
            "nianbao",
            "Filing, checking, reviewing, publishing and adding up the annual reports on open government information. \
             This is an interface for programs; begin below.",
        ),
    };
    let rows: String = links(language)
        .iter()
        .map(|link| {
            format!(
                "<tr><td><a href=\"{0}\"><code>{0}</code></a></td><td>{1}</td></tr>",
                link.href, link.title
            )
        })
        .collect();
    framed(
        title,
        &format!(
            "<p>{what}</p><table>{rows}</table><p><code>{BASE}</code> · {}</p>",
            env!("CARGO_PKG_VERSION")
        ),
        language,
    )
}

/// 入口
///
/// 浏览器得到网页，程序得到 JSON；链接也在答复头 `Link`（RFC 8288）。
#[utoipa::path(
    tag = "service",
    params(PageQuery),
    responses((status = 200, description = "入口", content(
        (Index = "application/json"), (String = "text/html; charset=utf-8"),
    ))),
)]
#[get("/")]
pub async fn read_index(call: Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let language = call.language();
    let index = || {
        Reply::ok(&Index {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            links: links(language),
        })
    };
    let reply = query.reply(&call, || page(language), index);
    let each = PLACES.iter().map(|(rel, href, ..)| format!("<{href}>; rel=\"{rel}\""));
    Ok(reply.header(header::LINK, each.collect::<Vec<String>>().join(", ")))
}

/// 安全联系人
///
/// 发现漏洞时向谁报告（RFC 9116）；运维方没有设置 `server.security_contact` 时没有这份文件。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "联系方式", body = String, content_type = "text/plain; charset=utf-8")),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/.well-known/security.txt")]
pub async fn read_security_contact(call: Call) -> Result<Reply, Problem> {
    let _: NoParameters = call.query()?;
    let contact = &call.service.options.security_contact;
    // The standard wants a day until which this holds; whoever comes later reads it anew.
    let until = Utc::now().checked_add_days(Days::new(180)).filter(|_| !contact.is_empty());
    let until = until.ok_or_else(|| Problem::new(Code::NotFound))?;
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = format!("Contact: {contact}\nExpires: {until}\nPreferred-Languages: zh, en\n");
    Ok(Reply::bytes("text/plain; charset=utf-8", text))
}
