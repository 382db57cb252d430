#![no_main]
use nianbao::inside::domain::form::all;
use nianbao::inside::domain::report::{Content, read_sections};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(Value::Object(body)) = serde_json::from_slice(bytes) else { return };
    let Some(Value::Object(sections)) = body.get("sections") else { return };
    for form in all() {
        let (content, faults) = read_sections(&Content::empty(form), sections);
        assert_eq!(content.figures.values().len(), form.cells.len());
        assert!(faults.iter().all(|fault| fault.pointer.starts_with("/sections")));
    }
});
