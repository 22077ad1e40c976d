//! Any text as a schedule file, which is replayed both ways if it is one.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _taken_or_refused = selvedge::robust::schedule(text);
});
