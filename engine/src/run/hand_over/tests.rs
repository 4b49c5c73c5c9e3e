//! Archives as a hostile sandbox would have them.

use super::*;
use tar::{Builder, EntryType, Header};

fn header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header
}

/// An archive of plain files, wrapped as the engine does it.
fn of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = header(EntryType::Regular, bytes.len() as u64);
        tar.append_data(&mut header, format!("task/aB3x/out/{name}"), *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

/// One entry whose path is written as it is, whatever the library would say to it.
fn raw(kind: EntryType, path: &str, link: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = header(kind, bytes.len() as u64);
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.as_mut_bytes()[157..157 + link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    let mut tar = Builder::new(Vec::new());
    tar.append(&header, bytes).unwrap();
    tar.into_inner().unwrap()
}

fn found(tar: &[u8]) -> Found {
    read(tar).unwrap()
}

fn names(found: &Found) -> Vec<&str> {
    found.files.iter().map(|file| file.name.as_str()).collect()
}

#[test]
fn plain_files_are_taken_by_flat_names() {
    let found = found(&of(&[("report.txt", b"one"), ("a/b.txt", b"two"), ("a-b.txt", b"three"), ("A-B.TXT", b"")]));
    assert_eq!(names(&found), ["report.txt", "a-b.txt", "a-b-2.txt", "A-B-3.TXT"]);
    assert_eq!(found.files[2].bytes, b"three");
    assert_eq!(found.left.told(), None);
}

#[test]
fn what_is_no_plain_file_is_left_out() {
    let kinds = [
        (EntryType::Symlink, "/etc/passwd"),
        (EntryType::Link, "task/aB3x/out/other"),
        (EntryType::Char, ""),
        (EntryType::Block, ""),
        (EntryType::Fifo, ""),
        (EntryType::Continuous, ""),
    ];
    for (kind, link) in kinds {
        let found = found(&raw(kind, "task/aB3x/out/passwd", link, b""));
        assert_eq!(found.files, [], "{kind:?}");
        assert_eq!(found.left.odd, ["passwd"], "{kind:?}");
    }
    let sparse = found(&raw(EntryType::GNUSparse, "task/aB3x/out/sparse", "", b""));
    assert_eq!((sparse.files.len(), sparse.left.told().is_some()), (0, true));
    let in_the_place_of_the_folder = found(&raw(EntryType::Symlink, "task/aB3x/out", "/etc", b""));
    assert_eq!(in_the_place_of_the_folder.files, []);
    let said = in_the_place_of_the_folder.left.told().unwrap();
    assert_eq!(said, "1 file was no plain file and left out: `task_aB3x_out`");
}

#[test]
fn a_path_that_leads_elsewhere_is_left_out() {
    for path in ["task/aB3x/out/../../../x", "../x", "/etc/passwd", "task/aB3x/out/..", "task/aB3x", "x"] {
        let found = found(&raw(EntryType::Regular, path, "", b"evil"));
        assert_eq!((found.files.len(), found.left.odd.len()), (0, 1), "{path}");
    }
}

#[test]
fn of_a_thousand_files_the_first_are_taken() {
    let many: Vec<String> = (0..1_000).map(|number| format!("{number:04}.txt")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let found = found(&of(&many));
    assert_eq!(found.files.len(), 10);
    assert_eq!(names(&found)[9], "0009.txt");
    let said = found.left.told().unwrap();
    assert_eq!(said, "990 files were more than the 10 that are handed over with one answer");
}

#[test]
fn there_is_an_end_to_looking() {
    let many: Vec<String> = (0..2_500).map(|number| format!("{number:04}")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let found = found(&of(&many));
    assert_eq!((found.files.len(), found.left.many, found.left.unread), (10, 1_990, true));
}

#[test]
fn what_is_too_large_is_left_out_and_named() {
    let (large, whole) = (vec![7; 25 << 20], vec![1; 15 << 20]);
    let found =
        found(&of(&[("large.bin", &large), ("a.bin", &whole), ("b.bin", &whole), ("c.bin", &whole), ("d.txt", b"d")]));
    assert_eq!(names(&found), ["a.bin", "b.bin", "d.txt"]);
    assert_eq!(found.files[0].bytes.len(), 15 << 20);
    let said = found.left.told().unwrap();
    assert_eq!(
        said,
        "2 files were too large to hand over (at most 20 MiB each and 40 MiB in all): `large.bin`, `c.bin`"
    );
}

#[test]
fn an_archive_that_breaks_off_gives_what_came_before() {
    let mut tar = of(&[("a.txt", b"a"), ("b.txt", &[1; 5_000])]);
    tar.truncate(512 * 4);
    let found = found(&tar);
    assert_eq!((names(&found), found.left.unread), (vec!["a.txt"], true));
    let a_lie = raw(EntryType::Regular, "task/aB3x/out/x", "", b"").into_iter();
    let mut a_lie: Vec<u8> = a_lie.collect();
    a_lie[124..136].copy_from_slice(b"77777777777\0");
    assert_eq!(read(&a_lie[..]).map(|found| found.files.len()).unwrap_or(0), 0);
}

#[test]
fn names_hide_and_control_nothing() {
    for (name, clean) in [
        ("evil\u{202e}gpj.exe", "evil_gpj.exe"),
        ("a\nb\tc\u{1b}[2K.txt", "a_b_c_[2K.txt"),
        ("zero\u{200b}width\u{feff}.md", "zero_width_.md"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        ("a\\b:c*d`e.txt", "a_b_c_d_e.txt"),
        ("Übersicht – 日本.pdf", "Übersicht – 日本.pdf"),
    ] {
        assert_eq!(names::cleaned(name), clean, "{name:?}");
    }
    let long = names::cleaned(&format!("{}.tar", "x".repeat(300)));
    assert!(long.chars().count() == 100 && long.ends_with("x.tar"), "{long}");
}

#[test]
fn the_ending_tells_the_media_type() {
    let types = ["a.PNG", "b.csv", "c", "d.unheard"].map(names::media_type);
    assert_eq!(types, ["image/png", "text/csv", "application/octet-stream", "application/octet-stream"]);
}
