#![no_main]
use nianbao::inside::documents::Kind;

libfuzzer_sys::fuzz_target!(
    // The reader catches what the library panics on; the fuzzer's own hook would end it before.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| nianbao_fuzz::holds::read(Kind::Doc, bytes)
);
