"""Where code is kept, for every kind of HOME and other settings; what is said where it cannot be kept."""

import errno
import os
import re
import stat
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

from minitf.kernels.compile import folders

VARIABLES = ("MINITF_CACHE_DIR", "XDG_CACHE_HOME", "HOME")
STRANGER = 54321
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"
)
needs_another = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can write everywhere")


@pytest.fixture
def fresh(monkeypatch):
    """As in a new process that has no settings; what it makes for itself is removed."""
    made = []
    monkeypatch.setattr(folders, "_temporary", made)
    monkeypatch.setattr(folders, "_told", set())
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    folders._require.cache_clear()
    yield monkeypatch
    folders._require.cache_clear()
    for path in made:
        folders._remove(path, os.getpid())


@pytest.fixture
def base(tmp_path):
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.mark.parametrize(
    "given, kept",
    [
        ({"MINITF_CACHE_DIR": "a", "XDG_CACHE_HOME": "b", "HOME": "c"}, "a"),
        ({"MINITF_CACHE_DIR": None, "XDG_CACHE_HOME": "b", "HOME": "c"}, "b/minitf"),
        ({"HOME": "c"}, "c/.cache/minitf"),
    ],
)
def test_root_follows_the_environment(fresh, base, given, kept):
    for variable, name in given.items():
        fresh.setenv(variable, str(base / name) if name else "")
    assert folders.root() == base / kept
    assert stat.S_IMODE((base / kept).stat().st_mode) == 0o700
    assert folders.place("vm-1") == base / kept / "vm-1"
    assert not folders.is_temporary(folders.root())


REFUSED = [
    ({"MINITF_CACHE_DIR": "cache"}, r"'cache' \(named by MINITF_CACHE_DIR\): it is not an absolute path"),
    ({"MINITF_CACHE_DIR": "~/cache"}, r"'~/cache' \(named by MINITF_CACHE_DIR\): it is not an absolute"),
    ({"XDG_CACHE_HOME": "."}, r"'minitf' \(named by XDG_CACHE_HOME\): it is not an absolute path"),
    ({"HOME": ""}, r"'.cache/minitf' \(named by HOME\): it is not an absolute path"),
    ({"HOME": "home"}, r"'home/.cache/minitf' \(named by HOME\): it is not an absolute path"),
    ({"HOME": "/dev/null"}, r"\(named by HOME\): '/dev/null' is not a folder"),
    ({"HOME": "/proc"}, r"'/proc/.cache/minitf' \(named by HOME\): No such file or directory"),
    ({"HOME": "/" + "x" * 300}, r"File name too long: '/xxx.*\.\.\..*minitf'\. Every"),
    ({"HOME": "/proc/\n\udcff\x1b[2J"}, r"'/proc/\\n\\udcff\\x1b\[2J/.cache/minitf'"),
]


@pytest.mark.parametrize("given, reason", REFUSED)
def test_a_folder_that_is_refused_is_named_once_and_another_used(fresh, base, given, reason):
    fresh.chdir(base)
    for variable, value in given.items():
        fresh.setenv(variable, value)
    with pytest.warns(RuntimeWarning, match=reason) as said:
        path = folders.place("vm-1")
    assert len(said) == 1 and "environment variable MINITF_CACHE_DIR" in str(said[0].message)
    assert "\n" not in str(said[0].message) and len(str(said[0].message)) < 800
    root = folders.root()  # silent now
    assert path == root / "vm-1" and folders.place("vm-2") == root / "vm-2"
    assert root.name.startswith("minitf-") and stat.S_IMODE(root.stat().st_mode) == 0o700
    assert folders.is_temporary(root) and not list(base.iterdir())


def test_nobody_has_a_home(fresh):
    """As for a number in `docker --user` that the image does not know."""
    fresh.setattr(os.path, "expanduser", lambda path: path)
    with pytest.warns(RuntimeWarning, match=r"'~/.cache/minitf' \(HOME is not set\): it is not an absolute path"):
        assert folders.is_temporary(folders.root())


