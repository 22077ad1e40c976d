//! The same scenario with another number of threads, for stress runs.
//!
//! Thread `i` does what thread `i mod k` of the model does, on links of its own. A link's copy is
//! for a compartment that nobody else uses, so that it makes a filter context of its own, as
//! another program of a stress test would. A fault stays with the thread that has it, and so goes
//! with a thread that is left out. The result is a text like any other, parsed and checked like any
//! other; what the model expects does not carry over.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::attach::CallKind;
use crate::attach::Fault;
use crate::attach::FaultPoint;
use crate::attach::LinkSpec;
use crate::attach::Pipeline;
use crate::attach::ThreadSpec;
use crate::strategy::Strategy;

use super::Scenario;
use super::ScenarioError;
use super::ledger::THREAD_NAME_CHARS_MAX;
use super::scope;

impl Scenario {
    /// The scenario with so many threads; itself if it has as many.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Flaw`] if there are no threads or, with deferred work, more than one
    /// execution can have.
    pub fn scaled(&self, threads: usize) -> Result<Self, ScenarioError> {
        if threads == self.workload().threads.len() {
            return Ok(self.clone());
        }
        let name = format!("{}-{threads}-threads", self.name());
        Self::parse(&name, &Copying::new(self).text(threads))
    }
}

/// A thread of the result: its name, and its calls with the links they use.
struct Copied {
    name: String,
    calls: Vec<(CallKind, String, u32)>,
}

/// What has been given away while the copies are made.
struct Copying<'a> {
    scenario: &'a Scenario,
    link_names: BTreeSet<String>,
    thread_names: BTreeSet<String>,
    compartments: BTreeSet<u32>,
    /// The tables of the links so far.
    links: String,
}

impl<'a> Copying<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let links = || scenario.workload().links.iter();
        Self {
            scenario,
            link_names: links().map(|link| link.name.clone()).collect(),
            thread_names: BTreeSet::new(),
            compartments: links().map(|link| link.compartment).collect(),
            links: String::new(),
        }
    }

    fn text(mut self, count: usize) -> String {
        let model = self.scenario.workload();
        let used: BTreeSet<usize> = model
            .threads
            .iter()
            .flat_map(|thread| thread.calls.iter().map(|call| call.link))
            .collect();
        for (index, link) in model.links.iter().enumerate() {
            if !used.contains(&index) {
                self.links.push_str(&link_table(link));
            }
        }
        let threads: Vec<Copied> = (0..count).map(|index| self.thread(index)).collect();
        let mut text = self.head(count);
        text.push_str(&self.links);
        for thread in &threads {
            write_thread(&mut text, thread);
        }
        let kept = model.faults.iter().filter(|fault| fault.thread < count);
        for fault in kept {
            write_fault(&mut text, fault);
        }
        text
    }

    fn head(&self, count: usize) -> String {
        let scenario = self.scenario;
        let pipeline = match scenario.workload().pipeline {
            Pipeline::Direct => "direct",
            Pipeline::A1 => "a1",
        };
        let counted = if count == 1 {
            "1 thread".to_owned()
        } else {
            format!("{count} threads")
        };
        let summary = format!("{} - here with {counted}", scenario.summary());
        let mut text = format!(
            "# A model of Selvedge with {counted}: thread i does what thread i mod {} does there.\n\
             \n\
             summary = {}\npipeline = \"{pipeline}\"\n{}",
            scenario.workload().threads.len(),
            quoted(&summary),
            scope::written(scenario.scope()),
        );
        if scenario.workload().infinite_wait {
            text.push_str("session_wait = \"infinite\"\n");
        }
        if scenario.strategies() != Strategy::PRESETS {
            let names = scenario.strategies().iter();
            let names: Vec<String> = names.map(|strategy| quoted(strategy.name)).collect();
            put(
                &mut text,
                format_args!("strategies = [{}]\n", names.join(", ")),
            );
        }
        text
    }

    /// Thread `index` with its links, which are written down.
    fn thread(&mut self, index: usize) -> Copied {
        let model = self.scenario.workload();
        let ThreadSpec { name, calls } = &model.threads[index % model.threads.len()];
        let copy = index / model.threads.len() + 1;
        let mut names: Vec<Option<String>> = vec![None; model.links.len()];
        let mut copied = Vec::new();
        for call in calls {
            if names[call.link].is_none() {
                names[call.link] = Some(self.link(&model.links[call.link], copy));
            }
            let link = names[call.link].clone().expect("it was named just now");
            copied.push((call.kind, link, call.returns));
        }
        Copied {
            name: self.thread_name(name, copy),
            calls: copied,
        }
    }

    /// Writes the table of the copy of a link: its name.
    fn link(&mut self, link: &LinkSpec, copy: usize) -> String {
        let mut link = link.clone();
        if copy > 1 {
            let mut names = (copy..).map(|number| format!("{}-{number}", link.name));
            let free = names.find(|name| !self.link_names.contains(name));
            link.name = free.expect("numbers do not end");
            self.link_names.insert(link.name.clone());
            let mut numbers = 1..=u32::MAX;
            let free = numbers.find(|number| !self.compartments.contains(number));
            link.compartment = free.expect("a scenario has few links");
            self.compartments.insert(link.compartment);
        }
        self.links.push_str(&link_table(&link));
        link.name
    }

    fn thread_name(&mut self, name: &str, copy: usize) -> String {
        let numbered = |number: usize| {
            if number == 1 {
                return name.to_owned();
            }
            let suffix = format!(" ({number})");
            let kept = THREAD_NAME_CHARS_MAX - suffix.len();
            let name: String = name.chars().take(kept).collect();
            name + &suffix
        };
        let mut names = (copy..).map(numbered);
        let free = names.find(|name| !self.thread_names.contains(name));
        let free = free.expect("numbers do not end");
        self.thread_names.insert(free.clone());
        free
    }
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("a string takes everything");
}

