//! `nianbao person`: persons and what they hold themselves, for whoever signs in by an identity provider.

use super::failure::Failure;
use super::grant::{GrantOptions, read_agency};
use super::options::{ConfigOptions, entry_rules, store_options};
use super::print;
use super::program::{asking_as_program, read_here, write, write_as};
use super::token::{act_of_program, read_person};
use crate::domain::id::PersonId;
use crate::domain::page::Page;
use crate::domain::people::{BoundSubject, Person, TokenGrant};
use crate::domain::rights::{Reach, Rights};
use crate::domain::text::Text;
use crate::operations::audit::enter_reads;
use crate::operations::people::{self, GrantChange, Holder, PersonOrder, SubjectOrder};
use crate::operations::{AgencyRef, Answer, Asking, Desk, Refusal};
use crate::settings::Settings;
use crate::storage::{AnyConnection, Store};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 建立一个人：人员编号单独打印在标准输出；没有令牌也没有授权
    ///
    /// 例：nianbao person create --name 王审 --agency 11341702486344515H --subject wang-shen
    Create(Create),
    /// 授给此人自己的一项授权：用身份提供方登录时有效，从下一个请求起生效
    ///
    /// 例：nianbao person grant --person 编号 --role reviewer --agency 11341702486344515H --stage first
    Grant(Change),
    /// 收回此人自己的一项授权：写法与授给时相同
    Revoke(Change),
    /// 把人和身份提供方（auth.oidc）的身份绑定；只绑定一次
    Bind(Bind),
    /// 列出人员：编号、姓名、机关、离任、身份、自己的授权，每人一行，以制表符分隔
    List(List),
}

#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    config: ConfigOptions,
    /// 姓名
    #[arg(long, value_name = "姓名", value_parser = read_name)]
    name: String,
    /// 隶属的机关：编号或统一社会信用代码；不给则不隶属于哪个机关
    #[arg(long, value_name = "机关", value_parser = read_agency)]
    agency: Option<AgencyRef>,
    /// 统一身份认证（auth.oidc）中的身份编号：此人从此可以用它登录；只绑定一次
    #[arg(long, value_name = "编号", value_parser = read_subject)]
    subject: Option<String>,
}

#[derive(Debug, Args)]
pub struct Change {
    #[command(flatten)]
    config: ConfigOptions,
    /// 人员编号
    #[arg(long, value_name = "编号", value_parser = read_person)]
    person: PersonId,
    #[command(flatten)]
    grant: GrantOptions,
}

#[derive(Debug, Args)]
pub struct Bind {
    #[command(flatten)]
    config: ConfigOptions,
    /// 人员编号
    #[arg(long, value_name = "编号", value_parser = read_person)]
    person: PersonId,
    /// 身份编号（sub）
    #[arg(long, value_name = "编号", value_parser = read_subject)]
    subject: String,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    config: ConfigOptions,
    /// 只看这个人
    #[arg(long, value_name = "编号", value_parser = read_person)]
    person: Option<PersonId>,
}

/// An identity of a provider (`sub`): bound once and for good, so nothing empty and nothing that is not seen.
pub(super) fn read_subject(text: &str) -> Result<String, String> {
    let fits = (1..=255).contains(&text.chars().count());
    let is_seen = !text.chars().any(|one| one.is_control() || one.is_whitespace());
    (fits && is_seen)
        .then(|| text.to_owned())
        .ok_or_else(|| "应为 1 至 255 个字符、没有空白和控制字符的身份编号（sub）".to_owned())
}

fn read_name(text: &str) -> Result<String, String> {
    Text::name(text, 100)
        .map(String::from)
        .map_err(|_| "应为一行一百字以内、没有看不见的字符的姓名".to_owned())
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Create(create) => at(&create.config, |here| here.create(create)),
        Verb::Grant(change) => {
            let order = change.grant.order()?;
            at(&change.config, |here| here.change(&change.person, GrantChange::Give(order)))
        }
        Verb::Revoke(change) => {
            let order = change.grant.order()?;
            at(&change.config, |here| here.change(&change.person, GrantChange::Take(order)))
        }
        Verb::Bind(bind) => at(&bind.config, |here| here.bind(&bind.person, &bind.subject)),
        Verb::List(list) => at(&list.config, |here| here.list(list.person.as_ref())),
    }
}

/// A database and the settings it is used with.
struct Here {
    store: Store,
    settings: Settings,
}

fn at(config: &ConfigOptions, act: impl FnOnce(&Here) -> Result<(), Failure>) -> Result<(), Failure> {
    let settings = config.load()?;
    let options = store_options(&settings)?;
    if settings.database.migrate || options.url.is_sqlite() {
        Store::migrate(&options)?;
    }
    let here = Here { store: Store::open(options)?, settings };
    let done = act(&here);
    here.store.close();
    done
}

impl Here {
    /// As the program itself, by the settings that hold for whoever asks over HTTP.
    fn asking(&self) -> Asking {
        let rules = entry_rules(&self.settings);
        let asking = asking_as_program();
        let rights = Rights { separated: rules.separated, ..asking.rights.clone() };
        Asking { rights, lifetimes: rules.lifetimes, ways: rules.ways, ..asking }
    }

