#![no_main]
use nianbao::inside::documents::Kind;

libfuzzer_sys::fuzz_target!(
    // The reader catches what the library panics on; the fuzzer's own hook would end it before.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| nianbao_fuzz::holds::read(Kind::Xlsx, bytes)
);

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    nianbao_fuzz::hurt_package(data, size, most, seed)
});
