//! Any text as a token, which is replayed both ways if it is one.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _taken_or_refused = selvedge::robust::token(text);
});
