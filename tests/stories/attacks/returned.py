"""Makes what no honest sandbox hands out. Called with the name of what is made."""
import os
import subprocess
import sys


def git(*arguments, data=None):
    return subprocess.run(["git", *arguments], input=data, capture_output=True, check=True).stdout


def made(kind, data):
    return git("hash-object", "-t", kind, "-w", "--literally", "--stdin", data=data).decode().strip()


def head():
    return git("rev-parse", "HEAD").decode().strip()


def stand_on(tree):
    commit = git("commit-tree", tree, "-p", head(), "-m", "Work").decode().strip()
    git("update-ref", "HEAD", commit)


def with_entry(mode, name, thing):
    stand_on(made("tree", mode + b" " + name + b"\0" + bytes.fromhex(thing)))


def hooks():
    hook = made("blob", b"#!/bin/sh\ntouch ran\n")
    inner = made("tree", b"100755 post-checkout\0" + bytes.fromhex(hook))
    return made("tree", b"40000 hooks\0" + bytes.fromhex(inner))


def dot_git():
    with_entry(b"40000", b".git", hooks())


def short_name():
    with_entry(b"40000", b"GIT~1", hooks())


def outside():
    with_entry(b"100644", b"../../outside", made("blob", b"x"))


def modules(text):
    with_entry(b"100644", b".gitmodules", made("blob", text))


def option():
    modules(b'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch ran\n')


def name():
    modules(b'[submodule "../../hooks"]\n\tpath = x\n\turl = https://example.org/x\n')


def link():
    with_entry(b"120000", b".gitmodules", made("blob", b"../outside"))


def nobody():
    tree = git("rev-parse", "HEAD^{tree}").decode().strip()
    commit = made("commit", f"tree {tree}\nparent {head()}\nauthor x\ncommitter x\n\nx\n".encode())
    git("update-ref", "HEAD", commit)


def branches():
    git("commit", "--allow-empty", "-m", "Moved")
    for reference in ("refs/heads/main", "refs/remotes/origin/main", "refs/tags/v1", "refs/pull/1/head"):
        git("update-ref", reference, head())


def author():
    git("-c", "user.name=Somebody Else", "-c", "user.email=somebody@example.org", "commit", "--allow-empty", "-m", "Theirs")


def replaced():
    git("commit", "--allow-empty", "-m", "There")
    there = head()
    shown = made("tree", b"100644 shown.txt\0" + bytes.fromhex(made("blob", b"x")))
    git("replace", there, git("commit-tree", shown, "-p", there + "^", "-m", "Shown").decode().strip())


def handed():
    os.makedirs(".signalbox/out")
    os.symlink("/etc/passwd", ".signalbox/out/passwd")
    os.symlink("/", ".signalbox/out/all")


def bomb():
    thing = made("blob", b"x")
    tree = made("tree", b"".join(b"100644 f%d\0" % n + bytes.fromhex(thing) for n in range(10)))
    for _ in range(9):
        tree = made("tree", b"".join(b"40000 d%d\0" % n + bytes.fromhex(tree) for n in range(10)))
    stand_on(tree)


def control():
    pass


for known in ("user.name", "user.email"):
    subprocess.run(["git", "config", known, "x@example.org"], check=True)
globals()[sys.argv[1]]()
