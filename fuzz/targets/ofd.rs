#![no_main]
use nianbao::documents::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nianbao_fuzz::read(Kind::Ofd, bytes));
