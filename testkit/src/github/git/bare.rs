//! A bare repository on disk, as the server keeps it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::command::{GitError, git, text};

/// What GitHub refuses on a push beyond what git refuses: protected branches, and workflows without permission for them.
/// Why the branch is protected is said as GitHub says it; git adds `hook declined`, GitHub `protected branch hook declined`.
const UPDATE_HOOK: &str = r#"#!/bin/sh
ref=$1 old=$2 new=$3
if [ -f protected ] && grep -qxF -- "$ref" protected; then
    echo "error: GH006: Protected branch update failed for $ref." >&2
    echo >&2
    echo "- Changes must be made through a pull request." >&2
    exit 1
fi
[ "$TESTKIT_WORKFLOWS" = no ] || exit 0
case $new in *[!0]*) ;; *) exit 0 ;; esac
case $old in *[!0]*) range=$old..$new ;; *) range=$new ;; esac
file=$(git log --format= --name-only "$range" --not --branches -- .github/workflows | head -n 1)
[ -n "$file" ] || exit 0
echo "refusing to allow a GitHub App to create or update workflow \`$file\` without \`workflows\` permission" >&2
exit 1
"#;

const CONFIGURATION: &[(&str, &str)] = &[
    ("http.receivepack", "true"),
    ("receive.fsckObjects", "true"),
    ("receive.hideRefs", "refs/pull"),
    ("receive.denyDeleteCurrent", "refuse"),
    ("receive.autogc", "false"),
    ("gc.auto", "0"),
    ("uploadpack.allowAnySHA1InWant", "true"),
    ("uploadpack.allowFilter", "true"),
];

/// A bare repository.
#[derive(Debug, Clone)]
pub(crate) struct Bare {
    path: PathBuf,
}

impl Bare {
    /// Makes an empty one.
    ///
    /// # Errors
    /// When git or the file system will not.
    pub(crate) fn init(path: PathBuf, branch: &str) -> Result<Self, GitError> {
        fs::create_dir_all(&path).map_err(|error| GitError(error.to_string()))?;
        let branch = format!("--initial-branch={branch}");
        git(&path, &["init", "--quiet", "--bare", "--template=", &branch], &[])?;
        let bare = Self { path };
        for (name, value) in CONFIGURATION {
            git(&bare.path, &["config", name, value], &[])?;
        }
        bare.write_hook().map_err(|error| GitError(error.to_string()))?;
        Ok(bare)
    }

    fn write_hook(&self) -> std::io::Result<()> {
        let hooks = self.path.join("hooks");
        fs::create_dir_all(&hooks)?;
        fs::write(hooks.join("update"), UPDATE_HOOK)?;
        fs::set_permissions(hooks.join("update"), fs::Permissions::from_mode(0o755))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says which branches no push may change.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) fn protect<'a>(&self, branches: impl Iterator<Item = &'a String>) -> Result<(), GitError> {
        let lines: String = branches.map(|branch| format!("refs/heads/{branch}\n")).collect();
        fs::write(self.path.join("protected"), lines).map_err(|error| GitError(error.to_string()))
    }

    /// All branches and tags with the commits that they are at.
    pub(crate) fn refs(&self) -> BTreeMap<String, String> {
        let format = "--format=%(objectname) %(refname)";
        let listed = text(&self.path, &["for-each-ref", format, "refs/heads", "refs/tags"]).unwrap_or_default();
        let pair = |line: &str| line.split_once(' ').map(|(sha, name)| (name.to_owned(), sha.to_owned()));
        listed.lines().filter_map(pair).collect()
    }

    /// The commit that a branch, tag or id names.
    pub(crate) fn resolve(&self, name: &str) -> Option<String> {
        if name.starts_with('-') {
            return None;
        }
        let commit = |name: &str| {
            let name = format!("{name}^{{commit}}");
            text(&self.path, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name]).ok()
        };
        let candidates = [format!("refs/heads/{name}"), format!("refs/tags/{name}"), name.to_owned()];
        candidates.iter().find_map(|name| commit(name)).filter(|sha| !sha.is_empty())
    }

    /// The commit that a branch is at.
    pub(crate) fn branch(&self, name: &str) -> Option<String> {
        self.exact_ref(&format!("refs/heads/{name}"))
    }

    /// What a full name names.
    pub(crate) fn exact_ref(&self, name: &str) -> Option<String> {
        let found = text(&self.path, &["for-each-ref", "--format=%(objectname) %(refname)", name]).ok()?;
        found.lines().find_map(|line| line.strip_suffix(&format!(" {name}")).map(str::to_owned))
    }

    /// Sets a reference, whatever it was.
    ///
    /// # Errors
    /// When there is no such commit, or the name is none.
    pub(crate) fn set_ref(&self, name: &str, sha: &str) -> Result<(), GitError> {
        git(&self.path, &["update-ref", "--no-deref", name, sha], &[]).map(drop)
    }

    /// Takes a reference away.
    ///
    /// # Errors
    /// When git will not.
    pub(crate) fn delete_ref(&self, name: &str) -> Result<(), GitError> {
        git(&self.path, &["update-ref", "-d", name], &[]).map(drop)
    }

    /// Copies a commit of another repository here, as this reference.
    ///
    /// # Errors
    /// When the other one does not have it.
    pub(crate) fn fetch(&self, from: &Self, sha: &str, reference: &str) -> Result<(), GitError> {
        let path = from.path.display().to_string();
        let refspec = format!("+{sha}:{reference}");
        git(&self.path, &["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", &path, &refspec], &[]).map(drop)
    }

    /// Copies all branches of another repository here.
    ///
    /// # Errors
    /// When git will not.
    pub(crate) fn copy_branches(&self, from: &Self) -> Result<(), GitError> {
        let path = from.path.display().to_string();
        git(&self.path, &["fetch", "--quiet", "--no-write-fetch-head", &path, "+refs/heads/*:refs/heads/*"], &[])
            .map(drop)
    }
}
