//! Choices that are made from outside, for runtimes that cannot explore them.
//!
//! A choice is known by its [`ChoiceKey`]: who chooses, what kind of choice it is, and the nth
//! such of that thread it is; so a key does not depend on the interleaving. A [`Script`] fixes some
//! keys; every other choice takes its first alternative and is noted as consulted.

use std::collections::BTreeMap;

use crate::execution::ThreadId;

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChoiceKind {
    /// A choice of the code under test, such as a fault or none.
    Choice,
    /// Whether a wait that is blocked waits on (0) or expires (1).
    Expiry,
}

/// Which choice of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChoiceKey {
    /// Who chooses.
    pub thread: ThreadId,
    /// What kind of choice it is.
    pub kind: ChoiceKind,
    /// The nth of this kind and thread, from 0.
    pub occurrence: u32,
}

/// The choices that are fixed, and those that were met and are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    fixed: BTreeMap<ChoiceKey, u8>,
    /// The number of alternatives of each choice that was met and is not fixed.
    consulted: BTreeMap<ChoiceKey, u8>,
}

impl Script {
    /// A script that fixes these choices. Of two for one key, the later counts.
    pub fn of(fixed: impl IntoIterator<Item = (ChoiceKey, u8)>) -> Self {
        Self {
            fixed: fixed.into_iter().collect(),
            consulted: BTreeMap::new(),
        }
    }

    /// The choices that are fixed, in order of key.
    pub fn fixed(&self) -> impl Iterator<Item = (ChoiceKey, u8)> {
        self.fixed
            .iter()
            .map(|(&key, &alternative)| (key, alternative))
    }

    /// The alternative to take.
    pub(super) fn consult(&mut self, key: ChoiceKey, alternatives: u8) -> u8 {
        if let Some(&fixed) = self.fixed.get(&key) {
            return fixed;
        }
        self.consulted.insert(key, alternatives);
        0
    }

    /// The scripts that cover, together with this one, every assignment of the choices met so far:
    /// for each of them in order of key, those before it as they were and another alternative here.
    /// Each script is disjoint from every other, so that no assignment is explored twice.
    pub fn others(&self) -> Vec<Self> {
        let mut others = Vec::new();
        let mut fixed = self.fixed.clone();
        for (&key, &alternatives) in &self.consulted {
            for alternative in 1..alternatives {
                let mut other = fixed.clone();
                other.insert(key, alternative);
                others.push(Self {
                    fixed: other,
                    consulted: BTreeMap::new(),
                });
            }
            fixed.insert(key, 0);
        }
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(occurrence: u32) -> ChoiceKey {
        ChoiceKey {
            thread: ThreadId::new(0),
            kind: ChoiceKind::Choice,
            occurrence,
        }
    }

    /// Runs a program of choices under every script, and returns what it chose each time.
    fn explore(program: impl Fn(&mut Script) -> Vec<u8>) -> Vec<Vec<u8>> {
        let mut scripts = vec![Script::default()];
        let mut seen = Vec::new();
        while let Some(mut script) = scripts.pop() {
            seen.push(program(&mut script));
            scripts.extend(script.others());
        }
        seen.sort();
        seen
    }

    #[test]
    fn independent_choices_are_explored_in_every_combination_once() {
        let seen = explore(|script| {
            let first = script.consult(key(0), 2);
            let second = script.consult(key(1), 3);
            vec![first, second]
        });

        assert_eq!(
            seen,
            [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]].map(Vec::from)
        );
    }

    #[test]
    fn a_script_is_rebuilt_from_what_it_fixes() {
        let mut script = Script::default();
        script.consult(key(0), 2);
        script.consult(key(1), 3);
        for other in script.others() {
            assert_eq!(Script::of(other.fixed()), other);
        }
    }

    /// A choice that is only met after another is explored only there.
    #[test]
    fn a_choice_behind_another_is_explored_where_it_is_met() {
        let seen = explore(|script| {
            let first = script.consult(key(0), 2);
            if first == 0 {
                return vec![first];
            }
            vec![first, script.consult(key(1), 2)]
        });

        assert_eq!(seen, [vec![0], vec![1, 0], vec![1, 1]]);
    }
}
