//! Exit codes: what the process tells a script.

use std::process::ExitCode;

use crate::report::CheckReport;
use crate::report::Verdict;

/// How a command ended. Of two, the greater says more: what is wrong outweighs what is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// All is as the models expect; without an expectation, proved.
    Success,
    /// A bound, a sample or an unsuitable explorer, and no expectation that it should be so; code
    /// that is not deterministic; no expectation to check; a replay that diverged or broke nothing.
    Inconclusive,
    /// Something is not as its model expects; without an expectation, violated. Two explorers that
    /// disagree, whatever is expected. A replay that
    /// reproduced its violation. An attempt of a stress run that hung.
    Violated,
    /// The input is bad, or the report cannot be written.
    BadInput,
}

impl Exit {
    /// The code of [`Exit::Success`].
    pub const SUCCESS: u8 = 0;
    /// The code of [`Exit::Violated`].
    pub const VIOLATED: u8 = 1;
    /// The code of [`Exit::BadInput`]; that of clap for arguments it refuses, too.
    pub const BAD_INPUT: u8 = 2;
    /// The code of [`Exit::Inconclusive`].
    pub const INCONCLUSIVE: u8 = 3;

    /// The code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => Self::SUCCESS,
            Self::Violated => Self::VIOLATED,
            Self::BadInput => Self::BAD_INPUT,
            Self::Inconclusive => Self::INCONCLUSIVE,
        }
    }

    /// What one report says.
    pub fn of(report: &CheckReport) -> Self {
        if report.disagreement.is_some() {
            return Self::Violated;
        }
        match (&report.unexpected, report.verdict) {
            (Some(differences), _) if differences.is_empty() => Self::Success,
            (_, verdict) if !verdict.is_conclusive() => Self::Inconclusive,
            (None, Verdict::Proved) => Self::Success,
            (Some(_) | None, _) => Self::Violated,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::runtime::Waits;

    #[test]
    fn the_codes_are_those_of_the_documentation() {
        let codes = [
            Exit::Success,
            Exit::Violated,
            Exit::BadInput,
            Exit::Inconclusive,
        ];

        assert_eq!(codes.map(Exit::code), [0, 1, 2, 3]);
    }

    #[test]
    fn without_an_expectation_the_verdict_decides() {
        let exit = |verdict| {
            Exit::of(&CheckReport {
                verdict,
                ..sample::proved("any", Waits::Sufficient)
            })
        };

        assert_eq!(exit(Verdict::Proved), Exit::Success);
        assert_eq!(exit(Verdict::Violated), Exit::Violated);
        for verdict in [
            Verdict::Bounded,
            Verdict::Sampled,
            Verdict::Unsuitable,
            Verdict::NotDeterministic,
        ] {
            assert_eq!(exit(verdict), Exit::Inconclusive);
        }
    }

    #[test]
    fn an_expectation_outweighs_the_verdict() {
        let met = Some(Vec::new());
        let expected = sample::violated("any", Waits::Sufficient);
        let expected = CheckReport {
            unexpected: met,
            ..expected
        };
        let differs = Some(vec!["expected VIOLATED, found PROVED".into()]);
        let surprising = sample::proved("any", Waits::Sufficient);
        let surprising = CheckReport {
            unexpected: differs,
            ..surprising
        };

        let bounded = CheckReport {
            verdict: Verdict::Bounded,
            unexpected: Some(vec!["expected PROVED, found BOUNDED".into()]),
            ..sample::proved("any", Waits::Sufficient)
        };

        assert_eq!(Exit::of(&bounded), Exit::Inconclusive);
        assert_eq!(Exit::of(&expected), Exit::Success);
        assert_eq!(Exit::of(&surprising), Exit::Violated);
    }

    #[test]
    fn explorers_that_disagree_outweigh_an_expectation() {
        let report = CheckReport {
            unexpected: Some(Vec::new()),
            ..sample::disagreed("any")
        };

        assert_eq!(Exit::of(&report), Exit::Violated);
    }

    #[test]
    fn what_is_wrong_outweighs_what_is_unknown() {
        let exits = [Exit::Success, Exit::Violated, Exit::Inconclusive];

        assert_eq!(exits.into_iter().max(), Some(Exit::Violated));
    }
}
