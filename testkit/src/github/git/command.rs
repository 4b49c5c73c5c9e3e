//! Runs git, apart from the configuration of whoever runs the tests.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// What git said when it would not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitError(pub(crate) String);

/// The environment that every git here has.
pub(crate) fn environment(home: &Path) -> Vec<(&'static str, String)> {
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".to_owned());
    vec![
        ("PATH", path),
        ("HOME", home.display().to_string()),
        ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ("GIT_TERMINAL_PROMPT", "0".to_owned()),
        ("LC_ALL", "C".to_owned()),
    ]
}

/// Runs git in a directory and gives what it wrote.
///
/// # Errors
/// When it cannot be run or fails.
pub(crate) fn git(directory: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
    let failed = |error: std::io::Error| GitError(format!("git {arguments:?}: {error}"));
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(environment(directory))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let stdin = child.stdin.take();
    let input = input.to_vec();
    // On a thread of its own, so that neither side waits for the other with a full pipe. A git that does not read all
    // that it is given says why by its status.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let output = child.wait_with_output().map_err(failed)?;
    let _ = writer.join();
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(GitError(format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr))))
}

/// The same, for what writes text.
///
/// # Errors
/// When it cannot be run or fails.
pub(crate) fn text(directory: &Path, arguments: &[&str]) -> Result<String, GitError> {
    let output = git(directory, arguments, &[])?;
    Ok(String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned())
}
