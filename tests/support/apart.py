"""Code in processes of its own that need not import minitf: each is a fork of one that has, and does nothing else."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

COMMAND = "import sys\nfrom minitf.commands import main\nsys.exit(main())"  # as `python -m minitf` does

# What is asked for runs behind the loop, at the end of the child's own main program: it ends as any other does.
_SERVER = """
import gc, json, os, signal, sys
import minitf
gc.freeze()  # else each child looks through all of it when it ends
for line in sys.stdin:
    if not os.fork():
        break
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
else:
    os._exit(0)
signal.alarm(120)
asked = json.loads(line)
for fd, name in enumerate([os.devnull, "out", "err"]):
    os.dup2(os.open(name if fd == 0 else os.path.join(asked["folder"], name), os.O_RDWR | os.O_CREAT), fd)
os.chdir(asked["cwd"])
os.environ.update(asked["environment"])
sys.argv, sys.path[0], code = ["-c", *asked["arguments"]], "", asked["code"]
del asked, fd, gc, json, line, name, os, signal
exec(compile(code, "<string>", "exec"))
"""


class Apart:
    """Runs code as `python -c` does, in forks of a process that imported minitf; where there are none, anew."""

    def __init__(self):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._server = subprocess.Popen([sys.executable, "-c", _SERVER], **pipes) if hasattr(os, "fork") else None

    def run(self, code, *arguments, cwd=None, **environment):
        """What came of it: `returncode`, `stdout` and `stderr`."""
        command = [sys.executable, "-c", code, *arguments]
        if self._server is None:
            env = {**os.environ, **environment}
            return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd, env=env)
        with tempfile.TemporaryDirectory() as folder:
            asked = {"folder": folder, "cwd": str(cwd or Path.cwd()), "environment": environment}
            self._server.stdin.write(json.dumps({**asked, "code": code, "arguments": arguments}) + "\n")
            self._server.stdin.flush()
            code = int(self._server.stdout.readline())
            out, err = [Path(folder, name).read_text("utf-8") for name in ("out", "err")]
        return subprocess.CompletedProcess(command, code, out, err)

    def close(self):
        if self._server is not None:
            self._server.communicate()
