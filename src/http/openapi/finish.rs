//! What the handlers do not draft: what the document is, its tags, its components; and each operation's own finish.

use super::statute::reference;
use super::{bodies, bounds, examples, inputs, operation, statute};
use serde_json::{Map, Value, json};

const METHODS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];

pub fn finish(mut document: Value) -> Value {
    let Value::Object(whole) = &mut document else {
        return document;
    };
    whole.insert("info".to_owned(), info());
    whole.insert("servers".to_owned(), json!([{"url": "/", "description": "本服务"}]));
    whole.insert("tags".to_owned(), tags());
    let components = whole.entry("components").or_insert_with(|| json!({}));
    if let Value::Object(components) = components {
        finish_components(components);
    }
    let examples = examples::all();
    for (path, item) in whole.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                operation::finish(operation, (method, path), &examples);
            }
        }
    }
    document
}

fn info() -> Value {
    json!({
        "title": "nianbao",
        "contact": {"name": "nianbao"},
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "年报：政府信息公开工作年度报告的填报、校验、审查、发布与汇总",
        "description": "依据《中华人民共和国政府信息公开条例》第四十九、五十条和国办公开办函〔2021〕30号。\n\n\
            - 时间是 RFC 3339 的 UTC；日期 `YYYY-MM-DD` 是北京时间的日期。\n\
            - 计数是 0 到 10^12 的整数；金额以万元计，最多六位小数，精确。`null` 是未填，不是 0。\n\
            - 修改须带 `If-Match`（先读取得到的 `ETag`）；`ETag` 是 `\"版本-变体\"`，只比较版本。\n\
            - 错误一律是 `application/problem+json`（RFC 9457），代码见 `GET /problems`。\n\
            - 请求是严格的：未知或重复的成员和参数一律拒绝；客户端须容忍答复中出现新成员。\n\
            - 机关可用编号，也可用统一社会信用代码。\n\
            - 列表按游标翻页：`next_cursor` 放进 `cursor`，或跟随 `Link`；`limit` 1–200，默认 50。\n\n\
            ## 兼容\n\n\
            `info.version` 是语义化版本，`/api/v1` 之内只增不减：路径、参数、成员不改名、不删除、不改类型，封闭的值只会增加，\
            请求不会多出必填的成员。要取消的，先在文档中标明 `deprecated`，答复带 `Deprecation` 和 `Sunset`，至少保留一个完整的报告年度，\
            届时才随新的主版本取消。客户端须容忍答复中新的成员、新的错误代码、新的事件类型。",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    })
}

fn tags() -> Value {
    json!([
        {"name": "agencies", "description": "机关登记"},
        {"name": "years", "description": "报告年度和应报名单"},
        {"name": "reports", "description": "报告"},
        {"name": "sections", "description": "报告的各部分"},
        {"name": "validation", "description": "校验"},
        {"name": "review", "description": "三审与发布"},
        {"name": "revisions", "description": "各版与更正"},
        {"name": "statistics", "description": "统计：合计、分组、趋势、比率、完成情况"},
        {"name": "search", "description": "全文检索"},
        {"name": "jobs", "description": "后台任务"},
        {"name": "imports", "description": "文件导入"},
        {"name": "catalogue", "description": "规则、格式、指标"},
        {"name": "audit", "description": "审计"},
        {"name": "changes", "description": "公开变更"},
        {"name": "administration", "description": "令牌与人员"},
        {"name": "service", "description": "服务自身"},
    ])
}

fn finish_components(components: &mut Map<String, Value>) {
    let schemas = components.entry("schemas").or_insert_with(|| json!({}));
    if let Value::Object(schemas) = schemas {
        schemas.values_mut().filter(|schema| !bodies::is_sent(schema)).for_each(require_all);
        bodies::finish(schemas);
        statute::add(schemas);
        inputs::add(schemas);
        bounds::add_counts(schemas);
        schemas.insert("Format".to_owned(), crate::http::catalogue::format_schema());
        schemas.insert("Problem".to_owned(), problem_schema());
        schemas.sort_keys();
    }
    components.insert(
        "securitySchemes".to_owned(),
        json!({"token": {"type": "http", "scheme": "bearer",
            "description": "令牌，由 `nianbao token create` 发给。发了而无效的令牌一律 401。"}}),
    );
    components.insert("parameters".to_owned(), parameters());
    components.insert("headers".to_owned(), headers());
}

