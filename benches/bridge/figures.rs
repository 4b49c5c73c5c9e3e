//! The figures and how they are told: the median and the best of all rounds, and what they are to be.

use crate::Round;
use crate::hub::Started;
use std::fmt;
use std::time::Duration;

/// From the prompt on.
#[derive(Clone, Copy)]
pub(crate) struct Answered {
    /// Until the first piece of text.
    pub(crate) text: Duration,
    /// Until the outcome.
    pub(crate) outcome: Duration,
}

/// In mebibytes.
pub(crate) struct Memory {
    pub(crate) resident: f64,
    /// With pages shared with other processes counted in part.
    pub(crate) proportional: f64,
}

#[derive(Default)]
pub(crate) struct Figures {
    host: Vec<Answered>,
    docker: Vec<Answered>,
    docker_host_network: Vec<Answered>,
    cold: Vec<Answered>,
    warm: Vec<Answered>,
    decision: Vec<Duration>,
    start: Vec<Started>,
    pub(crate) first_start: Vec<Started>,
    pub(crate) rest: Vec<(&'static str, Memory)>,
}

impl Figures {
    pub(crate) fn add(&mut self, round: Round) {
        self.host.push(round.host);
        self.docker.push(round.docker);
        self.docker_host_network.push(round.docker_host_network);
        self.cold.push(round.cold);
        self.warm.push(round.warm);
        self.decision.push(round.decision);
        self.start.push(round.start);
    }

    fn tell_answers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = Series::of(&self.host, |answered| answered.text);
        let docker = Series::of(&self.docker, |answered| answered.text);
        writeln!(f, "\nFrom prompt, in seconds: median (best) of {} rounds\n", self.host.len())?;
        writeln!(f, "  {:38}{:>16}{:>16}{:>10}{:>12}", "", "first text", "outcome", "/ host", "/ docker")?;
        for (name, all) in [
            ("claude -p on the host", &self.host),
            ("docker run --rm IMAGE claude -p", &self.docker),
            ("  the same with --network host", &self.docker_host_network),
            ("signalbox, cold sandbox", &self.cold),
            ("signalbox, warm sandbox", &self.warm),
        ] {
            let (text, outcome) = (Series::of(all, |a| a.text), Series::of(all, |a| a.outcome));
            let (by_host, by_docker) = (text.median / host.median, text.median / docker.median);
            let (text, outcome) = (text.to_string(), outcome.to_string());
            writeln!(f, "  {name:38}{text:>16}{outcome:>16}{by_host:>10.2}{by_docker:>12.2}")?;
        }
        Ok(())
    }

    fn tell_others(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, series: Series| {
            writeln!(f, "  {name:54}{:>16}", series.to_string())
        };
        writeln!(f)?;
        line(f, "decision to outcome", Series::of(&self.decision, |took| *took))?;
        line(f, "start until the socket answers", Series::of(&self.start, |started| started.answers))?;
        line(f, "start until ready, Docker and database looked at", Series::of(&self.start, |started| started.ready))?;
        line(f, "  the same on a fresh home", Series::of(&self.first_start, |started| started.ready))?;
        for (how, Memory { resident, proportional }) in &self.rest {
            writeln!(
                f,
                "  {:54}{resident:>8.1} MiB ({proportional:.1} shared pages in part)",
                format!("memory at rest, {how}")
            )?;
        }
        Ok(())
    }

    fn tell_targets(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |all: &[Answered]| Series::of(all, |answered| answered.text).median;
        let (host, docker, cold, warm) = (text(&self.host), text(&self.docker), text(&self.cold), text(&self.warm));
        let decision = Series::of(&self.decision, |took| *took).median;
        let start = Series::of(&self.start, |started| started.ready).median;
        let rest = self.rest.iter().map(|(_, memory)| memory.resident).fold(0.0, f64::max);
        writeln!(f, "\nTargets (a missed one does not fail the run)\n")?;
        for (name, found, limit) in [
            ("cold / docker run, first text", cold / docker, 1.15),
            ("warm / docker run, first text", warm / docker, 0.5),
            ("warm / claude -p on the host, first text", warm / host, 1.0),
            ("decision to outcome, seconds", decision, 0.26),
            ("start until ready, seconds", start, 0.2),
            ("memory at rest, MiB", rest, 30.0),
        ] {
            let word = if found <= limit { "met" } else { "MISSED" };
            writeln!(f, "  {name:46}{found:>8.2}  to be at most {limit:<6} {word}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell_answers(f)?;
        self.tell_others(f)?;
        self.tell_targets(f)
    }
}

/// In seconds.
struct Series {
    median: f64,
    best: f64,
}

impl Series {
    fn of<T>(all: &[T], what: impl Fn(&T) -> Duration) -> Self {
        let mut seconds: Vec<f64> = all.iter().map(|one| what(one).as_secs_f64()).collect();
        seconds.sort_by(f64::total_cmp);
        let at = |index: usize| seconds.get(index).copied().unwrap_or(f64::NAN);
        let middle = seconds.len() / 2;
        let median =
            if seconds.len() % 2 == 1 { at(middle) } else { (at(middle.saturating_sub(1)) + at(middle)) / 2.0 };
        Self { median, best: at(0) }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} ({:.3})", self.median, self.best)
    }
}
