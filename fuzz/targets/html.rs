#![no_main]
use nianbao::inside::documents::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nianbao_fuzz::holds::read(Kind::Html, bytes));