fn link_table(link: &LinkSpec) -> String {
    let LinkSpec {
        name,
        attach_type,
        compartment,
        attached,
    } = link;
    let mut text = format!("\n[[link]]\nname = \"{name}\"\nattach = \"{attach_type}\"\n");
    if *compartment > 0 {
        put(&mut text, format_args!("compartment = {compartment}\n"));
    }
    if *attached {
        text.push_str("attached = true\n");
    }
    text
}

fn write_thread(text: &mut String, thread: &Copied) {
    let call = |(kind, link, returns): &(CallKind, String, u32)| {
        let verb = match kind {
            CallKind::Attach => "attach",
            CallKind::Detach => "detach",
        };
        match returns {
            0 => format!("{{ {verb} = \"{link}\" }}"),
            errno => format!("{{ {verb} = \"{link}\", returns = {errno} }}"),
        }
    };
    let calls: Vec<String> = thread.calls.iter().map(call).collect();
    put(
        text,
        format_args!(
            "\n[[thread]]\nname = {}\ncalls = [{}]\n",
            quoted(&thread.name),
            calls.join(", ")
        ),
    );
}

fn write_fault(text: &mut String, fault: &Fault) {
    let Fault {
        thread,
        point,
        occurrence,
        status,
        maybe,
    } = fault;
    let mut points = FaultPoint::ALL.iter();
    let (_, call) = points
        .find(|(known, _)| known == point)
        .expect("ALL lists every point");
    put(
        text,
        format_args!(
            "\n[[fault]]\nthread = {thread}\ncall = \"{call}\"\noccurrence = {occurrence}\n\
             status = \"0x{:08X}\"\n",
            status.value()
        ),
    );
    if *maybe {
        text.push_str("maybe = true\n");
    }
}

