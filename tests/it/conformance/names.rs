//! What becomes of calls when a thread has used up the names that objects can have.
//!
//! That is a limit of the mock, not of Windows: a thread makes 65,536 objects of a kind in one
//! execution at most. Whoever makes more is told that there is no memory, and no name is given
//! twice.

use selvedge::runtime::controlled::start_up;
use selvedge::status::NtStatus;
use selvedge::wfp::Circumstances;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::Filter;
use selvedge::wfp::Key;
use selvedge::wfp::Kind;
use selvedge::wfp::Provider;

use super::answer::Log;
use super::client::LAYER;
use super::desk::Desk;
use super::desk::STATIC;

/// A call that fails has named its object, too, so calls on a null handle use names up.
#[test]
fn a_thread_that_has_no_names_left_is_told_so_and_gets_none_twice() {
    start_up(|| {
        let desk = Desk::new(&Circumstances::default(), &Log::default());
        let (s, nobody) = (desk.open(STATIC), desk.client_with(EngineHandle::NULL));
        let first = s.add(Filter::in_layer(LAYER)).ok();
        for _ in 0..u16::MAX {
            nobody
                .add(Filter::in_layer(LAYER))
                .is(NtStatus::NULL_POINTER);
            let unnamed = Provider::with_key(Key::ZERO);
            nobody.add_this_provider(unnamed).is(NtStatus::NULL_POINTER);
        }
        s.add_this_provider(Provider::with_key(Key::ZERO)).ok();

        for _ in 0..2 {
            s.add(Filter::in_layer(LAYER)).is(NtStatus::NO_MEMORY);
            let unnamed = Provider::with_key(Key::ZERO);
            s.add_this_provider(unnamed).is(NtStatus::NO_MEMORY);
        }
        // With keys of their own they need no name, and the rest goes on.
        s.add_provider("P").ok();
        s.delete(selvedge::wfp::Target::Filter(first)).ok();
        s.enum_create(Kind::Filter).ok();
        s.begin().ok();
    });
}
