//! The audit log: whether it is as it was entered.

use super::finding::Finding;
use crate::client::SocketHub;
use crate::reach::operator;
use signalbox_core::audit::{Auditing as _, Verification};

pub(super) async fn check(running: Option<&SocketHub>) -> Vec<Finding> {
    let Some(hub) = running else { return Vec::new() };
    match hub.verify_audit(&operator(), None).await {
        Ok(found) => vec![finding(&found)],
        Err(refusal) => vec![Finding::fail("audit log", refusal.to_string(), "its log says more")],
    }
}

fn finding(found: &Verification) -> Finding {
    match found.faults.first() {
        None => Finding::ok("audit log", format!("it is as it was entered, up to number {}", found.head.number)),
        Some(fault) => {
            let mend = "`signalbox audit verify` names all; keep the database as it is, and hold it against a backup";
            Finding::fail("audit log", format!("it is not as it was entered: {fault}"), mend)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Grade;
    use super::*;
    use signalbox_core::audit::{AuditHead, Breach, Fault};

    #[test]
    fn a_log_that_was_tampered_with_is_a_fault() {
        let sound = Verification { entries: 0, head: AuditHead::EMPTY, seals: false, wrong: 0, faults: Vec::new() };
        assert_eq!(finding(&sound).grade, Grade::Ok);
        let faults = vec![Fault { number: 3, breach: Breach::Changed }];
        assert_eq!(finding(&Verification { wrong: 1, faults, ..sound }).grade, Grade::Fail);
    }
}
