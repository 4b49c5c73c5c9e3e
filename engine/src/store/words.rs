//! What is found by words: the beginnings of a task's prompt and answer, folded, beside it in a row of their own. Folding is
//! done here, so that both databases compare bytes and nothing else: they agree, and are several times as quick.

use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::TaskId;
use signalbox_core::time::Timestamp;
use sqlx::{Any, QueryBuilder};

/// How much of a prompt, and of an answer, is looked through, in bytes.
const FOLDED: usize = 4 * 1024;

/// A text as words are looked for in it: in small letters, with one blank between words.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::new();
    for word in text.split_whitespace() {
        if folded.len() >= FOLDED {
            break;
        }
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().take(FOLDED).flat_map(char::to_lowercase));
    }
    let end = (0..=FOLDED.min(folded.len())).rev().find(|end| folded.is_char_boundary(*end)).unwrap_or(0);
    folded.truncate(end);
    folded
}

/// Keeps what was asked, for those who look for words in it.
pub(super) async fn keep_asked(tx: &mut Tx, task: &TaskId, at: Timestamp, prompt: &str) -> Result<(), StoreError> {
    let kept = sqlx::query("INSERT INTO task_words (created_at, task_id, asked, answered) VALUES (?, ?, ?, '')");
    kept.bind(at.millis()).bind(task.as_str()).bind(fold(prompt)).execute(tx).await?;
    Ok(())
}

/// Keeps what was answered, folded; nothing, where there is no answer (any more).
pub(super) async fn keep_answered(tx: &mut Tx, task: &TaskId, folded: Option<&str>) -> Result<(), StoreError> {
    let asked_at = sqlx::query("SELECT created_at FROM tasks WHERE id = ?").bind(task.as_str());
    let asked_at = asked_at.fetch_one(&mut *tx).await?.int("created_at")?;
    let kept = sqlx::query("UPDATE task_words SET answered = ? WHERE created_at = ? AND task_id = ?");
    kept.bind(folded.unwrap_or_default()).bind(asked_at).bind(task.as_str()).execute(tx).await?;
    Ok(())
}

/// Joins the words of each task, and adds the condition that every one of `words` is among them.
pub(super) fn join(query: &mut QueryBuilder<Any>) {
    // The databases choose the order by what they know of their tables; `CROSS` lets SQLite not begin with all the words.
    query.push(" CROSS JOIN task_words w ON w.task_id = tasks.id AND w.created_at = tasks.created_at");
}

/// See [`join`].
pub(super) fn only_with(query: &mut QueryBuilder<Any>, words: &[String]) {
    for word in words {
        let pattern = pattern(word);
        query.push(" AND (w.asked LIKE ").push_bind(pattern.clone()).push(" ESCAPE '!' OR w.answered LIKE ");
        query.push_bind(pattern).push(" ESCAPE '!')");
    }
}

/// Whatever holds this word; its own signs stand for nothing else.
fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for letter in fold(word).chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern + "%"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_leaves_letters_and_single_blanks() {
        assert_eq!(fold("  Mend\n\tthe ÄRGER \r\n"), "mend the ärger");
        assert_eq!(fold(""), "");
    }

    #[test]
    fn a_word_stands_for_itself() {
        assert_eq!(pattern("100%_Ä!"), "%100!%!_ä!!%");
    }

    #[test]
    fn what_is_folded_is_of_bounded_length_and_whole_letters() {
        for text in ["Ä".repeat(9_000), "ab ".repeat(9_000), "İ".repeat(5_000), format!("{} x", "y".repeat(4_095))] {
            let folded = fold(&text);
            assert!(folded.len() <= FOLDED && folded.len() > FOLDED - 8, "{}", folded.len());
        }
    }
}
