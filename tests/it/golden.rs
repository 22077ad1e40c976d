//! The lane tables that a person would see, as golden texts: of the headline, a fault model and a
//! deadlock, at 80 and at 200 columns, in ASCII and in Unicode.
//!
//! They are read as a person would read them when they change:
//! `SELVEDGE_UPDATE_GOLDEN=1 cargo test golden` writes them anew, and the difference is reviewed
//! like code.

use std::env;
use std::fs;
use std::path::Path;

use selvedge::replay::RecordedSchedule;
use selvedge::replay::replay;
use selvedge::report::Charset;
use selvedge::report::Detail;
use selvedge::report::Look;
use selvedge::report::write_lanes;

const TABLES: [(&str, &str); 3] = [
    (
        "headline",
        "sv3:attach/connect4_connect6:shared-handle:documented:sufficient:138876c0:\
         non-interference@TXN_IN_PROGRESS:1-commit@session/0+0+1.3",
    ),
    (
        "fault",
        "sv3:attach/fault_in_add:shared-handle:documented:sufficient:93476b47:session-discipline:\
         0-abort@session/0+1-nmr-wait@binding/1+0+3+1.5",
    ),
    (
        "deadlock",
        "sv3:faults/leaked_transaction:handle-per-provider:documented:sufficient:29e9a62a:\
         no-deadlock:0+1-begin@session/2.2",
    ),
];

fn table(token: &str, look: &Look) -> String {
    let recorded = RecordedSchedule::from_token(token).unwrap();
    let scenario = recorded.scenario(None).unwrap();
    let replayed = replay(&recorded, &scenario);
    let mut out = Vec::new();
    write_lanes(&mut out, &replayed.execution, &replayed.names, look).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_lane_tables_are_as_they_were_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/lanes");
    for (name, token) in TABLES {
        for width in [80, 200] {
            for (charset, suffix) in [(Charset::Ascii, "ascii"), (Charset::Utf8, "utf8")] {
                let look = Look {
                    charset,
                    ..Look::PLAIN.wide(width)
                };
                let file = folder.join(format!("{name}.{width}.{suffix}.txt"));
                let found = table(token, &look);
                if env::var_os("SELVEDGE_UPDATE_GOLDEN").is_some() {
                    fs::create_dir_all(&folder).unwrap();
                    fs::write(&file, &found).unwrap();
                }
                assert_eq!(
                    found,
                    fs::read_to_string(&file).unwrap(),
                    "{}",
                    file.display()
                );
                assert!(
                    found.lines().all(|line| line.chars().count() <= width),
                    "{found}"
                );
                assert!(charset == Charset::Utf8 || found.is_ascii(), "{found}");
            }
        }
    }
}

/// Every step has a row if that is asked for, and far fewer if not.
#[test]
fn folding_leaves_out_rows_and_no_switch() {
    for (name, token) in TABLES {
        let every = Look {
            detail: Detail::EveryStep,
            ..Look::PLAIN.wide(200)
        };
        let (all, few) = (table(token, &every), table(token, &Look::PLAIN.wide(200)));
        assert!(
            few.lines().count() * 3 < all.lines().count() * 2 + 12,
            "{name}"
        );
        for word in [
            "(preempted)",
            "(finished)",
            "(waits",
            "->",
            "returns",
            "waits for ever",
        ] {
            assert_eq!(
                few.matches(word).count(),
                all.matches(word).count(),
                "{name}: {word}"
            );
        }
    }
}