    fn write<T: Send + 'static>(
        &self,
        operation: impl FnMut(&mut Desk<'_>) -> Answer<T> + Send + 'static,
    ) -> Result<T, Failure> {
        write_as(&self.store, (self.asking(), act_of_program("cli")), operation)
    }

    fn subject(&self, subject: &str) -> Result<SubjectOrder, Failure> {
        let issuer = self.settings.auth.oidc.issuer.clone();
        if issuer.is_empty() {
            return Err(Failure::Usage("--subject 要先设置身份提供方：auth.oidc.issuer".to_owned()));
        }
        Ok(SubjectOrder { issuer, subject: subject.to_owned() })
    }

    fn create(&self, create: &Create) -> Result<(), Failure> {
        let subject = create.subject.as_deref().map(|subject| self.subject(subject)).transpose()?;
        let order = PersonOrder {
            id: PersonId::from_uuid(uuid::Uuid::now_v7()),
            name: create.name.clone(),
            agency: create.agency.clone(),
        };
        // With an identity that is somebody else's nobody is made.
        let person = self.write(move |desk| {
            let person = people::create_person(desk, &order)?;
            if let Some(subject) = &subject {
                people::bind_subject(desk, &person.id, subject)?;
            }
            Ok(person)
        })?;
        eprintln!("{}已建立，人员编号：", person.name);
        print(&format!("{}\n", person.id))
    }

    fn bind(&self, person: &PersonId, subject: &str) -> Result<(), Failure> {
        let (order, id) = (self.subject(subject)?, person.clone());
        let bound = self.write(move |desk| people::bind_subject(desk, &id, &order))?;
        print(&format!("{}\t{}\t{}\n", bound.person_id, bound.issuer, bound.subject))
    }

    fn change(&self, person: &PersonId, change: GrantChange) -> Result<(), Failure> {
        let id = person.clone();
        let ((person, grants), changed) =
            self.write(move |desk| people::change_grants(desk, &id, &change))?;
        let said = if changed { "现在自己的授权" } else { "没有什么要改的，自己的授权" };
        eprintln!("{}（{}）{said}：", person.name, person.id);
        grants.iter().try_for_each(|grant| print(&format!("{}\n", told(grant))))
    }

    fn list(&self, only: Option<&PersonId>) -> Result<(), Failure> {
        let asking = self.asking();
        let target = only.map_or_else(|| "person list".to_owned(), |id| format!("person list --person {id}"));
        let read = read_here("list_persons", target);
        write(&self.store, act_of_program("cli"), move |desk| {
            enter_reads(desk.connection, std::slice::from_ref(&read))
        })?;
        if let Some(id) = only {
            let found = self.store.read_blocking(|connection| {
                let (person, _) = people::find_person(connection, &asking, id)?;
                shown(connection, &asking, person)
            })?;
            return print(&line(&found));
        }
        let mut page = Page { keys: Vec::new(), after_id: None, limit: PAGE };
        loop {
            let rows = self.store.read_blocking(|connection| {
                let (persons, _) = people::list_persons(connection, &asking, &page, false)?;
                let rows = persons.into_iter().map(|person| shown(connection, &asking, person));
                rows.collect::<Answer<Vec<Shown>>>()
            })?;
            let Some(((last, _), _)) = rows.last() else { return Ok(()) };
            page.after_id = Some(last.id.to_string());
            rows.iter().try_for_each(|row| print(&line(row)))?;
        }
    }
}

/// Persons read at once.
const PAGE: i64 = 500;

/// Somebody with what they hold themselves, and as whom a provider knows them.
type Shown = (Holder, Option<BoundSubject>);

fn shown(connection: &mut AnyConnection, asking: &Asking, person: Person) -> Answer<Shown> {
    let bound = match people::find_subject(connection, asking, &person.id) {
        Ok(bound) => Some(bound),
        Err(Refusal::NotFound) => None,
        Err(refusal) => return Err(refusal),
    };
    let (_, grants) = people::find_grants(connection, asking, &person.id)?;
    Ok(((person, grants), bound))
}

fn line(((person, grants), bound): &Shown) -> String {
    let grants: Vec<String> = grants.iter().map(told).collect();
    let cells = [
        person.id.to_string(),
        person.name.clone(),
        person.agency_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        person.left_on.map(|day| day.to_string()).unwrap_or_default(),
        bound.as_ref().map(|bound| bound.subject.clone()).unwrap_or_default(),
        grants.join("; "),
    ];
    format!("{}\n", cells.join("\t"))
}

/// A grant as it is given on the command line.
fn told(grant: &TokenGrant) -> String {
    let mut told = format!("--role {}", grant.role.as_str());
    if let Some((id, _, _)) = &grant.agency {
        told.push_str(&format!(" --agency {id}"));
    }
    if let Some(stage) = grant.stage {
        told.push_str(&format!(" --stage {}", stage.as_str()));
    }
    if grant.reach == Reach::Agency {
        told.push_str(" --reach agency");
    }
    if grant.read_only {
        told.push_str(" --read-only");
    }
    if let Some(years) = grant.years {
        told.push_str(&format!(" --years {}..{}", years.from, years.to));
    }
    told
}
