"""Interrupts at chosen places: wherever Python might hear a signal, one after the other.

CPython looks for signals when it starts a function, when it jumps back, and when a call of a function that is
not Python's returns. There, and not anywhere else, a trace function raises KeyboardInterrupt.
"""

import dis
import sys
import threading

CALLS = {dis.opmap[name] for name in ("CALL", "CALL_FUNCTION_EX", "CALL_KW", "PRECALL") if name in dis.opmap}
BACK = {dis.opmap[name] for name in dis.opmap if name.startswith("JUMP_BACKWARD")}
PARTS = ("/minitf/", "/kernels/", "/threading.py", "/contextlib.py")


class Injector:
    """Raises KeyboardInterrupt at place number `at` (0: nowhere) of what this thread runs inside of it."""

    def __init__(self, at, parts=PARTS):
        self.at, self.parts, self.seen, self.where = at, parts, 0, None
        self._last = {}  # the instruction before the next one, by frame

    def __enter__(self):
        sys.settrace(self._call)
        return self

    def __exit__(self, kind, error, traceback):
        sys.settrace(None)
        return kind is KeyboardInterrupt and self.where is not None

    def _call(self, frame, event, argument):
        self._last[id(frame.f_back)] = None  # Python does not look when a function of its own returns
        if not any(part in frame.f_code.co_filename for part in self.parts):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        self._last[id(frame)] = None
        self._place(frame)
        return self._step

    def _step(self, frame, event, argument):
        if event == "opcode":
            code = frame.f_code.co_code[frame.f_lasti]
            last, self._last[id(frame)] = self._last.get(id(frame)), code
            if last in CALLS and code not in CALLS or code in BACK:
                self._place(frame)
        return self._step

    def _place(self, frame):
        self.seen += 1
        if self.seen == self.at:
            self.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            raise KeyboardInterrupt


def held(lock):
    """Whether a lock could not be had by another thread."""
    found = []

    def look():
        if lock.acquire(timeout=0.5):
            lock.release()
        else:
            found.append(True)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return bool(found)
