//! Any bytes as a scenario file: a scenario, or one message.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _taken_or_refused = selvedge::robust::scenario(bytes);
});
