"""Whose files are run as code: tables of folders and of files that others can, or cannot, have changed."""

import contextlib
import errno
import os
import stat

import pytest

from minitf.kernels.compile import trust

STRANGER = 54321
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="only root can give files away")


@pytest.fixture
def base(tmp_path):
    """A folder that is safe, whatever the umask of those who run this."""
    tmp_path.chmod(0o700)
    try:
        trust.folder(tmp_path)
    except OSError as error:
        pytest.skip(f"pytest's own folder is not safe: {error}")
    return tmp_path


@contextlib.contextmanager
def umask(mask):
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def made(path, mode=0o700):
    path.mkdir(parents=True)
    path.chmod(mode)
    return path


def given_away(path):
    os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
    return path


def linked(path, target):
    path.symlink_to(target)
    return path


SAFE = {
    "ours": lambda b: made(b / "x"),
    "readable by all": lambda b: made(b / "x", 0o755),
    "missing": lambda b: b / "x",
    "missing, with those above": lambda b: b / "x" / "y" / "z",
    "in a shared folder like /tmp": lambda b: made(b / "tmp", 0o1777) / "x",
    "behind a link of ours": lambda b: linked(b / "link", made(b / "x")),
    "below a relative link": lambda b: linked(b / "link", os.path.relpath(made(b / "x" / "y"), b)) / "z",
    "behind dots": lambda b: made(b / "x") / ".." / "y",
    "odd characters": lambda b: b / "a\nb \udcff\u2028 'c'",
}

UNSAFE = {
    "open to all": (lambda b: made(b / "x", 0o777), r"x' can be changed by everyone \(`chmod go-w`"),
    "open to its group": (lambda b: made(b / "x", 0o770), "x' can be changed by group"),
    "open, though all only change their own": (lambda b: made(b / "x", 0o1777), "changed by everyone$"),
    "below one open to all": (lambda b: made(made(b / "x", 0o777) / "y"), "x' can be changed by everyone"),
    "missing below one open to its group": (lambda b: made(b / "x", 0o770) / "y" / "z", "x' can be changed"),
    "a link to one open to all": (lambda b: linked(b / "l", made(b / "x", 0o777)), "x' can be changed"),
    "a link into one open to all": (
        lambda b: linked(b / "l", made(made(b / "x", 0o777) / "y")) / "z",
        "x' can be changed",
    ),
    "links in a circle": (lambda b: linked(linked(b / "l", b / "m").with_name("m"), b / "l"), "symbolic"),
    "a link to nothing": (lambda b: linked(b / "l", b / "x"), "No such file"),
    "relative": (lambda b: b.relative_to("/"), "not an absolute path"),
    "too long a name": (lambda b: b / ("x" * 300), "too long"),
    "too long a path": (lambda b: b.joinpath(*["x" * 200] * 30), "too long"),
    "a file": (lambda b: b.joinpath("x").touch() or b / "x", "x' is not a folder"),
    "below a file": (lambda b: b.joinpath("x").touch() or b / "x" / "y", "x' is not a folder"),
}

STRANGERS = {
    "itself": lambda b: given_away(made(b / "x")),
    "one above it": lambda b: made(given_away(made(b / "x")) / "y"),
    "one above it, shared": lambda b: made(given_away(made(b / "x", 0o1777)) / "y"),
    "what a link leads to": lambda b: linked(b / "l", given_away(made(b / "x"))),
    "what is above that": lambda b: linked(b / "l", made(given_away(made(b / "x")) / "y")),
    "what a link above leads to": lambda b: linked(b / "l", given_away(made(b / "x"))) / "y",
    "a link in a shared folder": lambda b: given_away(linked(made(b / "tmp", 0o1777) / "l", made(b / "x"))),
    "a folder in a shared one": lambda b: given_away(made(made(b / "tmp", 0o1777) / "x")),
    "a link, and all is open": lambda b: given_away(linked(b / "l", made(b / "x", 0o777))),
}


@pytest.mark.parametrize("mask", [0, 0o22, 0o777])
@pytest.mark.parametrize("case", SAFE)
def test_safe_folders_are_made(base, case, mask):
    path = SAFE[case](base)
    there = path.exists()
    with umask(mask):
        trust.folder(path)
    assert path.is_dir()
    assert there or stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_new_folder_is_never_open(base, monkeypatch):
    monkeypatch.setattr(os, "chmod", lambda path, mode: None)
    with umask(0):
        trust.folder(base / "x" / "y")
    assert [stat.S_IMODE(path.stat().st_mode) for path in base.rglob("*")] == [0o700] * 2