/// A text as a string of TOML. It has no control characters: a scenario refuses those.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::sample;

    fn headline() -> Scenario {
        Scenario::embedded("attach/connect4_connect6").unwrap()
    }

    #[test]
    fn the_headline_with_three_threads() {
        let scaled = headline().scaled(3).unwrap();

        assert_eq!(scaled.name(), "attach/connect4_connect6-3-threads");
        assert_eq!(
            scaled.text(),
            r#"# A model of Selvedge with 3 threads: thread i does what thread i mod 2 does there.

summary = "Two threads attach CONNECT4 and CONNECT6 at once - here with 3 threads"
pipeline = "a1"
profile = "documented"

[[link]]
name = "v4"
attach = "CONNECT4"

[[link]]
name = "v6"
attach = "CONNECT6"

[[link]]
name = "v4-2"
attach = "CONNECT4"
compartment = 1

[[thread]]
name = "attach CONNECT4"
calls = [{ attach = "v4" }]

[[thread]]
name = "attach CONNECT6"
calls = [{ attach = "v6" }]

[[thread]]
name = "attach CONNECT4 (2)"
calls = [{ attach = "v4-2" }]
"#
        );
    }

    #[test]
    fn with_its_own_number_of_threads_a_model_is_unchanged() {
        assert_eq!(headline().scaled(2).unwrap(), headline());
    }

    /// Everything that a file can say is said again: links, calls, what they return, faults.
    #[test]
    fn copies_do_what_the_model_does() {
        let model = Scenario::parse("m", sample::GOOD).unwrap();
        let scaled = model.scaled(5).unwrap();
        let (own, copies) = (model.workload(), scaled.workload());

        assert_eq!(scaled.strategies(), model.strategies());
        assert_eq!(copies.faults, own.faults);
        for (index, thread) in copies.threads.iter().enumerate() {
            let model = &own.threads[index % 2];
            for (call, same) in thread.calls.iter().zip(&model.calls) {
                assert_eq!((call.kind, call.returns), (same.kind, same.returns));
                let (link, same) = (&copies.links[call.link], &own.links[same.link]);
                assert_eq!(
                    (link.attach_type, link.attached),
                    (same.attach_type, same.attached)
                );
            }
        }
        let compartments: Vec<u32> = copies.links.iter().map(|link| link.compartment).collect();
        // The first copies have those of the model; 3 is taken.
        assert_eq!(compartments, [0, 3, 1, 2, 4]);
    }

    #[test]
    fn names_are_unique_and_not_too_long() {
        let long = "x".repeat(40);
        let text = sample::with("\"attacher\"", &format!("\"{long}\""));
        let text = text.replace("\"v6\"", "\"v4-2\"");
        let scaled = Scenario::parse("m", &text).unwrap().scaled(24).unwrap();
        let workload = scaled.workload();

        let threads: BTreeSet<&str> = workload.threads.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(threads.len(), 24);
        assert_eq!(workload.threads[2].name, format!("{} (2)", "x".repeat(36)));
        assert_eq!(workload.links[2].name, "v4-3");
        assert_eq!(workload.links[3].name, "v4-2-2");
    }

    #[test]
    fn fewer_threads_leave_out_what_the_others_had() {
        let model = Scenario::embedded("faults/lost_notification").unwrap();
        let one = model.scaled(1).unwrap();
        assert_eq!(
            (one.workload().links.len(), one.workload().faults.len()),
            (1, 1)
        );

        let fault = sample::with("thread = 0", "thread = 1");
        let without = Scenario::parse("m", &fault).unwrap().scaled(1).unwrap();
        assert_eq!(without.workload().faults, []);
    }

    #[test]
    fn every_model_can_be_scaled_as_far_as_there_are_threads() {
        for name in Scenario::embedded_names() {
            let model = Scenario::embedded(name).unwrap();
            assert_eq!(
                model.scaled(16).unwrap().workload().threads.len(),
                16,
                "{name}"
            );
            let refused = model.scaled(65).unwrap_err().to_string();
            assert!(refused.contains("more than the 64"), "{refused}");
            assert!(model.scaled(0).is_err());
        }
    }
}
