//! The home: there, writable, nobody else's, with room on its disk; and the master key in it.

use super::finding::Finding;
use crate::config::Config;
use crate::surroundings::Surroundings;
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

/// Below this much room a task may end for want of it.
const LITTLE: u64 = 5 << 30;
/// Below this much nothing should be begun.
const TOO_LITTLE: u64 = 500 << 20;

pub(super) fn check(config: &Config, surroundings: &Surroundings) -> Vec<Finding> {
    let home = &config.hub.home;
    vec![check_home(home), check_room(home), check_key(home, surroundings)]
}

fn check_home(home: &Path) -> Finding {
    let shown = home.display();
    let Ok(found) = home.metadata() else {
        return match existing(home) {
            Some(parent) if is_writable(parent) => {
                Finding::ok("home", format!("{shown} will be made at the first start"))
            }
            _ => Finding::fail("home", format!("{shown} is not there and cannot be made"), MEND_HOME),
        };
    };
    if !found.is_dir() {
        return Finding::fail("home", format!("{shown} is no folder"), MEND_HOME);
    }
    if !is_writable(home) {
        return Finding::fail("home", format!("{shown} cannot be written by this user"), MEND_HOME);
    }
    if opens_to_others(&found) {
        let mend = format!("chmod 700 {shown}");
        return Finding::warn("home", format!("{shown} can be read by others (mode {:04o})", mode(&found)), mend);
    }
    Finding::ok("home", shown.to_string())
}

const MEND_HOME: &str = "choose another with hub.home or SIGNALBOX_HOME, or run as the user whose it is";

fn check_room(home: &Path) -> Finding {
    let Some(free) = existing(home).and_then(free_bytes) else {
        return Finding::warn("disk", "how much room there is cannot be told", "look with `df`");
    };
    let what = format!("{:.1} GiB free", free as f64 / (1 << 30) as f64);
    match free {
        ..TOO_LITTLE => Finding::fail("disk", what, "make room: database, mirrors and workspaces need it"),
        TOO_LITTLE..LITTLE => Finding::warn("disk", what, "make room: a workspace may fill it"),
        LITTLE.. => Finding::ok("disk", what),
    }
}

/// The room that an unprivileged user has, as `df` says in POSIX's form.
fn free_bytes(folder: &Path) -> Option<u64> {
    let said = Command::new("df").arg("-Pk").arg("--").arg(folder).env("LC_ALL", "C").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

fn check_key(home: &Path, surroundings: &Surroundings) -> Finding {
    let given = surroundings.master_key_file();
    let file = given.map_or_else(|| home.join("master.key"), Path::to_owned);
    let shown = file.display();
    match file.metadata() {
        Err(_) if given.is_none() => Finding::ok("master key", "it will be made at the first start"),
        Err(error) => Finding::fail(
            "master key",
            format!("{shown} (SIGNALBOX_MASTER_KEY_FILE) cannot be read: {error}"),
            "without the key that sealed them, stored secrets cannot be opened: put the file back",
        ),
        Ok(found) if opens_to_others(&found) => Finding::fail(
            "master key",
            format!("{shown} can be read by others (mode {:04o})", mode(&found)),
            format!("chmod 600 {shown}; if others may have read it, rotate it"),
        ),
        Ok(_) => Finding::ok("master key", shown.to_string()),
    }
}

fn mode(found: &Metadata) -> u32 {
    found.permissions().mode() & 0o7777
}

fn opens_to_others(found: &Metadata) -> bool {
    mode(found) & 0o077 != 0
}

/// The folder itself, or the nearest one above it that is there.
fn existing(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.is_dir())
}

/// Tries it: modes alone do not tell about read-only file systems and other users.
fn is_writable(folder: &Path) -> bool {
    let Ok(found) = folder.metadata() else { return false };
    let probe = folder.join(format!(".signalbox-doctor-{}-{}", std::process::id(), found.ino()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(&probe);
    made.is_ok() && std::fs::remove_file(&probe).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Grade;
    use super::*;
    use std::fs::{Permissions, set_permissions};

    #[test]
    fn a_home_is_missing_open_or_sound() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("a/home");
        assert_eq!(check_home(&home).grade, Grade::Ok);
        assert!(!folder.path().join("a").exists(), "looking makes nothing");
        std::fs::create_dir_all(&home).unwrap();
        set_permissions(&home, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(check_home(&home).mend.unwrap(), format!("chmod 700 {}", home.display()));
        set_permissions(&home, Permissions::from_mode(0o700)).unwrap();
        assert_eq!(check_home(&home).grade, Grade::Ok);
        assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0);
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(check_home(&folder.path().join("file")).grade, Grade::Fail);
        assert_eq!(check_home(Path::new("/proc/nothing")).grade, Grade::Fail);
    }

    #[test]
    fn an_open_master_key_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings::given(None, &[]);
        assert_eq!(check_key(folder.path(), &surroundings).grade, Grade::Ok);
        let key = folder.path().join("master.key");
        std::fs::write(&key, "x").unwrap();
        set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
        assert!(check_key(folder.path(), &surroundings).mend.unwrap().contains("chmod 600"));
        set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(check_key(folder.path(), &surroundings).grade, Grade::Ok);
        let elsewhere = Surroundings::given(None, &[("SIGNALBOX_MASTER_KEY_FILE", "/nowhere/key")]);
        assert_eq!(check_key(folder.path(), &elsewhere).grade, Grade::Fail);
    }

    #[test]
    fn the_room_on_a_disk_is_told() {
        assert!(free_bytes(Path::new("/")).is_some());
    }
}
