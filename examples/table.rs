//! tmp
use selvedge::check::*;
use selvedge::explore::*;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    for name in Scenario::embedded_names().filter(|n| n.contains(&filter)) {
        let s = Scenario::embedded(name).unwrap();
        println!("== {name}");
        for st in s.strategies() {
            for waits in [Waits::Sufficient, Waits::MayExpire] {
                let t = std::time::Instant::now();
                let r = check(
                    &s,
                    st,
                    &Request {
                        waits,
                        bounds: Bounds {
                            executions_max: 100_000,
                            ..Bounds::default()
                        },
                        ..Request::default()
                    },
                    &mut Unwatched,
                );
                println!(
                    "{:38} {:?} {:9} ex {} red {} dead {} fail {} {:?} {:.3}s",
                    st.name,
                    waits,
                    r.verdict.word(),
                    r.executions,
                    r.redundant,
                    r.deadlocked,
                    r.failing,
                    r.coverage,
                    t.elapsed().as_secs_f64()
                );
                for c in &r.counterexamples {
                    println!(
                        "      {} | {} | steps {} sw {} pre {}",
                        c.property.name(),
                        c.cause,
                        c.execution.steps.len(),
                        c.execution.switches(),
                        c.execution.preemptions()
                    );
                }
                if std::env::args().nth(2).is_some() {
                    for c in r.counterexamples.iter().take(1) {
                        println!("{}", c.schedule);
                        for s in &c.execution.steps {
                            println!("   {}", selvedge::execution::StepNote::of(s));
                        }
                    }
                }
            }
        }
    }
}
