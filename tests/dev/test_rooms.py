"""The rooms of the addon (see CONTRIBUTING.md): none too full, and each builds on those before it only."""

import ast
import re

from dev.paths import ADDON, ROOT

MODELS = ADDON / "models"
MOST_FILES = 16
# Models that inherit from mixins of several rooms: imported last.
LAST = ("value/crm_pareto_customer", "value/records")


def place(path, order):
    """Where a file of the models stands in the order in which the rooms are imported."""
    within = path.relative_to(MODELS)
    return len(order) if within.as_posix().startswith(LAST) else order.index(within.parts[0])


def test_no_room_is_too_full():
    folders = {file.parent for top in (ADDON, ROOT / "tests") for file in top.rglob("*.py")}
    full = {folder: len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder: count for folder, count in full.items() if count > MOST_FILES} == {}


def test_a_room_builds_on_those_before_it():
    order = re.findall(r"^from \. import (\w+)$", (MODELS / "__init__.py").read_text(), re.MULTILINE)
    assert {folder.name for folder in MODELS.iterdir() if (folder / "__init__.py").is_file()} == set(order)
    wrong = []
    for file in sorted(MODELS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level and file.parent != MODELS:
                target = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                if target.is_relative_to(MODELS) and place(target, order) > place(file, order):
                    wrong.append(f"{file.relative_to(MODELS)}: {ast.unparse(node)}")
    assert wrong == []
