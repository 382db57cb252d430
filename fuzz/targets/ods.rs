#![no_main]
use nianbao::inside::documents::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nianbao_fuzz::holds::read(Kind::Ods, bytes));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    nianbao_fuzz::hurt_package(data, size, most, seed)
});
