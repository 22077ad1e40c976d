//! How often the engine allocates, call by call: the calls of one thread of the controlled runtime,
//! without exploration, on an engine that is warm.
//!
//! What is counted is exact and the same in every run. Each figure is of the second of two equal
//! rounds, so that vectors have grown to their size.

#![expect(
    unsafe_code,
    reason = "an allocator is an unsafe trait; this one hands every call on to the system's"
)]
#![expect(
    clippy::print_stdout,
    reason = "this is a program that prints its figures"
)]

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use selvedge::runtime::controlled::Controlled;
use selvedge::runtime::controlled::start_up;
use selvedge::status::NtStatus;
use selvedge::wfp::Action;
use selvedge::wfp::Callout;
use selvedge::wfp::Engine;
use selvedge::wfp::EngineHandle;
use selvedge::wfp::EngineImage;
use selvedge::wfp::EngineOptions;
use selvedge::wfp::Filter;
use selvedge::wfp::Key;
use selvedge::wfp::Kind;
use selvedge::wfp::Provider;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::TransactionMode;

/// The system's allocator, and how often it was asked for memory.
struct Counting;

static ASKED: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is handed on to `System` as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same there.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above; what is given back came from `System`.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LAYER: Key = Key::of("ALE_AUTH_CONNECT_V4");
const CALLOUT: Key = Key::of("callout");
const OTHER: Key = Key::of("another provider");

type Calls = fn(&Engine<Controlled>, EngineHandle) -> u64;

fn must(status: NtStatus) {
    assert_eq!(status, NtStatus::SUCCESS);
}

/// What some calls allocate.
fn counted(calls: impl FnOnce()) -> u64 {
    let before = ASKED.load(Ordering::Relaxed);
    calls();
    ASKED.load(Ordering::Relaxed) - before
}

fn filter() -> Filter {
    Filter {
        action: Action::Terminating(CALLOUT),
        ..Filter::in_layer(LAYER)
    }
}

const ROWS: [(&str, Calls); 9] = [
    ("begin, commit, nothing written", |engine, handle| {
        counted(|| {
            must(engine.transaction_begin(handle, TransactionMode::ReadWrite));
            must(engine.transaction_commit(handle));
        })
    }),
    ("a look-up", |engine, handle| {
        counted(|| assert!(engine.callout_get(handle, CALLOUT).is_ok()))
    }),
    ("an implicit add", |engine, handle| {
        let count = counted(|| must(engine.provider_add(handle, Provider::with_key(OTHER))));
        must(engine.provider_delete(handle, OTHER));
        count
    }),
    ("an implicit delete", |engine, handle| {
        must(engine.provider_add(handle, Provider::with_key(OTHER)));
        counted(|| must(engine.provider_delete(handle, OTHER)))
    }),
    ("an implicit add of a callout's filter", |engine, handle| {
        let mut added = None;
        let count = counted(|| added = engine.filter_add(handle, filter()).ok());
        must(engine.filter_delete(handle, added.expect("nothing forbids it")));
        count
    }),
    ("begin, one add, commit", |engine, handle| {
        let count = counted(|| {
            must(engine.transaction_begin(handle, TransactionMode::ReadWrite));
            must(engine.provider_add(handle, Provider::with_key(OTHER)));
            must(engine.transaction_commit(handle));
        });
        must(engine.provider_delete(handle, OTHER));
        count
    }),
    ("begin, 3 filters, commit", |engine, handle| {
        let mut added = [None; 3];
        let count = counted(|| {
            must(engine.transaction_begin(handle, TransactionMode::ReadWrite));
            added = [(); 3].map(|()| engine.filter_add(handle, filter()).ok());
            must(engine.transaction_commit(handle));
        });
        for filter in added {
            must(engine.filter_delete(handle, filter.expect("nothing forbids it")));
        }
        count
    }),
    (
        "an enumeration: create, one call, destroy",
        |engine, handle| {
            counted(|| {
                let created = engine.enum_create(handle, Kind::Callout);
                let created = created.expect("the session is open");
                let all = engine.enumerate(handle, created, 10);
                assert_eq!(all.expect("it was created").len(), 1);
                must(engine.enum_destroy(handle, created));
            })
        },
    ),
    ("open, close", |engine, _| {
        counted(|| {
            let opened = engine.engine_open(SessionOptions::default());
            must(engine.engine_close(opened.expect("the engine runs")));
        })
    }),
];

fn main() {
    println!("allocations of the engine, warm:");
    for (name, calls) in ROWS {
        let count = start_up(|| {
            let options = EngineOptions {
                callouts_change: false,
                closes_meet_calls: false,
                ..EngineOptions::default()
            };
            let engine = Engine::<Controlled>::new(&EngineImage::default(), &options);
            let handle = engine.engine_open(SessionOptions::default());
            let handle = handle.expect("the engine runs");
            must(engine.provider_add(handle, Provider::with_key(Key::ZERO)));
            let callout = engine.callout_add(handle, Callout::with_key(CALLOUT, LAYER));
            callout.expect("nothing forbids it");
            calls(&engine, handle);
            calls(&engine, handle)
        });
        println!("{count:>3}  {name}");
    }
}
