#![no_main]
libfuzzer_sys::fuzz_target!(init: fettle_fuzz::pass_over_panics_of_cab(), |bytes: &[u8]| fettle_fuzzed::windows::mssecure_cab(bytes));
