"""The house rules that a machine can check: layers, names, mirrors and sizes."""

import ast
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import rlvr_direction

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rlvr_direction"
LIBRARY = [
    {"commits", "progress", "ranks"},
    {"adapters", "batches", "palette", "pieces", "records", "sampling", "settings", "statistics"},
    {"distributions"},
    {"cache", "checkpoints", "fingerprints", "markup", "problems", "prompts", "reweighting", "scores"},
    {"interventions", "memory", "rope", "topk_emulation", "vocabularies"},
    {"selfcheck"},
    {"pair"},
    {"decoding", "scoring", "theory", "training"},
    {"evaluation", "generation", "report"},
    {"audit"},
    {"cli"},
]
LAB = [
    {"checkout", "device", "parts", "settings", "tasks"},
    {"compact", "regime"},
    {"anatomy", "claims", "toys"},
    {"studies"},
    {"cli"},
]
PRESS = [
    {
        "citation",
        "downloads",
        "forest",
        "in_page",
        "llms",
        "pictures",
        "plots",
        "provenance",
        "terms",
        "words",
    },
    {"ledger"},
    {"findings", "verdict_box"},
    {"display"},
    {"board", "captions", "run", "sphinx_ext", "spread", "stamps", "verify", "what_if"},
    {"audit", "explorers", "readers"},
    {"site"},
    {"cli", "moved"},
]
FLOORS = {"": LIBRARY, "lab.": LAB, "press.": PRESS}
LAYERS = [{floor + name for name in names} for floor, layers in FLOORS.items() for names in layers] + [{"__main__"}]
LAYER_OF = {name: layer for layer, names in enumerate(LAYERS) for name in names}
HOME = rlvr_direction._HOME
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = [path for path in FILES if path.stem not in ("__init__", "__main__")]
PACKAGES = [path for path in FILES if path.stem == "__init__" and path.parent != PACKAGE and path.stat().st_size]
BOOK_ONLY = {
    "sphinx",
    "docutils",
    "papermill",
    "nbformat",
    "jupytext",
    "vl_convert",
    "selenium",
    "IPython",
    "bs4",
}


def relative(path):
    return str(path.relative_to(ROOT))


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def unit(name):
    """What the layer table lists: a room by its name, with its floor above the library; None for a floor itself."""
    _, *rest = name.split(".")
    if rest[:1] in (["lab"], ["press"]):
        return ".".join(rest[:2]) if rest[1:] else None
    return rest[0] if rest else None


def imports(path):
    """Dotted names inside rlvr_direction that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("rlvr_direction"))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{relative(path)} imports from .{node.module or ''}: write the name in full"
            if node.module in ("rlvr_direction", "rlvr_direction.lab", "rlvr_direction.press"):
                yield from (f"{node.module}.{HOME.get(alias.name, alias.name)}" for alias in node.names)
            elif node.module.startswith("rlvr_direction."):
                yield node.module


def climbs(module, imported):
    """Whether an import goes sideways or up; modules inside one room may import each other."""
    own, other = unit(module), unit(imported)
    if own == other or other not in LAYER_OF:  # the package itself, or a name in it that is no module
        return False
    return LAYER_OF[other] >= LAYER_OF[own]


@pytest.mark.parametrize("path", [path for path in FILES if unit(dotted(path))], ids=relative)
def test_imports_go_strictly_down_the_floors_and_layers(path):
    module = dotted(path)
    assert unit(module) in LAYER_OF, f"{module} has no layer: add it to the table"
    wrong = [name for name in imports(path) if climbs(module, name)]
    assert not wrong, f"{module} (layer {LAYER_OF[unit(module)]}) imports {wrong}: only lower layers may be imported"


def test_a_library_that_reaches_up_to_the_lab_would_be_seen(tmp_path):
    (tmp_path / "cache.py").write_text("def f():\n    from rlvr_direction import load_toy_pair\n")
    assert [climbs("rlvr_direction.cache", name) for name in imports(tmp_path / "cache.py")] == [True]


@pytest.mark.parametrize("path", MODULES + PACKAGES, ids=relative)
def test_public_names_are_listed_exist_and_are_documented(path):
    try:
        module = importlib.import_module(dotted(path))
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in BOOK_ONLY:
            pytest.skip(f"{error.name} comes with the book extra")
        raise
    assert module.__doc__, f"{path.name} does not say what it holds"
    if path.stem.startswith("_"):
        return
    assert hasattr(module, "__all__"), f"{path.name} defines no __all__"
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            documented = thing.__doc__ and not thing.__doc__.startswith(f"{thing.__name__}(")
            assert documented, f"{path.name}: {name} has no docstring of its own"


@pytest.mark.parametrize("name", rlvr_direction.__all__)
def test_the_top_level_resolves(name):
    home = rlvr_direction._HOME[name]
    spec = importlib.util.find_spec(f"rlvr_direction.{home}")
    if spec is None or not Path(spec.origin).stat().st_size:
        pytest.skip(f"{home} is not there yet")
    assert getattr(rlvr_direction, name) is getattr(importlib.import_module(f"rlvr_direction.{home}"), name)


def test_an_unknown_top_level_name_says_what_there_is():
    with pytest.raises(AttributeError, match="ModelPair"):
        _ = rlvr_direction.no_such_name


@pytest.mark.parametrize("name", ["", ".statistics", ".records", ".lab.claims"])
def test_importing_loads_no_torch(name):
    code = f"import sys, rlvr_direction{name}; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_module_has_its_tests(path):
    folder, name = ROOT / "tests" / path.relative_to(PACKAGE).parent, path.stem.lstrip("_")
    mirrors = [*folder.glob(f"test_{name}.py"), *folder.glob(f"test_{name}_*.py")]
    assert mirrors, f"{relative(path)} has no {relative(folder)}/test_{name}.py, nor a test_{name}_*.py"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_and_functions_stay_small(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 220, f"{relative(path)} is {len(text.splitlines())} lines: one idea a file"
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno - f.lineno >= 50}
    assert not long, f"{relative(path)}: {long} lines: one step a function, 50 lines at most"