@pytest.mark.parametrize("case", UNSAFE)
def test_folders_that_others_can_change_are_refused(base, case):
    make, reason = UNSAFE[case]
    path, before = make(base), sorted(base.rglob("*"))
    with pytest.raises(OSError, match=reason):
        trust.folder(path)
    assert sorted(base.rglob("*")) == before


@needs_root
@pytest.mark.parametrize("case", STRANGERS)
def test_folders_of_others_are_refused(base, case):
    path, before = STRANGERS[case](base), sorted(base.rglob("*"))
    with pytest.raises(trust.Untrusted, match=f"belongs to user {STRANGER}, not to user 0$"):
        trust.folder(path)
    assert sorted(base.rglob("*")) == before


def test_many_links_are_followed_once(base):
    links = [linked(base / f"l{number}", "../" + base.name) for number in range(30)]
    path = base.joinpath(*[link.name for link in links])
    trust.folder(path / "x")
    assert (base / "x").is_dir()


def test_what_belongs_to_root_may_be_read_by_all(base, monkeypatch):
    """Code that is part of a container's image. Here: of any user, for whom we are a stranger."""
    path = base / "x"
    path.write_bytes(b"code")
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
    assert trust.read(path) == (b"code" if ROOT else None)


@needs_root
def test_a_folder_that_cannot_be_looked_into_is_refused(base):
    os.seteuid(STRANGER)
    try:
        with pytest.raises(PermissionError):
            trust.folder(base / "x")
        assert trust.read(base / "x") is None
    finally:
        os.seteuid(0)


def filled(path, mode=0o600):
    path.write_bytes(b"code")
    path.chmod(mode)
    return path


REFUSED = {
    "missing": lambda p: None,
    "open to all": lambda p: filled(p, 0o666),
    "open to its group": lambda p: filled(p, 0o660),
    "a folder": made,
    "a pipe": os.mkfifo,
    "a pipe's link": lambda p: os.mkfifo(f"{p}.pipe") or linked(p, f"{p}.pipe"),
    "a link": lambda p: linked(p, filled(p.with_suffix(".x"))),
    "a link to nothing": lambda p: linked(p, "nothing"),
    "a device's link": lambda p: linked(p, "/dev/zero"),
    "huge": lambda p: os.truncate(filled(p), trust.LIMIT + 1),
}


@pytest.mark.parametrize("case", REFUSED)
def test_files_that_are_not_read(base, case):
    REFUSED[case](base / "x")
    assert trust.read(base / "x") is None


@pytest.mark.parametrize("case", [case for case in REFUSED if case != "a folder"])
def test_what_is_not_read_is_replaced(base, case):
    REFUSED[case](base / "x")
    before = sorted(f.name for f in base.iterdir() if f.name != "x")
    trust.write(base / "x", b"new")
    assert trust.read(base / "x") == b"new"
    assert sorted(f.name for f in base.iterdir()) == ["x", *before]  # nothing but the link itself


@needs_root
def test_files_of_others_are_not_read(base):
    given_away(filled(base / "x"))
    assert trust.read(base / "x") is None


@needs_root
def test_devices_are_not_read(base):
    try:
        os.mknod(base / "x", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this container makes no devices")
    assert trust.read(base / "x") is None


@pytest.mark.parametrize("mask", [0, 0o22, 0o777])
def test_written_files_are_for_nobody_else(base, mask):
    with umask(mask):
        trust.write(base / "x", b"code")
    assert stat.S_IMODE((base / "x").stat().st_mode) == 0o600
    assert trust.read(base / "x") == b"code"


@pytest.mark.parametrize("stage", ["chmod", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_nothing_half_written_stays(base, monkeypatch, stage, error):
    def fail(*args):
        raise error

    trust.write(base / "x", b"old")
    monkeypatch.setattr(os, stage, fail)
    with pytest.raises(type(error)):
        trust.write(base / "x", b"new")
    assert [f.name for f in base.iterdir()] == ["x"] and trust.read(base / "x") == b"old"


@pytest.mark.parametrize("path", ["/a\n\udcff\x1b[2J", "/" + "x" * 5000, b"/\xff"])
def test_paths_are_shown_in_a_line(path):
    assert len(trust.shown(path)) < 250 and trust.shown(path).isascii() and trust.shown(path).isprintable()
