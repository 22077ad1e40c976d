//! What a counterexample does without, of schedules that were written by hand: readings that do not
//! matter, calls of the engine that need not fail, calls before those that do, and which of several
//! threads that are alike it was.

use selvedge::case::Case;
use selvedge::confirm::Finding;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::replay::Ending;
use selvedge::replay::RecordedSchedule;
use selvedge::replay::Replay;
use selvedge::replay::replay;
use selvedge::report::Counterexample;
use selvedge::scenario::Scenario;
use selvedge::wfp::CallKey;
use selvedge::wfp::Circumstances;
use selvedge::wfp::EngineFault;
use selvedge::wfp::Profile;
use selvedge::wfp::Question;

/// A schedule of a scenario that need not be built in.
fn schedule(token: &str, text: &str) -> RecordedSchedule {
    let mut recorded = RecordedSchedule::from_token(token).unwrap();
    recorded.text = Some(text.to_owned());
    recorded
}

/// What a schedule comes to, and the least counterexample that fails in the same way.
fn least(recorded: &RecordedSchedule) -> (Replay, Counterexample) {
    let scenario = recorded.scenario(None).unwrap();
    let replayed = replay(recorded, &scenario);
    let Ending::Reproduced(violation) = &replayed.ending else {
        panic!("{}: {:?}", recorded.to_token(), replayed.ending);
    };
    let finding = Finding {
        case: Case {
            scenario: &scenario,
            strategy: &recorded.strategy,
            waits: recorded.waits,
            circumstances: &recorded.circumstances,
        },
        violation,
        execution: &replayed.execution,
    };
    let least = finding.counterexample(&Profile::DOCUMENTED);
    (replayed, least)
}

fn headline(circumstances: &str) -> RecordedSchedule {
    let token = format!(
        "sv3:attach/connect4_connect6:shared-handle:{circumstances}:sufficient:138876c0:\
         non-interference@TXN_IN_PROGRESS:1-commit@session/0+0+1.3"
    );
    RecordedSchedule::from_token(&token).unwrap()
}

/// The engine is asked for the reading, as the trace shows; the race does not care for it.
#[test]
fn a_reading_that_does_not_matter_is_brought_back_to_the_documented_one() {
    let recorded = headline("documented+notify-add=at-commit");
    let (replayed, least) = least(&recorded);

    let asked: Vec<Question> = replayed.asked.questions.iter().collect();
    assert!(asked.contains(&Question::NotifyAdd), "{asked:?}");
    assert_ne!(recorded.circumstances, Circumstances::default());
    assert_eq!(least.circumstances, Circumstances::default());
}

/// The commit of the transaction that is in the way fails, after the begin was refused: the refusal
/// needs it not.
#[test]
fn a_call_that_need_not_fail_does_not() {
    let (replayed, least) = least(&headline("documented+1.commit.1=commit-fails"));

    let commit = CallKey {
        thread: ThreadId::new(1),
        verb: Verb::Commit,
        occurrence: 1,
    };
    assert!(replayed.asked.calls.contains(&commit));
    assert_eq!(least.circumstances, Circumstances::default());
    assert_eq!(
        least.schedule,
        self::least(&headline("documented")).1.schedule
    );
}

/// Thread 0 attaches twice, and the begin of its second attach is carried out although it fails.
/// Without the first attach that is its first begin.
#[test]
fn a_call_that_fails_is_counted_anew_without_the_calls_before_it() {
    let whole = Scenario::embedded("direct/connect4_connect6").unwrap();
    let text = whole.text().replace(
        "[[thread]]\ncalls = [{ attach = \"v4\" }]",
        "[[link]]\nname = \"b\"\nattach = \"BIND\"\n\
         [[thread]]\ncalls = [{ attach = \"b\" }, { attach = \"v4\" }]",
    );
    assert_ne!(text, whole.text());
    let token = "sv3:direct/connect4_connect6:push-lock:documented+0.begin.2=executed:sufficient:\
                 0:non-interference@TXN_IN_PROGRESS:0+1.2";
    let (_, least) = least(&schedule(token, &text));

    let omitted: Vec<String> = least
        .explained
        .omitted
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(omitted, ["0.0"]);
    let begin = CallKey {
        thread: ThreadId::new(0),
        verb: Verb::Begin,
        occurrence: 1,
    };
    let faults: Vec<_> = least.circumstances.faults.into_iter().collect();
    assert_eq!(faults, [(begin, EngineFault::Executed)]);
}

/// Four threads that attach to the same hook; whichever two of them meet, it is told of 0 and 1.
#[test]
fn of_threads_that_are_alike_the_first_are_told() {
    let links = ["a", "b", "c", "d"];
    let link = |name: &&str| {
        format!(
            "[[link]]\nname = \"{name}\"\nattach = \"CONNECT4\"\n\
             [[thread]]\ncalls = [{{ attach = \"{name}\" }}]\n"
        )
    };
    let tables: String = links.iter().map(link).collect();
    let text = format!("summary = \"s\"\npipeline = \"direct\"\n{tables}");
    let mut tokens = Vec::new();
    for first in 0..links.len() {
        for second in (0..links.len()).filter(|second| *second != first) {
            let token = format!(
                "sv3:four:shared-handle:documented:sufficient:0:non-interference@TXN_IN_PROGRESS:\
                 {first}-commit@session/0+{second}+{first}.3"
            );
            let (_, least) = least(&schedule(&token, &text));
            assert_eq!(least.explained.omitted.len(), 2, "{token}");
            tokens.push(least.schedule);
        }
    }

    assert_eq!(tokens.len(), 12);
    assert!(tokens[0].starts_with("sv3:four~2~3:"), "{}", tokens[0]);
    assert!(
        tokens.iter().all(|token| *token == tokens[0]),
        "{tokens:#?}"
    );
}
