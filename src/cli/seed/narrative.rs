//! Narratives that speak of what is expected, agree with the tables, and differ from each other.

use crate::domain::figures::Figures;
use crate::domain::report::Content;
use fastrand::Rng;

/// What an agency is about: a word for its narratives.
const MATTERS: [&str; 16] = [
    "优化营商环境",
    "乡村振兴",
    "稳岗就业",
    "义务教育",
    "医疗保障",
    "生态环境",
    "食品药品监管",
    "安全生产",
    "住房保障",
    "养老服务",
    "交通出行",
    "水利建设",
    "文化惠民",
    "粮食安全",
    "项目建设",
    "社会救助",
];

const MANAGEMENT: [&str; 5] = [
    "政府信息管理方面，严格执行制作、审核、发布流程，做到谁制作谁负责、谁公开谁维护，定期清理已失效的文件。",
    "政府信息管理方面，健全信息发布保密审查制度，对拟公开的信息逐件审查，全年没有发生失泄密问题。",
    "政府信息管理方面，对历年规范性文件集中清理，逐件标注有效性，并在网站统一公布。",
    "政府信息管理方面，建立台账，专人登记信息的产生、审查、公开和更新情况，确保底数清楚。",
    "政府信息管理方面，修订主动公开基本目录，明确公开内容、时限和责任科室。",
];

const PLATFORM: [&str; 5] = [
    "政府信息公开平台建设方面，完善网站栏目设置，优化检索功能，方便群众查找。",
    "政府信息公开平台建设方面，在政务服务大厅设置查阅点，配备电脑和工作人员，提供免费查阅服务。",
    "政府信息公开平台建设方面，政务新媒体全年更新及时，没有出现长期不更新的情况。",
    "政府信息公开平台建设方面，开展网站适老化改造，增加语音播报和大字版页面。",
    "政府信息公开平台建设方面，把分散的栏目整合到统一的公开专栏，减少重复发布。",
];

const SUPERVISION: [&str; 5] = [
    "监督保障方面，把政务公开纳入年度工作考核，开展社会评议，全年没有发生需要责任追究的情形。",
    "监督保障方面，主要领导两次听取汇报，明确一名分管领导和两名工作人员，工作考核结果良好，社会评议满意，无责任追究情况。",
    "监督保障方面，组织业务培训三次，工作考核和社会评议结果向社会公布，没有责任追究事项。",
    "监督保障方面，按季度自查，发现问题当月整改；工作考核、社会评议均未发现突出问题，未发生责任追究。",
    "监督保障方面，邀请群众代表参加社会评议，完善工作考核办法，本年度没有责任追究。",
];

const PROBLEMS: [&str; 6] = [
    "解读材料形式比较单一，图解、视频等形式运用不够",
    "个别栏目更新不够及时，内容针对性有待增强",
    "基层工作人员流动较快，业务能力需要继续提高",
    "依申请公开答复文书还不够规范，说理不够充分",
    "公众参与的渠道不够多，征集意见的反馈不够及时",
    "部门之间信息共享不够，重复公开的情况仍然存在",
];

const REMEDIES: [&str; 6] = [
    "丰富解读形式，重要政策同步编写问答和图解",
    "落实栏目责任人制度，每月检查一次并通报",
    "分层次开展培训，编写工作手册，实行以老带新",
    "统一答复文书格式，疑难申请集体会商、法制审核",
    "拓宽征集渠道，意见采纳情况在十五日内公布",
    "建立会商机制，梳理共享目录，减少重复采集",
];

fn one<'a>(rng: &mut Rng, of: &[&'a str]) -> &'a str {
    of.get(rng.usize(0..of.len())).copied().unwrap_or_default()
}

fn count(figures: &Figures, indicator: &str) -> i64 {
    figures.form().by_indicator(indicator).and_then(|cell| figures.get(cell)).unwrap_or(0)
}

/// Fills the narratives of a report in.
pub fn tell(content: &mut Content, name: &str, year: i32, rng: &mut Rng) {
    let overview = overview(&content.figures, name, year, rng);
    let problems = problems(rng);
    let others = format!("{year}年，{name}没有收取信息处理费，没有其他需要报告的事项。");
    for (key, text) in [("overview", overview), ("problems", problems), ("other_matters", others)] {
        if let Some(section) = content.section_mut(key) {
            section.text = Some(text);
        }
    }
}

/// A sentence each, where a nation's narratives would be too much.
pub fn tell_briefly(content: &mut Content, name: &str, year: i32) {
    let overview = format!(
        "{year}年，{name}依法做好主动公开、依申请公开、政府信息管理、政府信息公开平台建设和监督保障，\
         工作考核、社会评议正常，无责任追究情况。"
    );
    let texts = [
        ("overview", overview),
        ("problems", "公开的深度还不够，将继续改进。".to_owned()),
        ("other_matters", "本年度没有收取信息处理费，没有其他需要报告的事项。".to_owned()),
    ];
    for (key, text) in texts {
        if let Some(section) = content.section_mut(key) {
            section.text = Some(text);
        }
    }
}

fn overview(figures: &Figures, name: &str, year: i32, rng: &mut Rng) -> String {
    let published = rng.u32(40..2_400);
    let mut text = format!(
        "{year}年，{name}认真贯彻落实《中华人民共和国政府信息公开条例》，围绕{}和{}，持续推进政务公开工作。\n\
         主动公开方面，通过门户网站等渠道主动公开政府信息{published}条，重点公开{}方面的政策和办理情况。\n",
        one(rng, &MATTERS),
        one(rng, &MATTERS),
        one(rng, &MATTERS),
    );
    let (new, over, forward) = (
        count(figures, "requests.new_requests.total"),
        count(figures, "requests.carried_over.total"),
        count(figures, "requests.carried_forward.total"),
    );
    if new + over == 0 {
        text += "依申请公开方面，全年没有收到政府信息公开申请，受理渠道保持畅通。\n";
    } else {
        text += &format!(
            "依申请公开方面，全年新收政府信息公开申请{new}件，上年结转{over}件，均依法办理，结转下年度办理{forward}件。\n"
        );
    }
    for sentences in [&MANAGEMENT, &PLATFORM, &SUPERVISION] {
        text += one(rng, sentences);
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn problems(rng: &mut Rng) -> String {
    let first = rng.usize(0..PROBLEMS.len());
    let second = (first + rng.usize(1..PROBLEMS.len())) % PROBLEMS.len();
    let at = |list: &[&'static str], place: usize| list.get(place).copied().unwrap_or_default();
    format!(
        "存在的主要问题：一是{}；二是{}。\n改进情况：一是{}；二是{}。",
        at(&PROBLEMS, first),
        at(&PROBLEMS, second),
        at(&REMEDIES, first),
        at(&REMEDIES, second),
    )
}
