//! Listings of what starts and follows tasks without anybody writing in a place.

use super::Look;
use super::clean::prose;
use super::table::Table;
use signalbox_core::hook::HookReport;
use signalbox_core::schedule::ScheduleReport;
use signalbox_core::time::{Spoken, Timestamp};

/// Hooks.
pub(crate) fn hooks(hooks: &[HookReport], now: Timestamp, look: Look) -> String {
    let mut table = Table::new(&["HOOK", "PROJECT", "AS", "SIGNED", "TOLD", "LAST TASK", "STATE"]);
    for one in hooks {
        let told = last(one.last_at, now);
        let task = one.last_task.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        table.row([
            one.name.clone(),
            one.project.clone(),
            one.user.clone(),
            one.scheme.clone(),
            told,
            task,
            state(one.refusal.as_deref()),
        ]);
    }
    table.render("no hooks; `signalbox hook add` adds one", look)
}

/// Schedules.
pub(crate) fn schedules(schedules: &[ScheduleReport], look: Look) -> String {
    let mut table = Table::new(&["SCHEDULE", "PROJECT", "AS", "WHEN", "NEXT TIMES", "LAST TASK", "STATE"]);
    for one in schedules {
        let next: Vec<_> = one.next.iter().map(|due| due.local.as_str()).collect();
        table.row([
            one.name.clone(),
            one.project.clone(),
            one.user.clone(),
            format!("{} {}", one.cron, one.zone),
            next.join(", "),
            one.last_task.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
            state(one.refusal.as_deref()),
        ]);
    }
    table.render("no schedules; `signalbox schedule add` adds one", look)
}

fn last(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "never".to_owned(), |at| format!("{} ago", Spoken(now.since(at))))
}

fn state(refusal: Option<&str>) -> String {
    refusal.map_or_else(|| "in use".to_owned(), |why| format!("last one refused: {}", prose(why)))
}
