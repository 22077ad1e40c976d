//! Sessions that want the transaction lock at once: who waits, for how long, and what they see.

use selvedge::status::NtStatus;
use selvedge::wfp::Filter;
use selvedge::wfp::SessionOptions;
use selvedge::wfp::Target;
use selvedge::wfp::Wait;

use super::case::Case;
use super::case::asm_threads;
use super::case::doc_threads;
use super::case::obs_threads;
use super::client::Client;
use super::client::filter;
use super::client::key;
use super::desk::Desk;
use super::desk::HASTY;
use super::desk::STATIC;
use super::source::*;

pub(super) const CASES: &[Case] = &[
    doc_threads(
        "20",
        "A begin that has waited too long is TIMEOUT, and begins nothing",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.begin().ok();
                desk.thread(move || {
                    t.begin().note("begin");
                    t.commit().note("commit");
                });
            });
            outcomes.are(&["finished; 0: begin=TIMEOUT commit=NO_TXN_IN_PROGRESS"]);
        },
    )
    .per(&[OBJECTS, CODES]),
    doc_threads(
        "21",
        "A begin waits, and then sees what the other committed",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.begin().ok();
                s.add(filter("F", 7)).ok();
                desk.thread(move || s.commit().ok());
                desk.thread(move || {
                    t.begin().ok();
                    t.note(format!("{:?}", t.filters()));
                });
            });
            outcomes.are(&["finished; 1: [7]"]);
        },
    )
    .per(&[OBJECTS, SESSION]),
    doc_threads(
        "w1",
        "A finite wait may run out while the holder still works",
        |stage| {
            let outcomes = stage.hasty_outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.begin().ok();
                desk.thread(move || s.commit().ok());
                desk.thread(move || {
                    t.begin().note("begin");
                });
            });
            outcomes.are(&["finished; 1: begin=TIMEOUT", "finished; 1: begin=ok"]);
        },
    )
    .per(&[OBJECTS]),
    doc_threads("w2", "An infinite wait never runs out", |stage| {
        let outcomes = stage.hasty_outcomes(|desk| {
            let (s, t) = (desk.open(STATIC), desk.open(STATIC));
            s.begin().ok();
            desk.thread(move || s.commit().ok());
            desk.thread(move || {
                t.begin().note("begin");
            });
        });
        outcomes.are(&["finished; 1: begin=ok"]);
    })
    .per(&[SESSION, UNINSTALL]),
    doc_threads(
        "w3",
        "A transaction of the kernel may hold the lock for ever",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                s.begin().ok();
                desk.thread(move || {
                    t.begin().note("begin");
                });
            });
            outcomes.are(&["deadlock"]);
        },
    )
    .per(&[OBJECTS]),
    doc_threads(
        "26",
        "A change outside a transaction waits, too, and may be TIMEOUT",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.begin().ok();
                desk.thread(move || {
                    for (name, call) in CHANGES {
                        call(&t, name);
                    }
                    s.abort().ok();
                    t.note(format!("{:?}", t.filters()));
                });
            });
            let said = CHANGES.map(|(name, _)| format!("{name}=TIMEOUT")).join(" ");
            outcomes.are(&[&format!("finished; 0: {said} []")]);
        },
    )
    .per(&[OBJECTS, PRACTICES, LIBWFP_3, SIMPLEWALL_824]),
    doc_threads(
        "28",
        "A wait of 0 is the default, not none at all",
        |stage| {
            let default = SessionOptions {
                wait: Wait::Default,
                ..STATIC
            };
            let outcomes = stage.hasty_outcomes(|desk| {
                let (s, t) = (desk.open(default), desk.open(STATIC));
                t.begin().ok();
                desk.thread(move || {
                    s.begin().note("begin");
                });
                desk.thread(move || t.commit().ok());
            });
            outcomes.are(&["finished; 0: begin=TIMEOUT", "finished; 0: begin=ok"]);
        },
    )
    .per(&[OBJECTS, SESSION, A01]),
    asm_threads(
        "29a",
        "Two read-only transactions share the lock",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.begin_reading().ok();
                desk.thread(move || {
                    t.begin_reading().note("begin");
                });
            });
            outcomes.are(&["finished; 0: begin=ok"]);
        },
    )
    .per(&[A02])
    .given(&["lock-mode=shared-readers"]),
    asm_threads("29b", "A read-only transaction excludes another", |stage| {
        let outcomes = stage.outcomes(|desk| {
            let (s, t) = (desk.open(STATIC), desk.open(HASTY));
            s.begin_reading().ok();
            desk.thread(move || {
                t.begin_reading().note("begin");
            });
        });
        outcomes.are(&["finished; 0: begin=TIMEOUT"]);
    })
    .per(&[A02])
    .given(&["lock-mode=exclusive"]),
    asm_threads(
        "30",
        "A writer waits for every reader, and a reader for the writer",
        |stage| {
            for reads_first in [true, false] {
                let outcomes = stage.outcomes(|desk| {
                    let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                    if reads_first {
                        s.begin_reading().ok();
                    } else {
                        s.begin().ok();
                    }
                    desk.thread(move || {
                        let begun = if reads_first {
                            t.begin()
                        } else {
                            t.begin_reading()
                        };
                        begun.note("begin");
                        s.commit().ok();
                        t.begin().note("begin");
                    });
                });
                outcomes.are(&["finished; 0: begin=TIMEOUT begin=ok"]);
            }
        },
    )
    .per(&[OBJECTS, A02]),
    obs_threads(
        "32",
        "Opening, and looking at the open sessions, waits for nobody",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                desk.open(STATIC).begin().ok();
                let t = desk.open(HASTY);
                desk.note(t.sessions().ok().len().to_string());
                t.close().ok();
            });
            outcomes.are(&["finished; 0: 2"]);
        },
    )
    .per(&[MULLVAD, A03]),
    doc_threads(
        "33",
        "Registering and unregistering functions waits for nobody",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                desk.open(STATIC).begin().ok();
                desk.listen("C");
                desk.unregister("C").ok();
                desk.note("done");
            });
            outcomes.are(&["finished; 0: done"]);
        },
    )
    .per(&[REGISTER]),
    doc_threads(
        "34",
        "Two transactions that write are serialised, and both take effect",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                for raw_context in [1, 2] {
                    let own = desk.open(HASTY);
                    desk.thread(move || {
                        own.begin().ok();
                        let before = own.filters();
                        let name = if raw_context == 1 { "F" } else { "G" };
                        own.add(filter(name, raw_context)).ok();
                        own.commit().ok();
                        own.note(format!("{before:?}"));
                    });
                }
            });
            // Each sees nothing of the other, or all of it.
            outcomes.are(&["finished; 0: []; 1: [1]", "finished; 0: [2]; 1: []"]);
        },
    )
    .per(&[OBJECTS, WFP_RS]),
    asm_threads(
        "w5",
        "A look-up waits for another session's write transaction",
        |stage| {
            let outcomes = stage.outcomes(look_up_meets_writer);
            outcomes.are(&["finished; 0: get=TIMEOUT enum=TIMEOUT"]);
        },
    )
    .per(&[OBJECTS, A03])
    .given(&["look-up=takes-lock"]),
    asm_threads(
        "w6",
        "A look-up sees what was committed, and waits for nobody",
        |stage| {
            let outcomes = stage.outcomes(look_up_meets_writer);
            outcomes.are(&["finished; 0: get=FILTER_NOT_FOUND enum=ok"]);
        },
    )
    .per(&[A03])
    .given(&["look-up=snapshot"]),
    asm_threads(
        "w7",
        "Nobody is promised the lock next: any of the waiting may have it",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let s = desk.open(STATIC);
                s.begin().ok();
                for raw_context in [1, 2] {
                    let own = desk.open(STATIC);
                    desk.thread(move || {
                        own.begin().ok();
                        own.note(format!("{}", own.filters().len()));
                        own.add(filter(if raw_context == 1 { "F" } else { "G" }, 0))
                            .ok();
                        own.commit().ok();
                    });
                }
                desk.thread(move || s.commit().ok());
            });
            outcomes.are(&["finished; 0: 0; 1: 1", "finished; 0: 1; 1: 0"]);
        },
    )
    .per(&[A02]),
    doc_threads(
        "w8",
        "What is wrong with a call as such is said before it waits",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(STATIC));
                s.begin().ok();
                s.begin().note("begin");
                t.commit().note("commit");
                t.abort().note("abort");
            });
            outcomes.are(&[
            "finished; 0: begin=TXN_IN_PROGRESS commit=NO_TXN_IN_PROGRESS abort=NO_TXN_IN_PROGRESS",
        ]);
        },
    )
    .per(&[BEGIN, COMMIT, ABORT]),
    asm_threads(
        "w9",
        "A call that waits when its handle is closed is SESSION_ABORTED",
        |stage| {
            let outcomes = stage.outcomes(closed_while_waiting);
            outcomes.sometimes(&["begin=SESSION_ABORTED", "close=ok"]);
            outcomes.never("deadlock");
        },
    )
    .per(&[A22])
    .given(&["closed-while-waiting=session-aborted"]),
    asm_threads(
        "w10",
        "A close waits for the calls on its handle",
        |stage| {
            let outcomes = stage.outcomes(closed_while_waiting);
            outcomes.never("SESSION_ABORTED");
            outcomes.sometimes(&["begin=ok", "close=ok"]);
        },
    )
    .per(&[A22])
    .given(&["closed-while-waiting=close-waits"]),
    asm_threads(
        "w12",
        "What is wrong with an object as such may be said before the call waits",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                s.begin().ok();
                let unnamed = Filter {
                    named: false,
                    ..filter("F", 0)
                };
                let either = [NtStatus::NULL_DISPLAY_NAME, NtStatus::TIMEOUT];
                t.add(unnamed).among(&either);
            });
            outcomes.are(&["finished"]);
        },
    )
    .per(&[A04]),
    asm_threads(
        "w14",
        "A call waits once: its wait does not begin anew when the lock changes hands",
        |stage| {
            let outcomes = stage.outcomes(|desk| {
                let (s, t, u) = (desk.open(STATIC), desk.open(HASTY), desk.open(STATIC));
                s.begin().ok();
                desk.thread(move || {
                    s.commit().ok();
                    u.begin().note("begin");
                });
                desk.thread(move || {
                    if t.begin().note("begin") {
                        t.commit().ok();
                    }
                });
            });
            outcomes.are(&[
                "finished; 0: begin=ok; 1: begin=TIMEOUT",
                "finished; 0: begin=ok; 1: begin=ok",
            ]);
        },
    )
    .per(&[A21]),
    doc_threads(
        "w11",
        "Setting an option or security outside a transaction waits, too",
        |stage| {
            let outcomes = stage.one_thread(|desk| {
                let (s, t) = (desk.open(STATIC), desk.open(HASTY));
                t.add_provider("P").ok();
                s.begin().ok();
                t.set_option().note("option");
                t.set_security(Target::Provider(key("P"))).note("security");
            });
            outcomes.are(&["finished; 0: option=TIMEOUT security=TIMEOUT"]);
        },
    )
    .per(&[PRACTICES, A03]),
];

