//! The executions of an explorer that cannot run a system.

use super::Coverage;
use super::Executions;
use super::Ran;
use super::Unsuitability;

/// No executions, and why.
#[derive(Debug)]
pub struct Unable(pub Unsuitability);

impl Executions for Unable {
    fn advance(&mut self) -> bool {
        false
    }

    fn run(&mut self) -> Option<Ran<'_>> {
        unreachable!("internal bug: there is no execution")
    }

    fn coverage(&self) -> Coverage {
        Coverage::Unsuitable(self.0)
    }
}
