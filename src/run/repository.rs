//! A repository on this disk, and the project that stands for it. Only names and files are looked at; no git is run here.

use crate::client::SocketHub;
use crate::exit::WrongUsage;
use crate::reach::operator;
use signalbox_core::port::{AddProject, Hub as _, Project, Refusal};
use std::path::{Path, PathBuf};

/// The longest name that is made of a folder's, so that a number fits behind it.
const NAME_LENGTH: usize = 48;
/// How many names are tried before it is given up.
const TRIES: u32 = 1000;
/// The policy of a project that is added for a repository of one's own: the built-in one, and the branch is pushed into it.
const POLICY: &str = "version = 1\n\n[push]\nwhen = \"auto\"\n";

/// The repository that was named.
///
/// # Errors
/// When there is none at exactly that path.
pub(super) fn named(path: &Path) -> Result<PathBuf, WrongUsage> {
    let whole =
        path.canonicalize().map_err(|error| WrongUsage(format!("{} cannot be used: {error}", path.display())))?;
    if is_repository(&whole) {
        return Ok(whole);
    }
    Err(WrongUsage(format!("{} is no git repository; `git init` makes one of it", whole.display())))
}

/// The repository that the current folder is in.
///
/// # Errors
/// When it is in none.
pub(super) fn here() -> Result<PathBuf, WrongUsage> {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let folder = folder.map_err(|error| WrongUsage(format!("the current folder cannot be used: {error}")))?;
    around(&folder).ok_or_else(|| {
        WrongUsage(
            "the current folder is in no git repository; name one with --repo, or a project with --project".to_owned(),
        )
    })
}

fn around(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| is_repository(folder)).map(Path::to_owned)
}

/// Whether it holds a `.git`, or is a bare repository.
fn is_repository(folder: &Path) -> bool {
    let bare = ["HEAD", "objects", "refs"].iter().all(|part| folder.join(part).exists());
    folder.join(".git").exists() || bare
}

/// The name of the project that stands for the repository; it is added where there is none yet.
///
/// # Errors
/// When the hub does not add it.
pub(super) async fn project_of(hub: &SocketHub, path: &Path) -> anyhow::Result<String> {
    let git = path.to_str().ok_or_else(|| WrongUsage(format!("{} is no UTF-8 path", path.display())))?;
    let stem = stem(path);
    for _ in 0..TRIES {
        let projects = hub.projects(&operator()).await?;
        if let Some(project) = projects.iter().find(|project| project.git == git) {
            return Ok(project.name.clone());
        }
        let name = free_name(&stem, &projects);
        let request = AddProject { name, git: git.to_owned(), policy: Some(POLICY.to_owned()), credential: None };
        match hub.add_project(&operator(), request).await {
            Ok(project) => return Ok(project.name),
            // Somebody took the name, or added the same repository, at this moment: look again.
            Err(Refusal::Conflict(_)) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Conflict(format!("no name is free for a project of {git}; add it with `signalbox project add`"))
        .into())
}

/// The folder's name, as far as it can be in the name of a project.
fn stem(path: &Path) -> String {
    let folder = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = folder.strip_suffix(".git").unwrap_or(&folder);
    let sound = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name: String = folder.chars().map(sound).take(NAME_LENGTH).collect();
    let name = name.trim_matches(['-', '.', '_']);
    if name.is_empty() { "repository".to_owned() } else { name.to_owned() }
}

fn free_name(stem: &str, projects: &[Project]) -> String {
    let taken = |name: &str| projects.iter().any(|project| project.name == name);
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::id::{ProjectId, UserId};
    use signalbox_core::time::Timestamp;

    #[test]
    fn the_repository_around_a_folder_is_found() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("repo/src/deep");
        std::fs::create_dir_all(&inner).unwrap();
        assert_eq!(around(&inner), None);
        std::fs::create_dir(root.path().join("repo/.git")).unwrap();
        assert_eq!(around(&inner), Some(root.path().join("repo")));
        assert!(named(&inner).unwrap_err().to_string().contains("no git repository"));
        assert!(named(&root.path().join("nothing")).is_err());
        let bare = root.path().join("bare.git");
        std::fs::create_dir_all(bare.join("objects")).unwrap();
        std::fs::create_dir(bare.join("refs")).unwrap();
        std::fs::write(bare.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        assert_eq!(named(&bare.join("../bare.git")).unwrap(), bare.canonicalize().unwrap());
    }

    #[test]
    fn names_are_sound_and_free() {
        let stems = ["/src/site", "/src/site.git", "/src/Grüße an alle", "/src/-.x", "/src/日本", "/"];
        assert_eq!(
            stems.map(|path| stem(Path::new(path))),
            ["site", "site", "Gr--e-an-alle", "x", "repository", "repository"]
        );
        let project = |name: &str| Project {
            id: ProjectId::new(name),
            name: name.to_owned(),
            git: String::new(),
            policy: None,
            owner: UserId::new("o"),
            created_at: Timestamp::from_millis(0),
        };
        assert_eq!(free_name("a", &[]), "a");
        assert_eq!(free_name("a", &[project("a"), project("a-2")]), "a-3");
    }
}
