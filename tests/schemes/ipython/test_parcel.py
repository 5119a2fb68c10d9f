"""What is sent to engines needs nothing but the standard library, and is always the same."""

from __future__ import annotations

import ast
import subprocess
import sys

import treadle
from treadle.schemes.ipython.parcel import contents, parcel


def test_the_same_sources_make_the_same_parcel_in_any_process():
    code = "from treadle.schemes.ipython.parcel import parcel; print(parcel().digest)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == parcel.__wrapped__().digest


def test_it_is_small():
    assert len(parcel().data) < 200_000


def test_all_of_it_can_be_imported_with_the_standard_library_alone(tmp_path):
    place = tmp_path / "parcel.zip"
    place.write_bytes(parcel().data)
    ours = [name for name in contents() if name.startswith("treadle/") and "/library/" not in name]
    modules = [name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in ours]
    code = f"import sys; sys.path[:0] = [{str(place)!r}]; sys.path.append({str(place / 'more')!r})\n"
    code += "import importlib\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
    code += "print([name for name in sys.modules if name.split('.')[0] in ('numpy', 'msgspec', 'ipyparallel')])"
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *modules], capture_output=True, text=True, check=False, timeout=60
    )
    assert (found.stdout, found.stderr) == ("[]\n", "")


def test_it_holds_all_that_its_own_modules_import_of_treadle():
    names = set(contents())
    lacking = []
    for name, data in contents().items():
        if name.startswith("treadle/"):
            package = name.rpartition("/")[0].split("/")
            tree = ast.parse(data)
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.level and not _for_types_only(node, tree):
                    base = "/".join([*package[: len(package) - node.level + 1], *(node.module or "").split(".")])
                    base = base.rstrip("/")
                    if f"{base}.py" not in names and f"{base}/__init__.py" not in names:
                        lacking.append((name, base))
    assert lacking == []


def _for_types_only(node: ast.ImportFrom, tree: ast.Module) -> bool:
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING" and node in block.body:
            return True
    return False


def test_scripts_on_an_engine_can_import_every_public_name(tmp_path):
    place = tmp_path / "parcel.zip"
    place.write_bytes(parcel().data)
    names = ", ".join(treadle.__all__)
    code = f"import sys; sys.path[:0] = [{str(place)!r}]\nfrom treadle import {names}\nprogress(0.5)\n"
    code += "p = Pipeline('demo'); n = p.add(abs, x=sweep([1, 2])); n.n_procs = 2; p.save('x'); print(run(p)[n])"
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (found.stdout, found.stderr) == ("<treadle.run(…)(…), which does nothing on an engine>\n", "")
