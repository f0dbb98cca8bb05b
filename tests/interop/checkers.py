"""Both auditors of the same thing: the program's, and tools/audit.py, which runs in this process."""
import contextlib
import importlib.util
import io
import itertools
import pathlib
import shutil
import subprocess
import sys

import ledger_case

AUDIT = ledger_case.HERE.parent.parent / "tools" / "audit.py"
SOUND, COULD_NOT, USAGE, UNSOUND = 0, 1, 2, 3
COUNT = itertools.count()

spec = importlib.util.spec_from_file_location("audit", AUDIT)
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)


def by_audit_py(*arguments):
    """(exit code, what it printed)."""
    out, before = io.StringIO(), sys.argv
    sys.argv = [str(AUDIT), *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            audit.main()
        return SOUND, out.getvalue()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else COULD_NOT
        return code, out.getvalue() + ("" if isinstance(ended.code, int) else str(ended.code))
    finally:
        sys.argv = before


def by_program(*arguments):
    done = subprocess.run([ledger_case.PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


class CheckersCase(ledger_case.LedgerCase):
    def same(self, expected, what, program, other):
        """Both gave the verdict that is expected; where none is, they gave the same one."""
        self.assertEqual(program[0], other[0], f"{what}: {program} but audit.py {other}")
        if expected is not None:
            self.assertEqual(other[0], expected, f"{what}: {other}")
        return other

    def check(self, expected, publication, what="", vkey=None, seen=None):
        """The verdict on a publication; `seen` is what saw_before() gave, which stays as it is."""
        vkey, states = vkey or self.key.vkey, [(), ()]
        if seen:
            for n, state in enumerate(seen):
                shutil.copy(state, self.scratch / f"state-{n}")
                states[n] = ("--state", self.scratch / f"state-{n}")
        return self.same(expected, what, by_program("audit", publication, "--vkey", vkey, *states[0]),
                         by_audit_py(publication, "--vkey", vkey, *states[1]))

    def saw_before(self, publication):
        """What both auditors remember of a sound publication, each in a file of its own."""
        states = [self.scratch / f"seen-{next(COUNT)}" for _ in range(2)]
        given = publication, "--vkey", self.key.vkey, "--state"
        self.same(SOUND, "first audit", by_program("audit", *given, states[0]), by_audit_py(*given, states[1]))
        return states

    def check_statement(self, expected, text, what="", vkey=None):
        path, vkey = self.scratch / "statement", vkey or self.key.vkey
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self.same(expected, what, by_program("check-statement", path, "--vkey", vkey),
                         by_audit_py("--statement", path, "--vkey", vkey))


def flips(data, most):
    """(place, data with a bit there flipped) at so many places, every one where there are no more."""
    step = max(1, -(-len(data) // most))
    for at in range(0, len(data), step):
        yield at, data[:at] + bytes([data[at] ^ (1 << at // step % 8)]) + data[at + 1:]


@contextlib.contextmanager
def replaced(path, data):
    """The file has other contents, is gone (None) or is another thing that a callable makes; then as before."""
    path, whole = pathlib.Path(path), pathlib.Path(path).read_bytes()
    path.unlink()
    if callable(data):
        data(path)
    elif data is not None:
        path.write_bytes(data)
    try:
        yield
    finally:
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.write_bytes(whole)
