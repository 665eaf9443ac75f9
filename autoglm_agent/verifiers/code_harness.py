"""Tries a program on tests; runs inside a sandbox, as the job's own program.

It is never imported. `solution.py` and `tests.json` (a list of test texts) lie in the working
folder. `result` says where the program failed first (`compile`, `load`), or how each test ended;
every text in it is the program's word.
"""

import ast
import json
import sys
import types

MOST = 300
"""Characters of a value or a message."""
SOLUTION, TESTS = "solution.py", "tests.py"
LEFT, RIGHT, COMPARED, COUNT = "@left", "@right", "@compared", "@count"
"""Names that no program can write: the two sides of the last assertion, whether it was a
comparison at all, and how many there were."""


class KeepSides(ast.NodeTransformer):
    """Rewrites `assert a == b` so that both values can be told, and counts assertions."""

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        """Evaluate both sides once, into names of ours, and compare these."""
        count = ast.parse("x.append(1)").body[0]
        count.value.func.value.id = COUNT  # type: ignore[attr-defined]
        new: list[ast.stmt] = [count]
        test = node.test
        compared = isinstance(test, ast.Compare) and len(test.ops) == 1
        new.append(ast.Assign([ast.Name(COMPARED, ast.Store())], ast.Constant(compared)))
        if isinstance(test, ast.Compare) and compared:
            for name, side in ((LEFT, test.left), (RIGHT, test.comparators[0])):
                new.append(ast.Assign([ast.Name(name, ast.Store())], side))
            names = [ast.Name(name, ast.Load()) for name in (LEFT, RIGHT)]
            test = ast.Compare(names[0], test.ops, [names[1]])
        new.append(ast.Assert(test, node.msg))
        return [ast.fix_missing_locations(ast.copy_location(part, node)) for part in new]


def main() -> dict[str, object]:
    """Load the program and try every test on it."""
    with open(SOLUTION, encoding="utf-8") as file:
        source = file.read()
    with open("tests.json", encoding="utf-8") as file:
        tests = json.load(file)
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    try:
        code = compile(source, SOLUTION, "exec")
    except (SyntaxError, ValueError, RecursionError) as error:
        failure = describe(error, {})
        return {"stage": "compile", "failure": failure | {"line": getattr(error, "lineno", None)}}
    try:
        exec(code, module.__dict__)  # noqa: S102 - inside the sandbox
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it raises is its fault
        return {"stage": "load", "failure": describe(error, {})}
    asserted: list[int] = []
    ends = [attempt(test, module.__dict__ | {COUNT: asserted}) for test in tests]
    return {"stage": "tests", "failures": ends, "asserted": len(asserted)}


def attempt(test: str, scope: dict[str, object]) -> dict[str, object] | None:
    """Run one test text and then its functions `test_*`; return the first failure."""
    scope["__name__"] = "tests"
    tree = ast.parse(test)
    sources = {
        node.lineno: ast.get_source_segment(test, node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
    }
    functions = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]
    try:
        exec(compile(KeepSides().visit(tree), TESTS, "exec"), scope)  # noqa: S102
        for name in functions:
            scope[name]()  # type: ignore[operator]
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001
        return describe(error, sources)
    return None


def describe(error: BaseException, sources: dict[int, str]) -> dict[str, object]:
    """Tell an error: its kind and text, the program's line, and the test's statement."""
    told: dict[str, object] = {
        "kind": type(error).__name__[:MOST],
        "kinds": [kind.__name__[:MOST] for kind in type(error).__mro__[:20]],
        "text": shown(error, str),
        "line": None,
        "test": None,
    }
    here: dict[str, object] = {}
    trace, last = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name == SOLUTION:
            told["line"] = trace.tb_lineno
        if name == TESTS:
            told["test"] = sources.get(trace.tb_lineno, "")[:MOST]
            here = trace.tb_frame.f_locals
        last = name
        trace = trace.tb_next
    # The test's own assertion, not one that the program makes.
    told["asserted"] = isinstance(error, AssertionError) and last == TESTS
    if told["asserted"] and here.get(COMPARED):
        told["left"], told["right"] = shown(here[LEFT]), shown(here[RIGHT])
    return told


def shown(value: object, show: type[str] | None = None) -> str:
    """Return a value in words, however hostile its `__repr__` is."""
    try:
        text = (show or repr)(value)[:MOST]
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    except Exception:  # noqa: BLE001
        return "(it cannot be shown)"


result = main()