@needs_root
@pytest.mark.parametrize("mode", [0o700, 0o755, 0o777])
def test_the_home_of_another_is_not_used(fresh, base, mode):
    """As under `sudo` without -H."""
    os.chown(base, STRANGER, STRANGER)
    base.chmod(mode)
    fresh.setenv("HOME", str(base))
    with pytest.warns(RuntimeWarning, match=f"belongs to user {STRANGER}, not to user 0. "):
        assert folders.is_temporary(folders.root())


@needs_root
def test_an_unreadable_home(fresh, base):
    """As under `sudo -u other`."""
    fresh.setenv("HOME", str(base))
    fresh.setattr(tempfile, "tempdir", None)  # that of the tests is the user's alone
    os.seteuid(STRANGER)
    try:
        with pytest.warns(RuntimeWarning, match="Permission denied: '/"):
            assert folders.is_temporary(folders.root())
    finally:
        os.seteuid(0)


@needs_another
@pytest.mark.parametrize("mode", [0, 0o500])
def test_a_home_that_cannot_be_written(fresh, base, mode):
    home = base / "home"
    home.mkdir(mode)
    fresh.setenv("HOME", str(home))
    with pytest.warns(RuntimeWarning, match="Permission denied: '/"):
        assert folders.is_temporary(folders.root())


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EIO])
def test_a_folder_that_cannot_be_made(fresh, base, code):
    def refuse(path, mode=0o777):
        if "minitf-" not in str(path):
            raise OSError(code, os.strerror(code), path)
        return mkdir(path, mode)

    mkdir = os.mkdir
    fresh.setattr(os, "mkdir", refuse)
    fresh.setenv("HOME", str(base))
    with pytest.warns(RuntimeWarning, match=re.escape(os.strerror(code)) + ": '.*/.cache'"):
        assert folders.is_temporary(folders.place("vm-1").parent)


@pytest.mark.parametrize("kind", ["a file", "open", "a pipe"])
def test_one_folder_among_the_kept_is_refused(fresh, base, kind):
    fresh.setenv("MINITF_CACHE_DIR", str(base))
    path = base / "vm-1"
    {"a file": path.touch, "open": path.mkdir, "a pipe": lambda: os.mkfifo(path)}[kind]()
    path.chmod(0o777)
    with pytest.warns(RuntimeWarning, match="vm-1' (is not a folder|can be changed by everyone)") as said:
        assert folders.is_temporary(folders.place("vm-1").parent)
    assert len(said) == 1
    assert folders.place("vm-2") == base / "vm-2"


@pytest.mark.parametrize("place", ["open to all", "not there"])
def test_without_a_safe_temporary_folder_nothing_is_kept(fresh, base, place):
    base.chmod(0o777 if place == "open to all" else 0o700)
    folder = base if place == "open to all" else base / "x"
    fresh.setattr(tempfile, "tempdir", str(folder))
    fresh.setenv("MINITF_CACHE_DIR", "relative")
    with pytest.warns(RuntimeWarning, match="not an absolute path") as said:
        assert folders.place("vm-1") is None
    assert len(said) == 1 and folders.place("vm-1") is None


def test_a_warning_made_an_error_is_raised_once(fresh):
    fresh.setenv("HOME", "here")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="not an absolute path"):
            folders.place("vm-1")
        assert folders.is_temporary(folders.place("vm-1").parent)


def test_the_warning_names_the_line_that_asked(fresh):
    fresh.setenv("HOME", "here")
    with pytest.warns(RuntimeWarning) as said:
        folders.root()
    assert said[0].filename == __file__


def test_a_cleared_folder_is_made_again_unless_it_was_temporary(fresh, base):
    fresh.setenv("MINITF_CACHE_DIR", str(base / "kept"))
    path = folders.place("vm-1")
    path.rmdir()
    path.parent.rmdir()
    folders.renew(path)
    assert path.is_dir()
    fresh.setenv("MINITF_CACHE_DIR", "relative")
    with pytest.warns(RuntimeWarning):
        path = folders.place("vm-1")
    folders._remove(path.parent, os.getpid() + 1)
    assert path.is_dir()  # a child's exit takes nothing from its parent
    folders._remove(path.parent, os.getpid())
    folders.renew(path)
    assert not path.parent.exists()


