//! Faults, and the status codes that a file names.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use toml::Spanned;

use crate::attach::Fault;
use crate::attach::FaultPoint;
use crate::status::NtStatus;

use super::Flaw;
use super::file::FaultTable;
use super::flaw::Located;

/// Checks the faults of a file with so many threads.
pub(super) fn build(tables: &[Spanned<FaultTable>], threads: usize) -> Result<Vec<Fault>, Located> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for table in tables {
        let (fault, call) = fault(table.as_ref(), threads)?;
        let Fault {
            thread,
            point,
            occurrence,
            ..
        } = fault;
        if !seen.insert((thread, point, occurrence)) {
            return Err(Flaw::FaultTwice {
                thread,
                call,
                occurrence,
            }
            .at(table));
        }
        faults.push(fault);
    }
    Ok(faults)
}

/// The fault and the name of its call.
fn fault(table: &FaultTable, threads: usize) -> Result<(Fault, &'static str), Located> {
    let thread = usize::try_from(*table.thread.as_ref())
        .ok()
        .filter(|&index| index < threads);
    let thread = thread.ok_or_else(|| {
        let flaw = Flaw::UnknownThread {
            thread: *table.thread.as_ref(),
            last: threads - 1,
        };
        flaw.at(&table.thread)
    })?;
    let written = table.call.as_ref();
    let known = FaultPoint::ALL
        .into_iter()
        .find(|(_, name)| name == written);
    let (point, call) = known.ok_or_else(|| Flaw::UnknownCall(written.clone()).at(&table.call))?;
    let fault = Fault {
        thread,
        point,
        occurrence: table.occurrence.map_or(1, NonZeroU32::get),
        status: fault_status(table.status.as_ref())?,
        maybe: table.maybe,
    };
    Ok((fault, call))
}

fn fault_status(written: Option<&Spanned<String>>) -> Result<NtStatus, Located> {
    let Some(written) = written else {
        return Ok(NtStatus::NO_MEMORY);
    };
    let found = status(written)?;
    if found.is_success() {
        return Err(Flaw::FaultSucceeds(written.as_ref().clone()).at(written));
    }
    Ok(found)
}

/// The status of this name or number, in any form that `explain` takes; or any value of `0x` and 8
/// digits.
pub(super) fn status(written: &Spanned<String>) -> Result<NtStatus, Located> {
    let text = written.as_ref();
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 8);
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    // A value of user mode stands for the status of the kernel.
    let found = NtStatus::read(text).or_else(|| value.map(NtStatus::from_value));
    found.ok_or_else(|| Flaw::UnknownStatus(text.clone()).at(written))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::sample;
    use crate::scenario::sample::refused;

    fn faults(text: &str) -> Vec<Fault> {
        Scenario::parse("t", text)
            .unwrap()
            .workload()
            .faults
            .clone()
    }

    #[test]
    fn a_fault_is_passed_on() {
        let fault = Fault {
            thread: 0,
            point: FaultPoint::FilterAdd,
            occurrence: 2,
            status: NtStatus::RPC_CALL_FAILED,
            maybe: true,
        };
        assert_eq!(faults(sample::GOOD), [fault]);

        let rest = "occurrence = 2\nstatus = \"0xC002001B\"\nmaybe = true\n";
        let status = NtStatus::NO_MEMORY;
        let fault = Fault {
            occurrence: 1,
            status,
            maybe: false,
            ..fault
        };
        assert_eq!(faults(&sample::with(rest, "")), [fault]);
    }

    #[test]
    fn every_point_is_found_by_its_name() {
        for (point, name) in FaultPoint::ALL {
            let text = sample::with("\"FwpmFilterAdd\"", &format!("\"{name}\""));
            assert_eq!(faults(&text)[0].point, point);
        }
    }

    #[test]
    fn a_status_has_every_name_that_explain_takes() {
        for (written, status) in [
            ("FWP_E_TIMEOUT", NtStatus::TIMEOUT),
            ("timeout", NtStatus::TIMEOUT),
            ("-2144206830", NtStatus::TIMEOUT),
            ("0x80320012", NtStatus::TIMEOUT),
            ("80320012", NtStatus::TIMEOUT),
            ("ERROR_ACCESS_DENIED", NtStatus::ACCESS_DENIED),
            ("0x80070005", NtStatus::ACCESS_DENIED),
            ("5", NtStatus::ACCESS_DENIED),
            ("E_OUTOFMEMORY", NtStatus::NO_MEMORY),
            ("ERROR_SERVICE_DISABLED", NtStatus::from_value(0xC007_0422)),
            ("0xC0FFEE00", NtStatus::from_value(0xC0FF_EE00)),
        ] {
            let text = sample::with("\"0xC002001B\"", &format!("\"{written}\""));
            assert_eq!(faults(&text)[0].status, status, "{written}");
        }
    }

    #[test]
    fn a_fault_hits_a_thread_and_a_call_that_there_are_and_fails() {
        let status = "status = \"0xC002001B\"";
        let cases = [
            (
                "thread = 0",
                "thread = 2",
                "t:24:10: there is no thread 2: they are numbered 0 to 1",
            ),
            (
                "\"FwpmFilterAdd\"",
                "\"Add\"",
                "t:25:8: unknown call `Add`; the calls that can fail",
            ),
            (
                status,
                "status = \"NO_MEM\"",
                "t:27:10: unknown status `NO_MEM`; write a name",
            ),
            (
                status,
                "status = \"0x123\"",
                "t:27:10: unknown status `0x123`; write a name",
            ),
            (
                status,
                "status = \"0x+1234567\"",
                "t:27:10: unknown status `0x+1234567`; write a name",
            ),
            (
                status,
                "status = \"STATUS_PENDING\"",
                "t:27:10: the status `STATUS_PENDING` is a succ",
            ),
            (
                status,
                "status = \"0x00000000\"",
                "t:27:10: the status `0x00000000` is a success",
            ),
        ];
        for (from, to, message) in cases {
            let refused = refused(&sample::with(from, to));
            assert!(refused.starts_with(message), "{refused}");
        }
    }

    #[test]
    fn two_faults_do_not_hit_one_call() {
        let second = "maybe = true\n\n[[fault]]\nthread = 0\ncall = \"FwpmFilterAdd\"";
        let other = format!("{second}\noccurrence = 3");
        assert_eq!(faults(&sample::with("maybe = true", &other)).len(), 2);

        let same = format!("{second}\noccurrence = 2");
        assert_eq!(
            refused(&sample::with("maybe = true", &same)),
            "t:30:1: another fault hits occurrence 2 of FwpmFilterAdd by thread 0 already; remove \
             one, or change its `occurrence`"
        );
    }
}
