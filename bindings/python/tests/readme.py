"""The README's lines of Python, run as they stand there."""

import ast
import pathlib

README = pathlib.Path(__file__).parents[1] / "README.md"


def snippets() -> list[str]:
    """What stands between ```python and ```; a blank line before an import begins another snippet."""
    blocks = [text.split("\n```", 1)[0] for text in README.read_text().split("```python\n")[1:]]
    return [part for block in blocks for part in block.replace("\n\nimport ", "\0import ").split("\0")]


def run(first_line: str, **given):
    """Runs the snippet of this first line with the names that it takes as given; its names, and what its last line gives."""
    found = [text for text in snippets() if text.splitlines()[0] == first_line]
    assert len(found) == 1, f"the README has {len(found)} snippets that begin with {first_line!r}"
    *lines, last = ast.parse(found[0], str(README)).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(lines, []), str(README), "exec"), given)
    return given, eval(compile(ast.Expression(last.value), str(README), "eval"), given)
