//! Approvals: what waits for a yes or no, and the words to it.

use super::{print, print_json};
use crate::args::{ApprovalsArgs, ApproveArgs, DenyArgs};
use crate::client::SocketHub;
use crate::exit::WrongUsage;
use crate::reach::operator;
use crate::run::chosen;

use crate::show::{self, Look};
use signalbox_core::approval::{Approval, Saying};
use signalbox_core::grant::GrantSpan;
use signalbox_core::port::{Decide, Decided, Hub as _, Refusal};
use signalbox_core::question::{Question, questions};
use signalbox_core::words::settled;
use signalbox_engine::fresh;
use std::collections::BTreeMap;

pub(super) async fn list(args: &ApprovalsArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let approvals = hub.approvals(&operator()).await?;
    if args.json {
        return print_json(&approvals);
    }
    print(&show::task::approvals(&approvals, fresh::now(), Look::of_stdout()))
}

pub(super) async fn approve(args: ApproveArgs, hub: &SocketHub) -> anyhow::Result<()> {
    if args.answer.is_empty() {
        return decide(hub, Decide { approval: args.approval, saying: Saying::Allow, span: args.span }).await;
    }
    let approval = open(&args.approval, hub).await?;
    let answers = answers(&questions(&approval), &args.answer)?;
    let saying = Saying::Answer { answers };
    decide(hub, Decide { approval: approval.id.to_string(), saying, span: GrantSpan::Once }).await
}

pub(super) async fn deny(args: DenyArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let saying = Saying::Deny { reason: args.because };
    decide(hub, Decide { approval: args.approval, saying, span: GrantSpan::Once }).await
}

async fn decide(hub: &SocketHub, request: Decide) -> anyhow::Result<()> {
    match hub.decide(&operator(), request).await? {
        Decided::Applied { approval } => {
            print(&format!("{}: {}\n", approval.id, settled(&approval).unwrap_or_default()))
        }
        Decided::Counted { missing } => print(&format!("your yes is counted; {missing} more must say yes\n")),
        Decided::Late { approval } => {
            let was = settled(&approval).unwrap_or_else(|| "it can no longer be answered".to_owned());
            Err(Refusal::Conflict(format!("too late for {}: {was}", approval.id)).into())
        }
    }
}

/// The open approval with this code, or the only one that begins so.
async fn open(code: &str, hub: &SocketHub) -> anyhow::Result<Approval> {
    let wanted = code.trim().to_lowercase();
    let open = hub.approvals(&operator()).await?;
    let mut fitting = open.into_iter().filter(|approval| approval.id.as_str().starts_with(&wanted));
    match (fitting.next(), fitting.next()) {
        (Some(approval), None) => Ok(approval),
        (None, _) => {
            Err(Refusal::NotFound(format!("no open approval begins with `{code}`; `signalbox approvals` lists them"))
                .into())
        }
        (Some(_), Some(_)) => {
            Err(WrongUsage(format!("several approvals begin with `{code}`; give more of the code")).into())
        }
    }
}

/// The answers, filed under their questions. The question is named by its words, its heading or its number; it need not be
/// named when there is only one.
fn answers(questions: &[Question], given: &[String]) -> Result<BTreeMap<String, String>, WrongUsage> {
    let mut answers = BTreeMap::new();
    for text in given {
        let (question, answer) = match (
            text.split_once('=').and_then(|(name, answer)| Some((named(questions, name)?, answer))),
            questions,
        ) {
            (Some(pair), _) => pair,
            (None, [only]) => (only, text.as_str()),
            (None, _) => return Err(which(questions, text)),
        };
        let chosen = chosen(question, answer)
            .ok_or_else(|| WrongUsage(format!("`{}` has no option {}", question.question, answer.trim())))?;
        answers.insert(question.question.clone(), chosen);
    }
    match questions.iter().find(|question| !answers.contains_key(&question.question)) {
        Some(open) => Err(WrongUsage(format!("`{}` has no answer yet; give one with another --answer", open.question))),
        None => Ok(answers),
    }
}

fn named<'q>(questions: &'q [Question], name: &str) -> Option<&'q Question> {
    let name = name.trim();
    let by_words = questions.iter().find(|question| question.question == name || question.header == name);
    by_words.or_else(|| questions.get(name.parse::<usize>().ok()?.checked_sub(1)?).filter(|_| questions.len() > 1))
}

fn which(questions: &[Question], text: &str) -> WrongUsage {
    if questions.is_empty() {
        return WrongUsage("this is no question: say yes without --answer".to_owned());
    }
    let names: Vec<String> = questions.iter().map(|question| format!("  {}", question.question)).collect();
    WrongUsage(format!(
        "which question does `{text}` answer? Write --answer 'QUESTION=TEXT' for each of\n{}",
        names.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::question::Choice;

    fn question(text: &str, header: &str, options: &[&str]) -> Question {
        let choice = |label: &&str| Choice { label: (*label).to_owned(), description: String::new() };
        let options = options.iter().map(choice).collect();
        Question { question: text.to_owned(), header: header.to_owned(), options, several: false }
    }

    fn answered(questions: &[Question], given: &[&str]) -> Result<Vec<(String, String)>, String> {
        let given: Vec<String> = given.iter().map(|text| (*text).to_owned()).collect();
        answers(questions, &given).map(|all| all.into_iter().collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_single_question_need_not_be_named() {
        let one = [question("Which colour?", "Colour", &["red", "blue"])];
        let pair = |answer: &str| Ok(vec![("Which colour?".to_owned(), answer.to_owned())]);
        assert_eq!(answered(&one, &["2"]), pair("blue"));
        assert_eq!(answered(&one, &["Colour=1"]), pair("red"));
        assert_eq!(answered(&one, &["a=b"]), pair("a=b"));
        assert!(answered(&one, &["3"]).unwrap_err().contains("no option 3"));
    }

    #[test]
    fn several_questions_are_each_answered() {
        let two = [question("Which colour?", "Colour", &["red"]), question("How many?", "Number", &[])];
        let both = answered(&two, &["1=green", "How many?=3"]).unwrap();
        assert_eq!(both, [("How many?".to_owned(), "3".to_owned()), ("Which colour?".to_owned(), "green".to_owned())]);
        assert!(answered(&two, &["Colour=1"]).unwrap_err().contains("`How many?` has no answer"));
        assert!(answered(&two, &["7"]).unwrap_err().contains("which question"));
        assert!(answered(&[], &["7"]).unwrap_err().contains("no question"));
    }
}
