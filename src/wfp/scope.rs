//! Which circumstances a check goes through.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use super::CallKey;
use super::Circumstances;
use super::EngineFault;
use super::NamedProfile;
use super::Question;

/// How many calls may fail together at most: the number of ways grows with its power.
pub const FAULT_BUDGET_MAX: u32 = 8;

/// Which circumstances a check goes through: a profile, or every reading that is consulted, and
/// the faults of engine calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The profile to begin with, and whether the others are gone through.
    pub profile: NamedProfile,
    /// The readings that hold whatever the profile says, by their places in
    /// [`Question::readings`].
    pub fixed: BTreeMap<Question, u8>,
    /// How many calls of the engine may fail in one execution: at most [`FAULT_BUDGET_MAX`].
    pub fault_budget: u32,
    /// How they may fail. All ways by default.
    pub faults: BTreeSet<EngineFault>,
}

impl Default for Scope {
    /// The documented profile, and no call that fails.
    fn default() -> Self {
        Self {
            profile: NamedProfile::Documented,
            fixed: BTreeMap::new(),
            fault_budget: 0,
            faults: EngineFault::ALL.into_iter().collect(),
        }
    }
}

impl Scope {
    /// A profile, and no call that fails.
    pub fn of(profile: NamedProfile) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// The circumstances to begin with: the readings of the profile and those that are fixed, and
    /// no fault.
    ///
    /// # Panics
    ///
    /// If a fixed reading is none of its question.
    pub fn start(&self) -> Circumstances {
        let mut profile = self.profile.start();
        for (&question, &reading) in &self.fixed {
            let with = profile.with(question, reading);
            profile = with.expect("internal bug: a fixed reading is one of its question");
        }
        Circumstances::of(profile)
    }

    /// Whether the other readings of a question are gone through.
    pub fn explores(&self, question: Question) -> bool {
        let open = question.is_explored() && !self.fixed.contains_key(&question);
        self.profile.explores() && open
    }

    /// Whether a call can fail in a way that is gone through.
    pub fn may_fail(&self, call: CallKey) -> bool {
        let mut faults = EngineFault::of(call.verb).iter();
        self.fault_budget > 0 && faults.any(|fault| self.faults.contains(fault))
    }

    /// Whether there may be more than one search to make.
    pub const fn is_wide(&self) -> bool {
        self.profile.explores() || self.fault_budget > 0
    }
}

/// The profile and the fixed readings: `adversarial+lock-mode=exclusive`. Faults are no part of it.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.profile.name())?;
        for (&question, &reading) in &self.fixed {
            let reading = question.readings()[usize::from(reading)];
            write!(f, "+{question}={reading}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wfp::LockMode;
    use crate::wfp::Profile;

    #[test]
    fn a_fixed_reading_holds_and_is_not_gone_through() {
        let mut scope = Scope::of(NamedProfile::Adversarial);
        assert!(scope.explores(Question::LockMode));
        scope.fixed.insert(Question::LockMode, 1);

        assert_eq!(scope.start().profile.lock_mode, LockMode::Exclusive);
        assert!(!scope.explores(Question::LockMode));
        assert!(scope.explores(Question::LookUp));
        assert_eq!(scope.to_string(), "adversarial+lock-mode=exclusive");
    }

    /// Its readings differ in how a finding is told.
    #[test]
    fn a_question_of_telling_is_never_gone_through() {
        let scope = Scope::of(NamedProfile::Adversarial);

        assert!(!scope.explores(Question::Reentrancy));
    }

    #[test]
    fn a_fixed_profile_is_one_search() {
        let scope = Scope::of(NamedProfile::ObservedWindows);

        assert!(!scope.is_wide());
        assert_eq!(scope.start().profile, Profile::OBSERVED_WINDOWS);
        assert!(
            Question::ALL
                .iter()
                .all(|&question| !scope.explores(question))
        );
    }
}
