//! Profiles: how the mock reads what Windows leaves open.

/// One reading of the open questions of the documentation, by name.
///
/// There is one so far, [`Profile::DOCUMENTED`]: where the documentation is silent it takes the
/// reading that `docs/model.md` lists as recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Profile {
    name: &'static str,
}

impl Profile {
    /// The documentation where it speaks, the recommended reading where it does not.
    pub const DOCUMENTED: Self = Self { name: "documented" };

    /// All profiles, the default first.
    pub const ALL: [Self; 1] = [Self::DOCUMENTED];

    /// The profile with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        self.name
    }
}