NAMES = [f"vm-{number:024x}" for number in range(8)]


def test_old_folders_are_removed(base):
    for age, name in enumerate(NAMES):
        folder = base / name
        folder.mkdir()
        (folder / "vm[].o").touch()
        (folder / "left.tmp").touch()
        os.utime(folder, (age, age))
    folders._prune(base / NAMES[7])
    assert sorted(f.name for f in base.iterdir()) == NAMES[4:]


def test_only_what_is_ours_is_removed(base):
    """The folder that was named may hold other things."""
    outside = base / "outside"
    outside.mkdir()
    (outside / "vm[].o").touch()
    kept = base / "kept"
    kept.mkdir()
    for name in ("vm-1", "vm-experiments", "other-" + "0" * 24, "vm-" + "0" * 25, "vm[a]-" + "0" * 24):
        (kept / name).mkdir()
        (kept / name / "vm[].o").touch()
    (kept / NAMES[0]).symlink_to(outside)
    (kept / NAMES[1]).touch()
    for name in NAMES[2:]:
        (kept / name).mkdir()
        (kept / name / "notes.txt").touch()
    for name in NAMES:
        (kept / name.replace("vm", "vv")).mkdir()
    before = sorted(base.rglob("*"))
    folders._prune(kept / NAMES[7])
    folders._prune(kept / f"v.-{0:024x}")  # a name, not a pattern
    assert sorted(base.rglob("*")) == before


def test_a_new_folder_is_what_old_ones_are_removed_for(fresh, base):
    fresh.setenv("MINITF_CACHE_DIR", str(base))
    for name in NAMES:
        folders.place(name)
    assert len(list(base.iterdir())) == folders.KEEP


def test_old_folders_that_cannot_be_looked_for_stay(fresh, base):
    def refuse(path):
        raise PermissionError

    fresh.setenv("MINITF_CACHE_DIR", str(base))
    fresh.setattr(os, "scandir", refuse)
    assert folders.place("vm-1") == base / "vm-1"


_SCRIPT = """
import os, pathlib, sys
from minitf.kernels.compile import cache, folders
{before}
path = folders.place("vm-1")
print(path is not None and cache._write(path / "x.o", "symbol", b"code" * 1000))
print(path is not None and cache._read(path / "x.o") == ("symbol", b"code" * 1000))
print(folders.root())
"""


def ran(before="", cwd=None, **variables):
    """(whether code was kept, where, what was said) by a process of its own."""
    path = os.pathsep.join(filter(None, sys.path))
    variables = {**os.environ, "PYTHONPATH": path, **variables}
    variables = {name: value for name, value in variables.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(before=before)],
        env=variables,
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    _, kept, root = done.stdout.splitlines()
    return kept == "True", Path(root), done.stderr


def test_the_folder_of_a_run_goes_with_it(tmp_path):
    kept, root, said = ran(cwd=tmp_path, MINITF_CACHE_DIR="here")
    assert kept and root.is_absolute() and not root.exists() and not list(tmp_path.iterdir())
    assert said.count("RuntimeWarning: compiled kernels are not kept in 'here'") == 1


def test_a_working_folder_that_is_gone(base):
    gone = base / "gone"
    gone.mkdir()
    kept, root, said = ran("os.rmdir(os.getcwd())", cwd=gone, MINITF_CACHE_DIR=str(base / "kept"))
    assert (kept, root, said) == (True, base / "kept", "")
    gone.mkdir()
    kept, root, said = ran("os.rmdir(os.getcwd())", cwd=gone, HOME="here", MINITF_CACHE_DIR=None)
    assert kept and not root.exists() and said.count("RuntimeWarning") == 1


def test_a_full_disk_is_said_once(base):
    """A limit on the size of files is what a test can have of it."""
    before = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
    twice = "\ncache._write(folders.place('vm-1') / 'y.o', 'symbol', bytes(2000))"
    kept, root, said = ran(before + twice, MINITF_CACHE_DIR=str(base))
    assert (kept, root) == (False, base) and not list(base.rglob("*.*"))
    assert said.count("RuntimeWarning") == 1 and f"{str(base)!r}" in said and "File too large" in said
