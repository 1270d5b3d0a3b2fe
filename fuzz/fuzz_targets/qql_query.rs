#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fettle_fuzzed::qql::query(bytes));
