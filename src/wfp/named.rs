//! Profiles by name: the fixed ones, and the one that stands for all.

use super::Profile;

/// What a check is asked to go through, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum NamedProfile {
    /// [`Profile::DOCUMENTED`].
    #[default]
    Documented,
    /// [`Profile::OBSERVED_WINDOWS`].
    ObservedWindows,
    /// Every combination of the readings that an execution consults, [`Profile::DOCUMENTED`]
    /// first.
    Adversarial,
}

impl NamedProfile {
    /// All of them, the default first.
    pub const ALL: [Self; 3] = [Self::Documented, Self::ObservedWindows, Self::Adversarial];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::ObservedWindows => "observed-windows",
            Self::Adversarial => "adversarial",
        }
    }

    /// What it is, in a sentence.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Documented => {
                "the documentation where it speaks, the recommended reading where it is silent"
            }
            Self::ObservedWindows => {
                "as documented, but for what field reports of Windows show otherwise"
            }
            Self::Adversarial => {
                "every combination of the readings that executions consult, the documented ones \
                 first: a proof then holds under each"
            }
        }
    }

    /// The profile to start with.
    pub const fn start(self) -> Profile {
        match self {
            Self::Documented | Self::Adversarial => Profile::DOCUMENTED,
            Self::ObservedWindows => Profile::OBSERVED_WINDOWS,
        }
    }

    /// Whether other readings than those of the start are gone through.
    pub const fn explores(self) -> bool {
        matches!(self, Self::Adversarial)
    }
}
