//! `nianbao demo`: a fresh embedded database with a real report filed, reviewed and published.

use super::failure::Failure;
use super::options::{service_options, store_options};
use super::token::{Order, issue};
use crate::domain::access::Lifetimes;
use crate::domain::id::AgencyId;
use crate::domain::rights::{Role, Stage};
use crate::operations::AgencyRef;
use crate::operations::people::GrantOrder;
use crate::settings::{LogFormat, Sources, load};
use crate::storage::Store;
use crate::{http, telemetry};
use clap::Args;
use std::net::{TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};

mod filing;
mod registry;

#[derive(Debug, Args)]
pub struct Options {
    /// 监听的地址；演示只在本机（回环地址）提供。不给则用 NIANBAO__SERVER__LISTEN，默认 127.0.0.1:8080
    #[arg(long, value_name = "地址")]
    listen: Option<String>,
    /// 演示数据库所在的目录；每次启动重新建立
    #[arg(long, default_value = "var/demo", value_name = "目录")]
    dir: PathBuf,
}

/// One of the people of the demo, with the token to act as them.
pub struct Actor {
    pub title: &'static str,
    pub role: Role,
    pub secret: String,
    pub token: crate::domain::people::Token,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut settings = load(&Sources::default())?;
    if let Some(listen) = &options.listen {
        settings.server.listen.clone_from(listen);
    }
    let listen = settings.server.listen.clone();
    let listener = listen_at_home(&listen)?;
    let file = options.dir.join("nianbao.db");
    remove_old(&file)?;
    settings.database.url = format!("sqlite://{}", file.display());
    settings.telemetry.format = LogFormat::Text;
    settings.telemetry.filter = "warn".to_owned();
    let _lines = telemetry::start(&settings.telemetry);
    let store_options = store_options(&settings)?;
    Store::migrate(&store_options)?;
    let store = Store::open(store_options)?;
    let agencies = registry::plant(&store)?;
    registry::open_years(&store)?;
    let filer = agencies.get(registry::FILER).ok_or_else(|| Failure::Usage("演示数据不全".to_owned()))?;
    let county = agencies.get(registry::COUNTY).ok_or_else(|| Failure::Usage("演示数据不全".to_owned()))?;
    let people = appoint(&store, county)?;
    let report = filing::file(&store, filer, &people)?;
    let tour = tour(&report, filer, county, &people);
    http::serve(listener, store, service_options(&settings)?, |url| {
        let _shown = super::print(&tour.replace("{url}", url));
    })
    .map_err(|error| Failure::Listen(listen, error))
}

/// Refuses other machines; the port is taken before anything is made.
fn listen_at_home(listen: &str) -> Result<TcpListener, Failure> {
    let wrong = || Failure::Usage(format!("演示只在本机提供：--listen 应为 127.0.0.1:端口，现在是 {listen}"));
    let address = listen.to_socket_addrs().map_err(|_| wrong())?.next().ok_or_else(wrong)?;
    if !address.ip().is_loopback() {
        return Err(wrong());
    }
    TcpListener::bind(address).map_err(|error| Failure::Listen(listen.to_owned(), error))
}

/// Takes away what an earlier demo left; nothing else in the folder is touched.
fn remove_old(file: &Path) -> Result<(), Failure> {
    for suffix in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{suffix}", file.display()));
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Three reviewers, for three different people must approve; one person for each other role.
fn appoint(store: &Store, county: &AgencyId) -> Result<Vec<Actor>, Failure> {
    let posts = [
        ("填报员", "赵填报", Role::Editor, None),
        ("初审员", "钱初审", Role::Reviewer, Some(Stage::First)),
        ("复审员", "孙复审", Role::Reviewer, Some(Stage::Second)),
        ("终审员", "李终审", Role::Reviewer, Some(Stage::Final)),
        ("发布员", "周发布", Role::Publisher, None),
        ("主管部门", "吴主管", Role::Supervisor, None),
        ("管理员", "郑管理", Role::Admin, None),
    ];
    posts
        .into_iter()
        .map(|(title, name, role, stage)| {
            let agency = (role != Role::Admin).then(|| AgencyRef::Id(county.clone()));
            let grant = GrantOrder { stage, ..GrantOrder::whole(role, agency) };
            let order = Order {
                name: name.to_owned(),
                person: None,
                grant,
                separated: false,
                machine: false,
                expires_at: None,
            };
            let (secret, token) = issue(store, order, Lifetimes::default())?;
            Ok(Actor { title, role, secret, token })
        })
        .collect()
}

/// What is printed once the service listens.
fn tour(
    report: &crate::domain::id::ReportId,
    filer: &AgencyId,
    county: &AgencyId,
    people: &[Actor],
) -> String {
    let secret =
        |role: Role| people.iter().find(|actor| actor.role == role).map_or("", |actor| actor.secret.as_str());
    let tokens: String = people
        .iter()
        .map(|actor| format!("  {}\t{}\t{}\n", actor.title, actor.token.person.name, actor.secret))
        .collect();
    format!(
        "年报演示已启动（Ctrl-C 结束；每次启动重新建立演示数据库）\n\n\
         可以打开：\n\
         \x20 由此开始      {{url}}/\n\
         \x20 接口文档      {{url}}/docs\n\
         \x20 已发布的报告  {{url}}/api/v1/reports/{report}\n\
         \x20 机关树        {{url}}/api/v1/agencies/{county}/tree\n\
         \x20 应报名单      {{url}}/api/v1/years/2023/roster?within={county}\n\
         \x20 校验规则      {{url}}/api/v1/rules\n\
         \x20 错误清单      {{url}}/problems\n\n\
         令牌（Authorization: Bearer …）：\n{tokens}\n\
         试一试：\n\
         \x20 curl '{{url}}/api/v1/agencies/{filer}/reports/2023'\n\
         \x20 curl -H 'Authorization: Bearer {editor}' '{{url}}/api/v1/reports/{report}/findings'\n\
         \x20 curl -H 'Authorization: Bearer {editor}' -H 'Content-Type: text/plain' \
         --data-binary @tests/fixtures/000_21ff2a0d32bbf7b0.txt '{{url}}/api/v1/imports?dry_run=true'\n",
        editor = secret(Role::Editor),
    )
}