/// An answer has every member, null where there is nothing to say; a member whose type leaves it out sometimes
/// (`skip_serializing_if`) is the one that is neither required nor ever null.
fn require_all(schema: &mut Value) {
    if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
        return parts.iter_mut().for_each(require_all);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let stated = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let always = |(name, member): &(&String, &Value)| {
        stated.iter().any(|stated| stated == *name) || may_be_null(member)
    };
    let required: Value = properties.iter().filter(always).map(|(name, _)| json!(name)).collect();
    if let Value::Object(schema) = schema {
        schema.insert("required".to_owned(), required);
    }
}

fn may_be_null(schema: &Value) -> bool {
    let of_type = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|of| of == "null"),
        Some(of) => of == "null",
        None => false,
    };
    let branches = ["anyOf", "oneOf"].into_iter().filter_map(|of| schema.get(of)?.as_array());
    of_type || branches.flatten().any(may_be_null)
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "错误（RFC 9457）。",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "`/problems/{code}`，可以打开。"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "description": "`urn:uuid:` 加请求编号，与 `X-Request-Id` 相同。"},
            "code": reference("ProblemCode"),
            "errors": {
                "type": "array",
                "description": "所有错误，一次给全。",
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "pointer": {"type": "string", "description": "请求内容中的 JSON Pointer。"},
                        "parameter": {"type": "string", "description": "查询参数。"},
                        "code": {"type": "string"},
                        "message": {"type": "string"},
                        "allowed": {"type": "array", "items": {}, "description": "允许的值。"},
                        "minimum": {"type": "number", "description": "最小值。"},
                        "maximum": {"type": "number", "description": "最大值。"},
                        "limit": {"type": "integer", "description": "最多几个字符，或几项。"},
                        "suggestion": {"type": "string", "description": "可能想写的名称。"}
                    }
                }
            },
            "truncated": {"type": "boolean", "description": "错误太多，没有全部列出。"},
            "findings": {"type": "array", "items": reference("Finding"), "description": "阻止提交的问题。"},
            "rows": {"type": "array", "items": reference("BatchRow"), "description": "批量登记中被拒绝的行。"},
            "allowed": {"type": "array", "items": reference("ActionName"), "description": "当前状态允许的操作。"},
            "because": reference("Connected"), "decided": reference("EarlierDecision"),
            "reason": {"type": ["string", "null"], "description": "撤回或抹去的原因。"},
            "suppressed_at": {"type": "string", "format": "date-time"},
            "withdrawn_at": {"type": ["string", "null"], "format": "date-time"}
        }
    })
}

fn parameters() -> Value {
    let of = |schema: Value, name: &str, required: bool, description: &str| {
        json!({"name": name, "in": "header", "required": required, "description": description,
            "schema": schema})
    };
    let header = |name: &str, required: bool, description: &str| {
        of(json!({"type": "string"}), name, required, description)
    };
    let matched = |required: bool, description: &str| {
        let tags = json!({"type": "string", "pattern": "^\"[^\",]+\"(\\s*,\\s*\"[^\",]+\")*$"});
        of(tags, "If-Match", required, description)
    };
    json!({
        "IfMatch": matched(true, "读取时得到的 `ETag`。缺少或 `*` 为 428，过时为 412。"),
        "IfSeen": matched(false, "读取时得到的 `ETag`；过时为 412。何时必须给出，见说明。"),
        "IfNoneMatch": header("If-None-Match", false, "手中的 `ETag`；没有变化则 304。"),
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "1–255 个可见字符。24 小时内重复同一请求，得到第一次的答复。",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        },
        "Position": {
            "name": "Nianbao-Seq", "in": "header", "required": false,
            "description": "写入的答复所带的 `Nianbao-Seq`：读到的不早于此。",
            "schema": {"type": "integer", "minimum": 0},
        },
        "AcceptLanguage": header("Accept-Language", false, "`en` 得到英文；默认中文。"),
        "RequestId": header("X-Request-Id", false, "请求编号；不给则由服务端生成。"),
    })
}

fn headers() -> Value {
    let header = |required: bool, description: &str| json!({"required": required, "description": description, "schema": {"type": "string"}});
    json!({
        "RequestId": header(true, "请求编号。"),
        "ETag": header(true, "强标签，`\"版本-变体\"`。"),
        "Location": header(true, "新资源的地址。"),
        "Link": header(false, "下一页：`<…>; rel=\"next\"`。"),
        "Replayed": header(false, "`true`：这是第一次的答复。"),
        "Position": {"required": true, "schema": {"type": "integer"},
            "description": "写到了审计的哪一条：读取时作为同名请求头送回，读到的就不早于此，不论由哪个实例、哪台备机应答。"},
        "Authenticate": header(true, "`Bearer`。"),
        "RetryAfter": header(true, "几秒后再试。"),
    })
}