type Call = fn(&Client, &str);

/// Changes of every kind of object.
const CHANGES: [(&str, Call); 9] = [
    ("provider", |t, name| {
        t.add_provider("P").note(name);
    }),
    ("sublayer", |t, name| {
        t.add_sublayer("SL").note(name);
    }),
    ("callout", |t, name| {
        t.add_callout("C").note(name);
    }),
    ("context", |t, name| {
        t.add_context("X").note(name);
    }),
    ("filter", |t, name| {
        t.add_filter("F").note(name);
    }),
    ("delete-provider", |t, name| {
        t.delete(Target::Provider(key("P"))).note(name);
    }),
    ("delete-sublayer", |t, name| {
        t.delete(Target::Sublayer(key("SL"))).note(name);
    }),
    ("delete-callout", |t, name| {
        t.delete(Target::Callout(key("C"))).note(name);
    }),
    ("delete-filter", |t, name| {
        t.delete_filter("F").note(name);
    }),
];

/// A look-up with a finite wait, while another session has added a filter and not committed it.
fn look_up_meets_writer(desk: &Desk) {
    let (s, t) = (desk.open(STATIC), desk.open(HASTY));
    s.begin().ok();
    s.add_filter("F").ok();
    desk.thread(move || {
        t.get_filter("F").note("get");
        t.enum_create(selvedge::wfp::Kind::Filter).note("enum");
    });
}

/// A begin that waits for the lock, and a close of its handle.
fn closed_while_waiting(desk: &Desk) {
    let (s, t) = (desk.open(STATIC), desk.open(STATIC));
    let closer = t.clone();
    s.begin().ok();
    desk.thread(move || {
        t.begin().note("begin");
    });
    desk.thread(move || {
        closer.close().note("close");
    });
    desk.thread(move || s.commit().ok());
}
