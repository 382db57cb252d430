//! `nianbao token create`: the secret alone on standard output, everything else beside it.

use super::failure::Failure;
use super::grant::GrantOptions;
use super::operator::operator;
use super::options::{ConfigOptions, entry_rules, store_options};
use super::print;
use super::program::{asking_as_program, today, write_as};
use crate::domain::access::Lifetimes;
use crate::domain::audit::Session;
use crate::domain::calendar::start_of;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::people::Token;
use crate::domain::rights::Rights;
use crate::operations::people::{self, Drawn, GrantOrder, SubjectOrder, TokenOrder};
use crate::operations::{Asking, Refusal};
use crate::storage::{Act, DatabaseUrl, Store};
use chrono::{Duration, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 发给一个令牌：密文单独打印在标准输出，只显示这一次
    ///
    /// 例：nianbao token create --role reviewer --agency 11341702486344515H --name 王审 --stage first
    Create(Create),
}

#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    config: ConfigOptions,
    #[command(flatten)]
    grant: GrantOptions,
    /// 姓名；同时建立这个人，除非给出 --person
    #[arg(long, value_name = "姓名", default_value = "未具名")]
    name: String,
    /// 给已有的人（编号）再发一个令牌
    #[arg(long, value_name = "编号", value_parser = read_person)]
    person: Option<PersonId>,
    /// 失效日期 YYYY-MM-DD（北京时间，当日仍有效）
    #[arg(long, value_name = "日期", value_parser = read_day)]
    expires: Option<NaiveDate>,
    /// 给机器（程序）用，不是人：它的令牌由别人发给时，密文直接显示
    #[arg(long)]
    machine: bool,
    /// 统一身份认证（auth.oidc）中的身份编号：此人从此可以用它登录；只绑定一次
    #[arg(long, value_name = "编号", value_parser = super::person::read_subject)]
    subject: Option<String>,
}

pub fn read_person(text: &str) -> Result<PersonId, String> {
    text.parse().map_err(|()| "应为人员编号".to_owned())
}

fn read_day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "应为 YYYY-MM-DD".to_owned())
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Create(create) = verb;
    let grant = create.grant.order()?;
    let role = grant.role;
    let settings = create.config.load()?;
    let issuer = settings.auth.oidc.issuer.clone();
    if create.subject.is_some() && issuer.is_empty() {
        return Err(Failure::Usage("--subject 要先设置身份提供方：auth.oidc.issuer".to_owned()));
    }
    if let Some(day) = create.expires.filter(|day| *day < today()) {
        return Err(Failure::Usage(format!("--expires {day} 已经过了：应为今天或以后")));
    }
    let options = store_options(&settings)?;
    if let DatabaseUrl::Sqlite(file) = &options.url
        && !file.exists()
    {
        eprintln!("这里没有数据库，新建了一个：{}", file.display());
    }
    if settings.database.migrate || options.url.is_sqlite() {
        Store::migrate(&options)?;
    }
    let store = Store::open(options)?;
    let order = Order {
        name: create.name.clone(),
        person: create.person.clone(),
        grant,
        separated: settings.roles.separation,
        machine: create.machine,
        // The day still counts, in UTC+8.
        expires_at: create.expires.map(|day| start_of(day) + Duration::days(1)),
    };
    let issued = issue(&store, order, entry_rules(&settings).lifetimes).and_then(|(secret, token)| {
        if let Some(subject) = create.subject.clone() {
            bind(&store, token.person.id.clone(), SubjectOrder { issuer, subject })?;
        }
        Ok((secret, token))
    });
    store.close();
    let (secret, token) = issued?;
    eprintln!("{}（{}）的令牌，人员编号 {}；密文只显示这一次：", token.name, role.as_str(), token.person.id);
    print(&format!("{secret}\n"))
}

/// A token that is to be.
pub struct Order {
    pub name: String,
    pub person: Option<PersonId>,
    pub grant: GrantOrder,
    /// Nobody holds roles of two offices.
    pub separated: bool,
    pub machine: bool,
    pub expires_at: Option<NaiveDateTime>,
}

/// What the program itself does, at this moment.
pub fn act_of_program(request_id: &str) -> Act {
    Act {
        at: Utc::now().naive_utc().trunc_subsecs(6),
        actor: None,
        session: Session::of_operator(operator()),
        request_id: request_id.to_owned(),
        key: None,
    }
}

/// Issues a token with a new secret.
pub fn issue(store: &Store, order: Order, lifetimes: Lifetimes) -> Result<(String, Token), Failure> {
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|error| Failure::Usage(format!("系统没有给出随机数：{error}")))?;
    let secret = people::new_secret(random);
    let digests = store.algorithm().map_err(Refusal::from)?;
    let separated = order.separated;
    let order = TokenOrder {
        token_id: TokenId::from_uuid(uuid::Uuid::now_v7()),
        name: order.name,
        person: order.person,
        new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
        machine: order.machine,
        grants: vec![order.grant],
        expires_at: order.expires_at,
        addresses: Vec::new(),
        // Whoever sits here is shown the secret: there is no code.
        drawn: Drawn { secret_hash: people::digest_of_secret(digests, &secret), code_hash: String::new() },
    };
    let asking = asking_as_program();
    let rights = Rights { separated, ..asking.rights.clone() };
    let asking = Asking { rights, lifetimes, ..asking };
    let issued =
        write_as(store, (asking, act_of_program("cli")), move |desk| people::issue_token(desk, &order))?;
    Ok((secret, issued))
}

/// A token of a new person with one grant, as `nianbao token create` issues it where the settings ask nothing of it; gives
/// its secret.
pub fn issue_one(store: &Store, name: &str, grant: GrantOrder) -> Result<String, String> {
    let name = name.to_owned();
    let order = Order { name, person: None, grant, separated: false, machine: false, expires_at: None };
    let issued = issue(store, order, Lifetimes::default());
    issued.map(|(secret, _)| secret).map_err(|failure| failure.to_string())
}

/// Lets a person sign in by an identity provider.
fn bind(store: &Store, person: PersonId, order: SubjectOrder) -> Result<(), Failure> {
    let asking = asking_as_program();
    write_as(store, (asking, act_of_program("cli")), move |desk| {
        people::bind_subject(desk, &person, &order)
    })?;
    Ok(())
}
