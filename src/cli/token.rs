//! `nianbao token create`: the secret alone on standard output, everything else beside it.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use super::program::write;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::people::Token;
use crate::domain::rights::{Role, Stage};
use crate::operations::AgencyRef;
use crate::operations::people::{self, GrantOrder, TokenOrder};
use crate::storage::{Act, Store};
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
    /// 角色：editor、reviewer、publisher、supervisor、admin
    #[arg(long, value_name = "角色", value_parser = read_role)]
    role: Role,
    /// 机关：编号或统一社会信用代码；不给则处处有效
    #[arg(long, value_name = "机关", value_parser = read_agency)]
    agency: Option<AgencyRef>,
    /// 姓名；同时建立这个人，除非给出 --person
    #[arg(long, value_name = "姓名", default_value = "未具名")]
    name: String,
    /// 给已有的人（编号）再发一个令牌
    #[arg(long, value_name = "编号", value_parser = read_person)]
    person: Option<PersonId>,
    /// 审核员的环节：first、second、final；不给则不限
    #[arg(long, value_name = "环节", value_parser = read_stage)]
    stage: Option<Stage>,
    /// 失效日期 YYYY-MM-DD（北京时间，当日仍有效）
    #[arg(long, value_name = "日期", value_parser = read_day)]
    expires: Option<NaiveDate>,
}

fn read_role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|()| "应为 editor、reviewer、publisher、supervisor 或 admin".to_owned())
}

pub fn read_agency(text: &str) -> Result<AgencyRef, String> {
    text.parse().map_err(|()| "应为机关编号或统一社会信用代码".to_owned())
}

fn read_person(text: &str) -> Result<PersonId, String> {
    text.parse().map_err(|()| "应为人员编号".to_owned())
}

fn read_stage(text: &str) -> Result<Stage, String> {
    text.parse().map_err(|()| "应为 first、second 或 final".to_owned())
}

fn read_day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "应为 YYYY-MM-DD".to_owned())
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Create(create) = verb;
    if create.role == Role::Admin && create.agency.is_some() {
        return Err(Failure::Usage("系统管理员（admin）不能限于某个机关：请去掉 --agency".to_owned()));
    }
    if create.stage.is_some() && create.role != Role::Reviewer {
        return Err(Failure::Usage("--stage 只用于审核员（reviewer）".to_owned()));
    }
    let settings = create.config.load()?;
    let options = store_options(&settings)?;
    if settings.database.migrate || options.url.is_sqlite() {
        Store::migrate(&options)?;
    }
    let store = Store::open(options)?;
    let order = Order {
        name: create.name.clone(),
        person: create.person.clone(),
        role: create.role,
        agency: create.agency.clone(),
        stage: create.stage,
        // The day still counts, in UTC+8.
        expires_at: create
            .expires
            .map(|day| day.and_time(chrono::NaiveTime::MIN) + Duration::days(1) - Duration::hours(8)),
    };
    let issued = issue(&store, order);
    store.close();
    let (secret, token) = issued?;
    eprintln!(
        "{}（{}）的令牌，人员编号 {}；密文只显示这一次：",
        token.name,
        create.role.as_str(),
        token.person.id
    );
    print(&format!("{secret}\n"))
}

/// A token that is to be.
pub struct Order {
    pub name: String,
    pub person: Option<PersonId>,
    pub role: Role,
    pub agency: Option<AgencyRef>,
    pub stage: Option<Stage>,
    pub expires_at: Option<NaiveDateTime>,
}

/// What the program itself does, at this moment.
pub fn act_of_program(request_id: &str) -> Act {
    Act {
        at: Utc::now().naive_utc().trunc_subsecs(6),
        actor: None,
        request_id: request_id.to_owned(),
        key: None,
    }
}

/// Issues a token with a new secret.
pub fn issue(store: &Store, order: Order) -> Result<(String, Token), Failure> {
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|error| Failure::Usage(format!("系统没有给出随机数：{error}")))?;
    let secret = people::new_secret(random);
    let order = TokenOrder {
        token_id: TokenId::from_uuid(uuid::Uuid::now_v7()),
        name: order.name,
        person: order.person,
        new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
        grants: vec![GrantOrder { role: order.role, agency: order.agency, stage: order.stage }],
        expires_at: order.expires_at,
        secret_hash: people::digest_of_secret(&secret),
    };
    let issued = write(store, act_of_program("cli"), move |desk| people::issue_token(desk, &order))?;
    Ok((secret, issued))
}
