//! The links, and what the calls of the threads do to them, read in order.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::attach::Call;
use crate::attach::CallKind;
use crate::attach::LinkSpec;
use crate::attach::ThreadSpec;

use super::Flaw;
use super::file::CallTable;
use super::file::LinkTable;
use super::file::ThreadTable;
use super::flaw::Located;
use super::workload::LINKS_MAX;

/// How many characters the name of a thread may have.
pub(super) const THREAD_NAME_CHARS_MAX: usize = 40;

/// How many links a message names.
const LINKS_SHOWN: usize = 8;

/// What is known of a link while the calls of the threads are read in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkState {
    NeverAttached,
    MaybeAttached,
    Detached,
}

/// The links, who uses them, and in what state the calls so far leave them.
pub(super) struct LinkStates<'a> {
    tables: &'a [Spanned<LinkTable>],
    indices: BTreeMap<&'a str, usize>,
    states: Vec<LinkState>,
    users: Vec<Option<usize>>,
}

impl<'a> LinkStates<'a> {
    pub(super) fn new(tables: &'a [Spanned<LinkTable>]) -> Result<Self, Located> {
        if tables.is_empty() {
            return Err(Flaw::NoLinks.at_start());
        }
        if let Some(first) = tables.get(LINKS_MAX) {
            return Err(Flaw::TooManyLinks {
                count: tables.len(),
                max: LINKS_MAX,
            }
            .at(first));
        }
        let mut indices = BTreeMap::new();
        for (index, table) in tables.iter().enumerate() {
            let name = &table.as_ref().name;
            if !is_link_name(name.as_ref()) {
                return Err(Flaw::LinkName(name.as_ref().clone()).at(name));
            }
            if indices.insert(name.as_ref().as_str(), index).is_some() {
                return Err(Flaw::LinkTwice(name.as_ref().clone()).at(name));
            }
        }
        let state = |table: &Spanned<LinkTable>| {
            if table.as_ref().attached {
                return LinkState::MaybeAttached;
            }
            LinkState::NeverAttached
        };
        let states = tables.iter().map(state).collect();
        Ok(Self {
            tables,
            indices,
            states,
            users: vec![None; tables.len()],
        })
    }

    pub(super) fn thread(
        &mut self,
        index: usize,
        table: &ThreadTable,
    ) -> Result<ThreadSpec, Located> {
        let mut calls = Vec::new();
        for call in table.calls.as_ref() {
            calls.push(self.call(index, call)?);
        }
        let name = match &table.name {
            Some(name) if !is_thread_name(name.as_ref()) => {
                let flaw = Flaw::ThreadName(name.as_ref().clone(), THREAD_NAME_CHARS_MAX);
                return Err(flaw.at(name));
            }
            Some(name) => name.as_ref().clone(),
            None => self.describe(&calls),
        };
        Ok(ThreadSpec { name, calls })
    }

    fn call(&mut self, thread: usize, table: &Spanned<CallTable>) -> Result<Call, Located> {
        let (kind, name) = match (&table.as_ref().attach, &table.as_ref().detach) {
            (Some(name), None) => (CallKind::Attach, name),
            (None, Some(name)) => (CallKind::Detach, name),
            (Some(_), Some(_)) | (None, None) => return Err(Flaw::AttachOrDetach.at(table)),
        };
        let text = name.as_ref();
        let Some(&link) = self.indices.get(text.as_str()) else {
            return Err(Flaw::UnknownLink {
                name: text.clone(),
                known: self.known(),
            }
            .at(name));
        };
        let first = *self.users[link].get_or_insert(thread);
        if first != thread {
            return Err(Flaw::LinkShared {
                name: text.clone(),
                first,
                second: thread,
            }
            .at(name));
        }
        self.states[link] = match (kind, self.states[link]) {
            (CallKind::Attach, LinkState::MaybeAttached) => {
                return Err(Flaw::StillAttached(text.clone()).at(name));
            }
            (CallKind::Detach, LinkState::NeverAttached) => {
                return Err(Flaw::NotAttached(text.clone()).at(name));
            }
            (CallKind::Detach, LinkState::Detached) => {
                return Err(Flaw::DetachedTwice(text.clone()).at(name));
            }
            (CallKind::Attach, LinkState::NeverAttached | LinkState::Detached) => {
                LinkState::MaybeAttached
            }
            (CallKind::Detach, LinkState::MaybeAttached) => LinkState::Detached,
        };
        Ok(Call {
            kind,
            link,
            returns: table.as_ref().returns,
        })
    }

    /// The links, once all calls are read.
    pub(super) fn finish(self) -> Result<Vec<LinkSpec>, Located> {
        let mut links = Vec::new();
        for (table, user) in self.tables.iter().zip(self.users) {
            let LinkTable {
                name,
                attach,
                compartment,
                attached,
            } = table.as_ref();
            if user.is_none() && !attached {
                return Err(Flaw::LinkUnused(name.as_ref().clone()).at(name));
            }
            links.push(LinkSpec {
                name: name.as_ref().clone(),
                attach_type: *attach,
                compartment: *compartment,
                attached: *attached,
            });
        }
        Ok(links)
    }

    /// The name of a thread that has none: its calls, or how many they are.
    fn describe(&self, calls: &[Call]) -> String {
        let describe = |call: &Call| {
            let verb = match call.kind {
                CallKind::Attach => "attach",
                CallKind::Detach => "detach",
            };
            format!("{verb} {}", self.tables[call.link].as_ref().attach)
        };
        let all: Vec<String> = calls.iter().map(describe).collect();
        let name = all.join(", ");
        match all.first() {
            Some(first) if !is_thread_name(&name) => format!("{first}, and {} more", all.len() - 1),
            _ => name,
        }
    }

