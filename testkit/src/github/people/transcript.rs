//! An issue's page as text, to be read in a failed test or kept in a snapshot.

use super::seen::CommentSeen;
use super::thread::Thread;

impl Thread {
    /// The page as text: title and state, then what was written, a paragraph each; check runs of a pull request last.
    pub fn transcript(&self) -> String {
        let state = if self.is_open() { "open" } else { "closed" };
        let labels: String = self.labels().iter().map(|label| format!(" [{label}]")).collect();
        let mut lines = vec![format!("#{} {} ({state}){labels}", self.number, self.title())];
        lines.push(paragraph(&self.author(), &self.body(), "", &self.reactions()));
        lines.extend(self.comments().iter().map(comment));
        if self.is_pull() {
            lines.extend(self.reviews().iter().filter(|(body, _)| !body.is_empty()).map(|(body, state)| {
                let indented = body.replace('\n', "\n    ");
                format!("{state}: {indented}")
            }));
            lines.extend(self.review_comments().iter().map(comment));
            lines.extend(self.check_lines());
        }
        lines.join("\n")
    }

    fn check_lines(&self) -> Vec<String> {
        let head = self.head();
        let runs = self.repo.check_runs().into_iter().filter(|run| run.head == head);
        let line = |run: super::seen::CheckRunSeen| {
            let state = run.conclusion.unwrap_or(run.status);
            let buttons: String = run.actions.iter().map(|[label, _, _]| format!(" [{label}]")).collect();
            let title = run.title.map(|title| format!(" {title}")).unwrap_or_default();
            format!("check {} ({state}){title}{buttons}", run.name)
        };
        runs.map(line).collect()
    }
}

fn comment(comment: &CommentSeen) -> String {
    let place = comment.line.as_ref().map(|(path, line)| format!(" at {path}:{line}")).unwrap_or_default();
    let edited = if comment.versions.len() > 1 { " (edited)" } else { "" };
    paragraph(&comment.author, &comment.body, &format!("{place}{edited}"), &comment.reactions)
}

fn paragraph(author: &str, body: &str, note: &str, reactions: &[(String, String)]) -> String {
    let reactions: String = reactions.iter().map(|(content, by)| format!(" <{content} {by}>")).collect();
    format!("{author}{note}: {}{reactions}", body.replace('\n', "\n    "))
}
