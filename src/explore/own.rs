//! The executions that each explorer of this crate chooses.

use crate::runtime::controlled::Limits;
use crate::runtime::controlled::System;

use super::Bounds;
use super::DfsExplorer;
use super::DporExplorer;
use super::Executions;
use super::ExplorerKind;
use super::IcbExplorer;
use super::RandomExplorer;
use super::Reruns;
use super::SourceExplorer;
use super::on_machine;

/// How an explorer of this crate goes through executions.
#[derive(Debug, Clone, Copy)]
pub struct Choosing<'a> {
    /// Which explorer.
    pub explorer: ExplorerKind,
    /// What shapes every execution.
    pub limits: Limits,
    /// What ends the search.
    pub bounds: &'a Bounds,
    /// What `random` draws with.
    pub seed: u64,
}

impl Choosing<'_> {
    /// The executions of a system that the explorer chooses; `None` if it is another library's.
    pub fn executions<'s>(
        &self,
        system: &'s dyn System,
        reruns: Reruns,
    ) -> Option<Box<dyn Executions + 's>> {
        let (limits, waits) = (self.limits, self.limits.waits);
        Some(match self.explorer {
            ExplorerKind::Dpor => {
                let dpor = DporExplorer::new(waits);
                Box::new(on_machine(limits, system, dpor, reruns))
            }
            ExplorerKind::Source => {
                let source = SourceExplorer::new(waits);
                Box::new(on_machine(limits, system, source, reruns))
            }
            ExplorerKind::Icb => {
                let icb = IcbExplorer::new(self.bounds.preemptions_max);
                Box::new(on_machine(limits, system, icb, reruns))
            }
            ExplorerKind::Dfs => {
                let dfs = DfsExplorer::default();
                Box::new(on_machine(limits, system, dfs, reruns))
            }
            ExplorerKind::Random => {
                let random = RandomExplorer::new(self.seed, self.bounds.executions_max);
                Box::new(on_machine(limits, system, random, reruns))
            }
            ExplorerKind::Loom
            | ExplorerKind::ShuttleRandom
            | ExplorerKind::ShuttlePct
            | ExplorerKind::ShuttleUrw
            | ExplorerKind::ShuttleDfs => return None,
        })
    }
}