    fn known(&self) -> String {
        let names = self
            .tables
            .iter()
            .map(|table| table.as_ref().name.as_ref().as_str());
        let mut shown: Vec<&str> = names.take(LINKS_SHOWN).collect();
        if self.tables.len() > LINKS_SHOWN {
            shown.push("…");
        }
        shown.join(", ")
    }
}

fn is_link_name(name: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    !name.is_empty() && name.bytes().all(fits)
}

fn is_thread_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=THREAD_NAME_CHARS_MAX).contains(&length)
        && !name.trim().is_empty()
        && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use crate::attach::AttachType;
    use crate::scenario::Scenario;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    use super::*;

    const TWO_CALLS: &str = "{ attach = \"v4\" }, { detach = \"v4\", returns = 22 }";

    #[test]
    fn links_and_calls_become_indices() {
        let scenario = Scenario::parse("t", sample::GOOD).unwrap();

        let links = &scenario.workload().links;
        assert_eq!(links.len(), 2);
        assert_eq!(
            links[1],
            LinkSpec {
                name: "v6".into(),
                attach_type: AttachType::Connect6,
                compartment: 3,
                attached: true,
            }
        );
        let attach = Call {
            kind: CallKind::Attach,
            link: 0,
            returns: 0,
        };
        let refused = Call {
            kind: CallKind::Detach,
            link: 0,
            returns: 22,
        };
        let detach = Call {
            kind: CallKind::Detach,
            link: 1,
            returns: 0,
        };
        let threads = &scenario.workload().threads;
        assert_eq!(threads[0].calls, [attach, refused]);
        assert_eq!(threads[1].calls, [detach]);
    }

    #[test]
    fn a_thread_without_a_name_is_called_after_its_calls() {
        let name = |text: &str| {
            Scenario::parse("t", text).unwrap().workload().threads[0]
                .name
                .clone()
        };
        let unnamed = sample::with("name = \"attacher\"\n", "");

        assert_eq!(name(sample::GOOD), "attacher");
        assert_eq!(name(&unnamed), "attach CONNECT4, detach CONNECT4");
        let more = format!("{TWO_CALLS}, {TWO_CALLS}");
        assert_eq!(
            name(&unnamed.replace(TWO_CALLS, &more)),
            "attach CONNECT4, and 3 more"
        );
    }

    #[test]
    fn a_link_is_attached_before_it_is_detached_and_not_twice() {
        let cases = [
            (
                "{ detach = \"v4\" }",
                "t:18:21: the link `v4` is not attached when it is detached",
            ),
            (
                "{ attach = \"v4\" }, { attach = \"v4\" }",
                "t:18:40: the link `v4` may be attached",
            ),
            (
                "{ attach = \"v4\" }, { detach = \"v4\" }, { detach = \"v4\" }",
                "t:18:59: the link `v4` is detached twice; attach it in between",
            ),
            (
                "{ attach = \"v4\" }, { attach = \"v6\" }",
                "t:18:40: the link `v6` may be attached",
            ),
        ];
        for (calls, message) in cases {
            let refused = refused(&sample::with(TWO_CALLS, calls));
            assert!(refused.starts_with(message), "{refused}");
        }
        let again = format!("{TWO_CALLS}, {{ attach = \"v4\" }}");
        assert!(Scenario::parse("t", &sample::with(TWO_CALLS, &again)).is_ok());
    }

    #[test]
    fn a_link_is_used_by_one_thread_only() {
        let message = refused(&sample::with("{ detach = \"v6\" }", "{ detach = \"v4\" }"));

        assert_eq!(
            message,
            "t:21:21: the link `v4` is used by thread 0 and by thread 1, and a link is used by one \
             thread only; give each its own `[[link]]`"
        );
    }

    #[test]
    fn every_link_is_used_or_attached() {
        let more = "[[link]]\nname = \"more\"\nattach = \"CONNECT4\"\n\n[[fault]]";

        let message = refused(&sample::with("[[fault]]", more));

        assert_eq!(
            message,
            "t:24:8: no call uses the link `more`; remove it, or say `attached = true`"
        );
        let attached = more.replace("\n\n", "\nattached = true\n\n");
        assert!(Scenario::parse("t", &sample::with("[[fault]]", &attached)).is_ok());
    }

    #[test]
    fn names_are_checked() {
        let long = format!("name = \"{}\"", "x".repeat(41));
        let cases = [
            (
                "name = \"v4\"",
                "name = \"V4\"",
                "t:7:8: the link name `V4` is not made of a-z",
            ),
            (
                "name = \"v4\"",
                "name = \"\"",
                "t:7:8: the link name `` is not made of a-z",
            ),
            (
                "name = \"v6\"",
                "name = \"v4\"",
                "t:11:8: two links are called `v4`; rename one",
            ),
            ("name = \"attacher\"", &long, "t:17:8: the thread name `xxx"),
            (
                "name = \"attacher\"",
                "name = \"a\\tb\"",
                "t:17:8: the thread name `a\\tb` is not",
            ),
            (
                "[{ detach = \"v6\" }]",
                "[{ detach = \"v7\" }]",
                "t:21:21: unknown link `v7`; the links \
              are v4, v6: correct",
            ),
            (
                "[{ detach = \"v6\" }]",
                "[{ }]",
                "t:21:10: a call is either { attach = \"link\" } or",
            ),
        ];
        for (from, to, message) in cases {
            let refused = refused(&sample::with(from, to));
            assert!(refused.starts_with(message), "{refused}");
        }
    }
}
