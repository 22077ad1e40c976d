//! Ctrl-C: the first is a request to stop, the second ends the process.
//!
//! Only a command that asks for it listens; the others are ended by the first, as usual.

use std::process;
use std::sync::Once;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Whether somebody has asked to stop. Of the process: there is one keyboard.
static CAME: AtomicBool = AtomicBool::new(false);

/// What a shell says of a process that Ctrl-C has ended: 128 and the number of the signal.
const ENDED: i32 = 130;

/// Listens from now on, until the process ends. Where that cannot be, Ctrl-C stays as it was.
pub(super) fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        let _not_to_be_had = ctrlc::set_handler(interrupted);
    });
}

#[expect(
    clippy::exit,
    reason = "the second Ctrl-C ends the process, whatever it is doing"
)]
fn interrupted() {
    if CAME.swap(true, Ordering::Relaxed) {
        process::exit(ENDED);
    }
}

/// Whether somebody has asked to stop.
pub(super) fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}
