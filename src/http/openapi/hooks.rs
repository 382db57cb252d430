//! `webhooks`: what is sent to those who asked to be told, for whoever writes the receiver.

use super::statute::reference;
use crate::operations::webhooks::{EVENTS, TEST};
use serde_json::{Map, Value, json};

/// What is sent, one entry for each event.
pub fn all() -> Value {
    let each = EVENTS
        .iter()
        .map(|event| event.as_str())
        .chain([TEST])
        .map(|event| (event.to_owned(), json!({"post": sent(event)})));
    Value::Object(each.collect::<Map<_, _>>())
}

fn summary(event: &str) -> &'static str {
    match event {
        "report.published" => "报告已发布",
        "report.corrected" => "报告已更正",
        "report.withdrawn" => "报告已撤回",
        "report.archived" => "旧报告已装载",
        _ => "试送",
    }
}

fn sent(event: &str) -> Value {
    let schema = if event == TEST { "TestEvent" } else { "ReportEvent" };
    json!({
        "tags": ["changes"],
        "operationId": format!("on_{}", event.replace('.', "_")),
        "summary": summary(event),
        "description": "由本服务送出（Standard Webhooks），至少一次，先后不定：凭 `webhook-id` 去重，凭 `data.seq` 排序。\
            先核对签名再使用；10 秒内答 2xx 为收到，其余按间隔重送，答 410 则停用这个 webhook。",
        "parameters": [
            header("webhook-id", "送达记录的编号，重送时不变。", json!({"type": "string", "format": "uuid"})),
            header("webhook-timestamp", "送出的时间，1970 年以来的秒数。与现在相差太多的不要收。",
                json!({"type": "string", "pattern": "^[0-9]+$"})),
            header("webhook-signature",
                "`v1,` 加 base64 的 HMAC-SHA256，密钥是建立时得到的 `secret`（`whsec_` 之后的 base64），签的是 `{webhook-id}.{webhook-timestamp}.{内容}`；可以不止一个，以空格分开。",
                json!({"type": "string", "pattern": "^v1,"})),
        ],
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": reference(schema), "example": example(event)}},
        },
        "security": [],
        "responses": {
            "2XX": {"description": "收到"},
            "410": {"description": "不再要：停用"},
        },
    })
}

fn header(name: &str, description: &str, schema: Value) -> Value {
    json!({"name": name, "in": "header", "required": true, "description": description, "schema": schema})
}

fn example(event: &str) -> Value {
    let at = "2024-03-30T08:00:01.000000Z";
    let data = if event == TEST {
        json!({"webhook_id": "01a20d2d-8a4b-7c11-9b2e-5f6f1f0f2a10"})
    } else {
        json!({
            "seq": 1, "type": event,
            "report_id": "01a20d2d-7b01-7e52-8f0a-0d4a7c1f3b22",
            "agency_id": "01a20d2d-7ad6-75b7-88b8-fb7f2a5312ba",
            "year": 2023, "revision": 1, "at": at,
        })
    };
    json!({"type": event, "timestamp": at, "data": data})
}
