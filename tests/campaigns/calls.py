"""Wrong calls of every public function: how clear are the errors?

Each right call of tests/campaigns/right_calls/ is made again and again with one argument wrong. What comes of
it is `accepted`, a `named` error (it names the wrong argument), a `clear` one (it names the function or the
op), a `vague` one (neither), or a `cryptic` one (of a class or with a text that speaks of the insides of
Python, NumPy or Numba); `dead` is a call that ended the process or took too long.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from tests.campaigns._right_calls import VALUES, families, right_calls

SECONDS = 20  # a call may take
WORKER = Path(__file__).parent / "_calls_worker.py"
KINDS = ("accepted", "named", "clear", "vague", "cryptic", "dead")

_OF_PYTHON = re.compile(r"positional argument|unexpected keyword argument|multiple values for")
_INSIDES = re.compile(
    r"object of type '|has no attribute '|has no len\(\)$|object is not (iterable|callable|subscriptable)|"
    r"unsupported operand|cannot reshape array|setting an array element|(too many|not enough) values to|"
    r"\) argument must be|not supported between|cannot be interpreted as an integer|unhashable type|"
    r"invalid literal for|must be real number|cannot convert float|only (length-1|integer|0-dim)|"
    r"could not (convert|broadcast)|inhomogeneous|ufunc|numpy\.|numba|(list|tuple|string) indices|"
    r"index out of range|concatenate str|too large to convert|can't multiply|truth value of an|ambiguous|"
    r"descriptor '|must be a sequence|expected str instance|<lambda>\(\)|bad operand|does not support|"
    r"Cannot interpret|data type .* not understood|'type' object|argument after \*|object supporting the|"
    r"bytes-like|codec can't"
)
_ARGUMENT = re.compile(r"'\w+' of ")
_SHOWN = re.compile(r"<class '[^']*'>")  # the wrong value itself, as an error shows it


class Worker:
    """A process that makes calls in `module`."""

    def __init__(self, python: str, module: str):
        self.command, self.module, self.process = [python, str(WORKER)], module, None

    def __call__(self, source: str) -> dict:
        if self.process is None:
            self._start()
        answer = self._asked(source)
        if not answer:
            self.close()
            return {"dead": True}
        return json.loads(answer)

    def close(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.communicate()
            self.process = None

    def _start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=tempfile.gettempdir(),
        )
        head = {"module": self.module, "values": VALUES, "seconds": SECONDS}
        self.process.stdin.write(json.dumps(head) + "\n")

    def _asked(self, source: str) -> str:
        try:
            self.process.stdin.write(json.dumps({"call": source}) + "\n")
            self.process.stdin.flush()
            return self.process.stdout.readline()
        except BrokenPipeError:
            return ""


_LOOKUPS = {"KeyError", "LookupError", "RuntimeError", "NotImplementedError", "FileNotFoundError", "OSError"}


def kind(call, answer: dict, op_types=frozenset()) -> str:
    """Which of KINDS an answer is."""
    if "error" not in answer:
        return "accepted" if "accepted" in answer else "dead"
    text, bases = answer["text"].partition("\n  in the call ")[0], set(answer["bases"])
    if _OF_PYTHON.search(text):
        return "named"
    of_users = bases & {"TypeError", "ValueError", "OpError"} or bases & _LOOKUPS and len(text) > 20
    if not of_users or _INSIDES.search(_SHOWN.sub("", text)):
        return "cryptic"
    if f"'{call.changed}'" in text or call.changed.startswith("#") and _ARGUMENT.match(text):
        return "named"
    if len(call.changed) > 2 and call.changed in _words(text):
        return "named"
    said = _words(answer["text"])
    named = call.function.rpartition(".")[2] in said or said & op_types or text != answer["text"]
    return "clear" if named else "vague"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def search(calls: list, ask) -> list:
    """(call, kind, answer) of each call."""
    from minitf.framework.registry import OPS

    types = frozenset(OPS)
    return [(call, kind(call, answer, types), answer) for call in calls for answer in [ask(call.source)]]


def faults(names: list[str], ask) -> list[str]:
    """The right calls that are refused."""
    calls = [call for family in names for call in right_calls(family)]
    answers = [(call.source, ask(call.source)) for call in calls]
    return [f"{source}: {answer}" for source, answer in answers if "accepted" not in answer]


def wrong_calls(
    names: list[str], function: str = "", sample: int | None = None, seed: int = 0, values: tuple[str, ...] = ()
) -> list:
    """All wrong calls of these families, those with one of `values`, or a sample of them."""
    rights = [right for family in names for right in right_calls(family) if function in right.function]
    calls = [wrong for right in rights for wrong in right.wrong()]
    calls = [call for call in calls if not values or dict(call.named).get(call.changed) in values]
    return calls if sample is None else random.Random(seed).sample(calls, min(sample, len(calls)))


def missed(found: list) -> bool:
    """Whether the goals are missed: under 0.3 % cryptic, under 1 % that name neither op nor argument."""
    counts = Counter(k for _, k, _ in found)
    return counts["dead"] > 0 or counts["cryptic"] > 0.003 * len(found) or counts["vague"] > 0.01 * len(found)


def report(found: list, show: list[str], lines: int) -> None:
    """Counts, and examples of the kinds to be shown, by function."""
    counts, total = Counter(k for _, k, _ in found), max(len(found), 1)
    shares = [f"{k} {counts[k]} ({counts[k] / total:.2%})" for k in KINDS]
    print(f"{len(found)} wrong calls: {', '.join(shares)}")
    for shown in show:
        _list(shown, [(call.function, call, answer) for call, k, answer in found if k == shown], lines)


def compare(found: list, ask, lines: int) -> None:
    """What minitf accepts and TensorFlow refuses, by function and argument."""
    accepted = [(call, ask(call.source)) for call, k, _ in found if k == "accepted"]
    asked = [(call, answer) for call, answer in accepted if not _is_absent(answer)]
    lax = [(f"{call.function} {call.changed}", call, answer) for call, answer in asked if "error" in answer]
    print(f"TensorFlow refuses {len(lax)} of {len(asked)} calls that minitf accepts")
    _list("lax", lax, lines)


def _is_absent(answer: dict) -> bool:
    """Whether this TensorFlow has no such function."""
    return "unknown" in answer or "module 'tensorflow" in answer.get("text", "")


def _list(title: str, cases: list, lines: int) -> None:
    groups = defaultdict(list)
    for where, call, answer in cases:
        groups[where].append((call, answer))
    for where, members in sorted(groups.items(), key=lambda entry: -len(entry[1])):
        print(f"{title}: {where} {len(members)}")
        for call, answer in members[:lines]:
            value = dict(call.named).get(call.changed, "")
            print(f"    {call.changed}={value}: {answer.get('error')}: {answer.get('text', '')[:200]!r}")


def main(arguments: list[str]) -> int:
    """Runs the campaign; returns its exit code: 1 where a right call is refused or a goal missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns calls", description=__doc__)
    parser.add_argument("--family", action="append", choices=families(), help="only these (default: all)")
    parser.add_argument("--function", default="", help="only functions whose name contains this")
    parser.add_argument("--sample", type=int, help="so many wrong calls (default: all, some 280,000)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--value", action="append", default=[], help="only calls with this value in them")
    parser.add_argument("--show", action="append", choices=KINDS, default=[], help="examples of this kind")
    parser.add_argument("--lines", type=int, default=3, help="examples per function")
    parser.add_argument("--tf", metavar="PYTHON", help="ask this interpreter's TensorFlow what it refuses")
    options = parser.parse_args(arguments)
    names, ask = options.family or families(), Worker(sys.executable, "minitf")
    refused = faults(names, ask)
    for fault in refused:
        print(f"a right call is refused: {fault}")
    values = tuple(options.value)
    found = search(wrong_calls(names, options.function, options.sample, options.seed, values), ask)
    ask.close()
    report(found, options.show, options.lines)
    if options.tf:
        oracle = Worker(options.tf, "tensorflow")
        compare(found, oracle, options.lines)
        oracle.close()
    return int(bool(refused) or missed(found))
