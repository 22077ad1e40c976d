//! Panics of code under test: kept, not printed.
//!
//! A process has one panic hook, and with the feature `second-opinions` three crates want one: this
//! one, shuttle, and generator, on which loom runs. Whoever installs last is asked first. So the
//! hooks of both are installed here, once (`foreign_panics`), and this crate's over them; it sees
//! to it that each hears of its own panics and of no other.

use std::any::Any;
use std::cell::Cell;
use std::cell::RefCell;
use std::panic;
use std::sync::Once;

use crate::execution::ThreadId;

use super::controlled;

/// What is told of a payload that is no text.
const NO_TEXT: &str = "a payload that is no text";

thread_local! {
    /// Whether this operating-system thread runs code under test on another runtime than the
    /// controlled one, which knows it by itself.
    static UNDER_TEST: Cell<bool> = const { Cell::new(false) };
    /// What the last panic of code under test said, and where.
    static LAST: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Runs code whose panics are kept, not printed: code under test, or a library that runs it.
pub(super) fn quietly<O>(body: impl FnOnce() -> O) -> O {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            UNDER_TEST.with(|under_test| under_test.set(self.0));
        }
    }
    let restore = Restore(UNDER_TEST.with(|under_test| under_test.replace(true)));
    let result = body();
    drop(restore);
    result
}

/// Runs code that looks at what code under test has left, and may object by a panic: what it said.
pub(crate) fn said_quietly<O>(body: impl FnOnce() -> O + panic::UnwindSafe) -> Result<O, String> {
    quietly(|| panic::catch_unwind(body).map_err(|payload| said(&*payload)))
}

/// Forgets the last panic.
pub(super) fn clear() {
    LAST.with(|last| last.borrow_mut().take());
}

/// What a caught panic said, with its place if the hook saw it.
pub(super) fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    let said = text.unwrap_or_else(|| NO_TEXT.to_owned());
    // The hook knows the place; but the last panic it saw may have been another, which was caught.
    let seen = LAST.with(|last| last.borrow_mut().take());
    match seen.filter(|(text, _)| *text == said) {
        Some((_, place)) => format!("{said}{place}"),
        None if said == NO_TEXT => "a panic without a message".to_owned(),
        None => said,
    }
}

/// Keeps the panic of the thread with the least index. Which of several threads panics first can
/// be a matter of independent steps, and equivalent executions end in the same way.
pub(super) fn keep_least(kept: &mut Option<(ThreadId, String)>, thread: ThreadId, message: String) {
    if kept.as_ref().is_none_or(|(least, _)| thread < *least) {
        *kept = Some((thread, message));
    }
}

/// Sees to it that panics of code under test are kept, not printed. All others go where they went.
pub(super) fn install() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        #[cfg(feature = "second-opinions")]
        let others = super::foreign_panics::take_hooks();
        #[cfg(not(feature = "second-opinions"))]
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let under_test = UNDER_TEST.with(Cell::get) || controlled::is_running();
            if under_test {
                keep(info);
            } else {
                others(info);
            }
        }));
    });
}

fn keep(info: &panic::PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or(NO_TEXT).to_owned();
    let place = info.location().map_or_else(String::new, |place| {
        let file = place.file().replace('\\', "/");
        format!(" ({file}:{})", place.line())
    });
    LAST.with(|last| last.replace(Some((message, place))));
}
