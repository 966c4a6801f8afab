"""Watches programs that are resized: their tables have to be those that their sizes would be lowered to."""

import contextlib
from collections import Counter

import numpy as np

from minitf.runtime.resize import resized
from minitf.runtime.resize.form import Form


class Watch:
    """What was seen: how often a region was resized, or could not be, and what was wrong."""

    def __init__(self):
        self.counts, self.wrong = Counter(), []

    def look(self, resized, point):
        """Compares a program that was just resized with one lowered for these sizes."""
        program = resized.program
        alone = resized.alone()
        own = Form(alone)
        if own.structure != resized.form.structure:
            self.counts["another form"] += 1  # a size is 1 less than another say: what is computed is the same
            return
        self.counts["resized"] += 1
        words = program.instructions.pristine - resized.bases  # before addresses of inputs are written into them
        if not np.array_equal(words, own.numbers[: len(words)]):
            self.wrong.append((point, "words"))
        for ours, theirs in zip(program.results, own.program.results):
            if ours is not None and (ours.shape, ours.offset) != (theirs.shape, theirs.offset):
                self.wrong.append((point, ours.shape, theirs.shape))
        for number, buffer in enumerate(own.buffers):  # what is not written anew has to be long enough
            there = resized.form.buffers[number]
            if buffer.kind == "constant" and number in resized.constants._whole:
                held = resized.constants.memory.get(number, there.array)
                if buffer.array.nbytes > held.nbytes:
                    self.wrong.append((point, buffer.array))
        for number, memory in resized.constants.memory.items():
            wanted = own.buffers[number].array
            if memory[: wanted.nbytes].tobytes() != wanted.tobytes():
                self.wrong.append((point, wanted))


@contextlib.contextmanager
def watched():
    """Looks at every program that is resized; gives the Watch."""
    watch, at = Watch(), resized.Resized.at

    def looked(self, point):
        before = self.point
        found = at(self, point)
        if found is not None and before != point:
            watch.look(self, point)
        return found

    resized.Resized.at = looked
    try:
        yield watch
    finally:
        resized.Resized.at = at
