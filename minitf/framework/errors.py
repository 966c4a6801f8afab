"""TensorFlow's exception classes."""

from __future__ import annotations

OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS = range(7)
PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED = range(7, 13)
INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED = range(13, 17)


class OpError(Exception):
    """A failure while the graph runs: `op` is the operation that failed, `message` says why."""

    code = UNKNOWN

    def __init__(self, node_def, op, message: str, error_code: int | None = None):
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message
        self.error_code = self.code if error_code is None else error_code

    def __str__(self):
        if self.op is None:
            return self.message
        return f"{self.message}\n  in {describe(self.op)}"


def describe(op) -> str:
    """One op for an error message: type, name, inputs and the user's line that made it."""
    inputs = ", ".join(f"{t.name} {t.dtype.base_dtype.name}{t.shape}" for t in op.inputs)
    return f"{op.type} '{op.name}' ({inputs or 'no inputs'}), created {op.origin}"


def _kind(name: str, code: int, doc: str) -> type[OpError]:
    return type(name, (OpError,), {"code": code, "__doc__": doc, "__module__": __name__})


CancelledError = _kind("CancelledError", CANCELLED, "The run was cancelled.")
UnknownError = _kind("UnknownError", UNKNOWN, "An error of no other class.")
InvalidArgumentError = _kind("InvalidArgumentError", INVALID_ARGUMENT, "An op was given data it cannot work on.")
DeadlineExceededError = _kind("DeadlineExceededError", DEADLINE_EXCEEDED, "The run took longer than allowed.")
NotFoundError = _kind("NotFoundError", NOT_FOUND, "A file or key is missing.")
AlreadyExistsError = _kind("AlreadyExistsError", ALREADY_EXISTS, "What was to be created exists.")
PermissionDeniedError = _kind("PermissionDeniedError", PERMISSION_DENIED, "The caller may not do this.")
ResourceExhaustedError = _kind("ResourceExhaustedError", RESOURCE_EXHAUSTED, "Memory or disk ran out.")
FailedPreconditionError = _kind("FailedPreconditionError", FAILED_PRECONDITION, "A variable is uninitialized.")
AbortedError = _kind("AbortedError", ABORTED, "The run was aborted.")
OutOfRangeError = _kind("OutOfRangeError", OUT_OF_RANGE, "The input is exhausted.")
UnimplementedError = _kind("UnimplementedError", UNIMPLEMENTED, "The op cannot do this.")
InternalError = _kind("InternalError", INTERNAL, "minitf broke one of its own rules.")
UnavailableError = _kind("UnavailableError", UNAVAILABLE, "The runtime is not there.")
DataLossError = _kind("DataLossError", DATA_LOSS, "A file is damaged.")
UnauthenticatedError = _kind("UnauthenticatedError", UNAUTHENTICATED, "The caller is not known.")


class WrongArgument(TypeError, ValueError):
    """An argument of a kind that a function does not take: TensorFlow refuses it as either, by what it meets first."""


class Symbolic(NotImplementedError, TypeError):
    """A tensor where its value is asked for, which only a session knows."""


class AtRun(ValueError):
    """What TensorFlow refuses only when the op runs, by an error of `kind`."""

    def __init__(self, message: str, kind: type[OpError] | None = None):
        super().__init__(message)
        self.kind = kind or InvalidArgumentError


def refusal(op, complaint: str | OpError) -> OpError:
    """The error of an op that refuses its data: an InvalidArgumentError, unless the complaint has a class."""
    if not isinstance(complaint, OpError):
        return InvalidArgumentError(None, op, complaint)
    complaint.op = complaint.op or op
    return complaint


def without_value(tensor) -> OpError:
    """The error of a fetch that was not computed."""
    return refusal(
        tensor.op,
        f"{tensor.name} does not have a value: it depends on an op in a branch of a cond, which was not taken",
    )


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class of errors of a code; KeyError if there is none."""
    found = {kind.code: kind for kind in OpError.__subclasses__()}
    if error_code not in found:
        raise KeyError(f"there is no class of errors with the code {error_code!r}")
    return found[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The code of a class of errors; UNKNOWN for what is none."""
    return cls.code if isinstance(cls, type) and issubclass(cls, OpError) else UNKNOWN
