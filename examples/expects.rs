//! tmp
use selvedge::check::*;
use selvedge::explore::*;
use selvedge::runtime::Waits;
use selvedge::scenario::Scenario;
fn main() {
    for name in Scenario::embedded_names() {
        let s = Scenario::embedded(name).unwrap();
        println!("@@ {name}");
        println!("expect = [");
        for st in s.strategies() {
            for (waits, w) in [
                (Waits::Sufficient, "sufficient"),
                (Waits::MayExpire, "may-expire"),
            ] {
                let r = check(
                    &s,
                    st,
                    &Request {
                        waits,
                        ..Request::default()
                    },
                    &mut Unwatched,
                );
                let mut row = format!(
                    "  {{ strategy = {:?}, waits = {:?}, verdict = {:?}",
                    st.name,
                    w,
                    r.verdict.word()
                );
                if let Some(c) = r.counterexamples.first() {
                    row += &format!(", property = {:?}", c.property.name());
                    if let Some(st) = c.status {
                        row += &format!(", cause = {:?}", st.short());
                    }
                }
                row += &format!(", executions = {}", r.executions);
                if r.failing > 0 {
                    row += &format!(", failing = {}", r.failing);
                }
                if r.deadlocked > 0 {
                    row += &format!(", deadlocked = {}", r.deadlocked);
                }
                println!("{row} }},");
            }
        }
        println!("]");
    }
}
