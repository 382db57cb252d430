//! The words that may stand around those of a subject.

/// The whole year, the whole body and how it was done: what leaves a number the whole.
pub(super) const WHOLE: &[&str] = &[
    "全年",
    "年内",
    "本年度",
    "本年",
    "今年",
    "年度",
    "年底",
    "截至",
    "全市",
    "全县",
    "全区",
    "全省",
    "全州",
    "全镇",
    "全乡",
    "全局",
    "全系统",
    "各级",
    "行政机关",
    "本机关",
    "本单位",
    "我局",
    "我市",
    "我县",
    "我区",
    "我镇",
    "我委",
    "我办",
    "共计",
    "总共",
    "一共",
    "累计",
    "合计",
    "共",
    "已",
    "并",
    "均",
    "依法",
    "按时",
    "按期",
    "及时",
    "另有",
    "有",
    "、",
    "（",
    "(",
    "含",
];
pub(super) const APPLICATIONS: &[&str] = &[
    "政府信息公开",
    "政府信息",
    "信息公开",
    "依申请公开",
    "依申请",
    "公开",
    "申请",
    "事项",
    "信件",
    "件",
    "的",
    "共",
    "共计",
];
/// Everybody who may apply; one kind alone would be a part.
pub(super) const EVERYBODY: &[&str] = &[
    "公民、法人和其他组织",
    "公民、法人或者其他组织",
    "公民、法人或其他组织",
    "公民、法人及其他组织",
    "公民和企业",
    "企业和公民",
    "企业和群众",
    "群众和企业",
    "社会公众",
    "群众",
    "申请人",
    "提出的",
    "提交的",
];
pub(super) const RECEIVED: &[&[&str]] =
    &[APPLICATIONS, EVERYBODY, &["数量", "总数", "总量", "件数", "数", "量", "为", "达到", "达", "有"]];
pub(super) const ASKED: &[&str] =
    &["信息公开申请", "依申请", "收到的申请", "收到申请", "受理申请", "新收申请", "结转下年", "结转至下"];
/// What is left at the end of the year.
pub(super) const LEFT: &[&str] =
    &["信息公开申请", "依申请", "收到申请", "受理申请", "新收申请", "结转下", "结转至下", "结转到下"];
pub(super) const HOW_MANY: &[&str] =
    &["数量", "总数", "总量", "件数", "数", "量", "共", "共计", "为", "达到", "达"];
pub(super) const BECAUSE: &[&str] = &[
    "收到",
    "新收",
    "因",
    "涉及",
    "涉",
    "政府信息公开",
    "信息公开",
    "工作",
    "被",
    "申请",
    "提起",
    "引发",
    "引起",
    "发生",
    "产生",
    "类",
    "的",
    "备案",
    "依申请公开答复",
    "办理政府信息公开",
    "办理涉政府信息公开",
    "办理因政府信息公开",
];
pub(super) const CASES: &[&str] = &["案件", "申请", "的", "共", "共计"];
pub(super) const CAUSED: &[&str] = &["信息公开", "依申请公开", "被申请", "被提起", "引发", "发生"];
pub(super) const DOCUMENTS: &[&str] = &["行政规范性文件", "规范性文件", "的", "共", "共计"];
pub(super) const DOCUMENT: &[&str] = &["规范性文件"];
pub(super) const DECIDED: &[&str] = &["作出", "做出", "实施"];
pub(super) const DECISION: &[&str] =
    &["处理", "决定", "案件", "数量", "总数", "总量", "的", "共", "共计", "为", "达到", "达"];
