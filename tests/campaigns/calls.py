"""Wrong calls of every public function: how clear are the errors?

Each right call of tests/campaigns/right_calls/ is made again and again with one argument wrong. What comes of
it is `accepted`, a `named` error (it names the wrong argument), a `clear` one (it names the function or the op
at least), a `vague` one (neither), or a `cryptic` one (of a class or with a text that speaks of the insides of
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

_OF_PYTHON = re.compile(r"positional argument|unexpected keyword argument|multiple values for|required keyword-only")
_INSIDES = re.compile(
    r"object of type '|has no attribute|has no len\(\)$|object is not (iterable|callable|subscriptable)|unsupported operand|"
    r"cannot reshape array|setting an array element|(too many|not enough) values to unpack|argument must be|"
    r"not supported between|cannot be interpreted as an integer|unhashable type|invalid literal for|must be real number|"
    r"cannot convert float|only (length-1|integer|0-dim)|could not (convert|broadcast)|inhomogeneous|ufunc|numpy\.|numba|"
    r"list indices|tuple indices|string indices|index out of range|concatenate str|too large to convert|can't multiply|"
    r"truth value of an array|ambiguous|descriptor '|must be a sequence|expected str instance|<lambda>\(\)|bad operand|"
    r"does not support|Cannot interpret|data type .* not understood|'type' object|argument after \*|not a valid|"
    r"object supporting the|missing_|bytes-like|codec can't"
)  # fmt: skip
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
            self.process = None
            return {"dead": True}
        return json.loads(answer)

    def _start(self) -> None:
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            cwd=tempfile.gettempdir(),
        )  # fmt: skip
        head = {"module": self.module, "values": VALUES, "seconds": SECONDS}
        self.process.stdin.write(json.dumps(head) + "\n")

    def _asked(self, source: str) -> str:
        try:
            self.process.stdin.write(json.dumps({"call": source}) + "\n")
            self.process.stdin.flush()
            return self.process.stdout.readline()
        except BrokenPipeError:
            return ""


def kind(call, answer: dict, op_types=frozenset()) -> str:
    """Which of KINDS an answer is."""
    if "accepted" in answer or "dead" in answer:
        return "accepted" if "accepted" in answer else "dead"
    text, bases = answer["text"], answer["bases"]
    if _OF_PYTHON.search(text):
        return "named"
    if not {"TypeError", "ValueError", "OpError"} & set(bases) and not _is_lookup(answer):
        return "cryptic"
    if _INSIDES.search(_SHOWN.sub("", text)):
        return "cryptic"
    words = set(re.findall(r"\w+", text))
    if f"'{call.changed}'" in text or len(call.changed) > 2 and call.changed in words:
        return "named"
    function = call.function.rpartition(".")[2]
    return "clear" if function in words or words & op_types or call.function in text else "vague"


def _is_lookup(answer: dict) -> bool:
    """What TensorFlow says by LookupError and KeyError: a gradient or a name that is not there."""
    return answer["error"] in ("LookupError", "KeyError") and len(answer["text"]) > 20 or answer["error"] in (
        "RuntimeError", "NotImplementedError", "FileNotFoundError", "IsADirectoryError") # fmt: skip


def search(calls: list, ask, op_types) -> list:
    """(call, kind, answer) of each wrong call."""
    found = []
    for call in calls:
        answer = ask(call.source)
        if "unknown" not in answer:
            found.append((call, kind(call, answer, op_types), answer))
    return found


def wrong_calls(names: list[str], sample: int | None, seed: int) -> list:
    """All wrong calls of these families, or a sample of them."""
    calls = [wrong for family in names for right in right_calls(family) for wrong in right.wrong()]
    return calls if sample is None else random.Random(seed).sample(calls, min(sample, len(calls)))


def report(found: list, show: list[str], lines: int) -> None:
    """Counts, where the bad ones are, and examples."""
    counts = Counter(k for _, k, _ in found)
    print(f"{len(found)} wrong calls: " + ", ".join(f"{k} {counts[k]} ({counts[k] / max(len(found), 1):.2%})" for k in KINDS))
    for shown in show:
        by_function = defaultdict(list)
        for call, k, answer in found:
            if k == shown:
                by_function[call.function].append((call, answer))
        for function, cases in sorted(by_function.items(), key=lambda entry: -len(entry[1])):
            print(f"{shown}: {function} {len(cases)}")
            for call, answer in cases[:lines]:
                changed = dict(call.named).get(call.changed, "")
                print(f"    {call.changed}={changed}: {answer.get('error')}: {answer.get('text', '')[:200]!r}")


def main(arguments: list[str]) -> int:
    """Runs the campaign; returns its exit code: 1 where the goals are missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns calls", description=__doc__)
    parser.add_argument("--family", action="append", choices=families(), help="only these (default: all)")
    parser.add_argument("--function", help="only functions whose name contains this")
    parser.add_argument("--sample", type=int, help="so many wrong calls (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="append", choices=KINDS, default=[], help="examples of this kind")
    parser.add_argument("--lines", type=int, default=3, help="examples per function")
    parser.add_argument("--json", help="write what came of each call to this file")
    parser.add_argument("--tf", metavar="PYTHON", help="also ask TensorFlow, and show what only minitf accepts")
    options = parser.parse_args(arguments)
    from minitf.framework.registry import OPS

    calls = wrong_calls(options.family or families(), None, 0)
    if options.function:
        calls = [call for call in calls if options.function in call.function]
    if options.sample:
        calls = random.Random(options.seed).sample(calls, min(options.sample, len(calls)))
    found = search(calls, Worker(sys.executable, "minitf"), frozenset(OPS))
    report(found, options.show, options.lines)
    if options.json:
        Path(options.json).write_text("".join(
            json.dumps([c.function, c.changed, c.source, k, a]) + "\n" for c, k, a in found))  # fmt: skip
    if options.tf:
        compare(found, Worker(options.tf, "tensorflow"), options.lines)
    counts = Counter(k for _, k, _ in found)
    return int(counts["dead"] > 0 or counts["cryptic"] > 0.003 * len(found) or counts["vague"] > 0.01 * len(found))


def compare(found: list, ask, lines: int) -> None:
    """What minitf accepts and TensorFlow refuses, by function and argument."""
    accepted = [call for call, k, _ in found if k == "accepted"]
    lax, asked = defaultdict(list), 0
    for call in accepted:
        answer = ask(call.source)
        asked += "unknown" not in answer
        if "error" in answer or "dead" in answer:
            lax[call.function, call.changed].append((call, answer))
    print(f"TensorFlow refuses {sum(map(len, lax.values()))} of {asked} calls that minitf accepts")
    for (function, changed), cases in sorted(lax.items(), key=lambda entry: -len(entry[1])):
        values = [dict(call.named).get(changed, "") for call, _ in cases]
        print(f"lax: {function} {changed}: {len(cases)}: {' '.join(values[:12])}")
        for _, answer in cases[:lines]:
            print(f"    {answer.get('error')}: {answer.get('text', '')[:150]!r}")
