#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mesu_fuzz_targets::rows_npz(bytes));
