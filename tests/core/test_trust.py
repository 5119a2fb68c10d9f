"""What may run without asking is decided by content and a key of the user: no file can lie about it."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pipelines import chain, pipelines

from treadle.core.document import decode, encode
from treadle.core.edits import update_nodes
from treadle.core.errors import UsageError
from treadle.core.modules import LIBRARY, Module
from treadle.core.pipeline import Connection, Group, Node, Pipeline
from treadle.core.registry.registered import LIBRARY_FOLDER
from treadle.core.trust import TrustStore, bundled_digests, code_nodes, digest, needs_trust


@pytest.fixture
def store(tmp_path):
    return TrustStore(tmp_path / "config")


def test_a_pipeline_is_trusted_once_it_was_trusted_and_not_before(store):
    pipeline = chain(3)
    assert not store.is_trusted(pipeline)
    store.trust(pipeline)
    store.trust(pipeline)
    assert store.is_trusted(pipeline)
    assert store.is_trusted(decode(encode(pipeline)))
    assert TrustStore(store.folder).is_trusted(pipeline)


@given(pipelines(), st.data())
def test_any_change_of_what_a_file_says_asks_again(tmp_path_factory, pipeline, data):
    store = TrustStore(tmp_path_factory.mktemp("config"))
    store.trust(pipeline)
    before = encode(pipeline)
    changed = data.draw(st.sampled_from(["title", "module", "param", "connection", "description"]))
    if changed == "title":
        pipeline.title += "!"
    elif changed == "description":
        pipeline.description += "!"
    elif changed == "connection":
        pipeline.connections["new.a"] = Connection("other.out")
    elif changed == "module" or not pipeline.nodes:
        pipeline.nodes["new"] = Node(module="os:system")
    else:
        node_id = data.draw(st.sampled_from(sorted(pipeline.nodes)))
        pipeline.nodes.update(update_nodes(pipeline, {node_id: {"params": {"cmd": "rm"}}}).entries)
    assert encode(pipeline) != before
    assert not store.is_trusted(pipeline)


def test_a_key_that_others_can_read_or_write_proves_nothing(store):
    store.trust(chain(1))
    key = store.folder / "trust.key"
    assert key.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o604, 0o620, 0o602):
        key.chmod(mode)
        assert not store.is_trusted(chain(1))
    key.chmod(0o600)
    assert store.is_trusted(chain(1))


def test_a_key_that_is_a_link_proves_nothing(store, tmp_path):
    store.trust(chain(1))
    key = store.folder / "trust.key"
    key.rename(tmp_path / "elsewhere")
    key.symlink_to(tmp_path / "elsewhere")
    assert not store.is_trusted(chain(1))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_proves_nothing(store):
    store.trust(chain(1))
    os.chown(store.folder / "trust.key", 12345, 12345)
    assert not store.is_trusted(chain(1))


def test_a_signature_of_another_key_proves_nothing(store, tmp_path):
    store.trust(chain(1))
    other = TrustStore(tmp_path / "other")
    other.trust(chain(2))
    (other.folder / "trusted.json").write_bytes((store.folder / "trusted.json").read_bytes())
    assert not other.is_trusted(chain(1))


@pytest.mark.parametrize("text", ["", "{", "{}", "[1, null]", '"x"'])
def test_a_damaged_list_trusts_nothing_and_is_replaced(store, text):
    store.trust(chain(1))
    (store.folder / "trusted.json").write_text(text)
    assert not store.is_trusted(chain(1))
    store.trust(chain(1))
    assert store.is_trusted(chain(1))


def test_an_empty_key_proves_nothing(store):
    store.trust(chain(1))
    (store.folder / "trust.key").write_bytes(b"")
    assert not store.is_trusted(chain(1))


def test_the_list_holds_no_content_and_is_private(store):
    store.trust(chain(1))
    path = store.folder / "trusted.json"
    (entry,) = json.loads(path.read_bytes())
    assert entry != digest(chain(1))
    assert path.stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="the trust key cannot be kept"):
        TrustStore(tmp_path / "file" / "config").trust(chain(1))


def test_bundled_examples_are_trusted_by_their_digest():
    assert all(len(entry) == 64 for entry in bundled_digests())


def _placed(module: Module) -> Pipeline:
    return Pipeline(nodes={"n": Node(module="m")}, modules={"m": module})


LIES = [
    "os:system",
    f"{LIBRARY}files:os.system",
    f"{LIBRARY}files:shutil.rmtree",
    f"{LIBRARY}files:importlib.util.find_spec",
    f"{LIBRARY}shell:command",
    f"{LIBRARY}shell:shell_line",
    f"{LIBRARY}shell:_run",
    f"{LIBRARY}shell:subprocess.run",
    f"{LIBRARY}optional:optional",
    f"{LIBRARY}files:package_folder",
    f"{LIBRARY}files:read_text.__globals__",
    f"{LIBRARY}gone:read_text",
    f"{LIBRARY}files.deeper:read_text",
    f"{LIBRARY}__init__:read_text",
    f"{LIBRARY}../../../evil:read_text",
    "treadle.core.library:files.read_text",
    "treadle.core.worker.names:import_function",
    "treadle.core.libraryx.files:read_text",
    "builtins:exec",
]


@pytest.mark.parametrize("path", LIES)
def test_what_is_reached_through_a_library_module_counts_as_code(path):
    claims = Module(path=path, title="Read text", category="Files", runs_code=False)
    assert needs_trust(claims)
    assert needs_trust(claims, frozenset({"os", "builtins", "shutil"}))


def test_the_key_of_a_module_proves_nothing_about_it():
    key = f"{LIBRARY}files:read_text"
    pipeline = Pipeline(nodes={"n": Node(module=key)}, modules={key: Module(path="os:system")})
    assert code_nodes(pipeline) == [("n", "os:system")]


def test_a_library_path_beside_a_source_is_code():
    module = Module(path=f"{LIBRARY}files:read_text", source="def f(): ...", name="f")
    assert code_nodes(_placed(module)) == [("n", "Python source (f)")]


def test_only_these_modules_of_the_library_run_code_or_write_where_they_are_told():
    import re

    declared = [
        f"{LIBRARY}{file.stem}:{name}"
        for file in LIBRARY_FOLDER.glob("*.py")
        for name in re.findall(r"^@module.*\n(?:[ )].*\n)*def (\w+)", file.read_text(), re.MULTILINE)
    ]
    assert len(declared) > 50
    assert {path.removeprefix(LIBRARY) for path in declared if needs_trust(Module(path=path))} == {
        "shell:command",
        "shell:shell_line",
        "files:write_text",
        "files:write_bytes",
        "files:copy_file",
        "formats:write_csv",
        "formats:write_json",
        "formats:write_npy",
        "images:write_image",
        "neuro:write_nifti",
    }


def test_a_plug_in_is_taken_at_its_word_for_what_it_defines_only(tmp_path, monkeypatch):
    package = tmp_path / "loomplug"
    package.mkdir()
    (package / "__init__.py").write_text("import os\nfrom os import system\nraise SystemExit('imported')\n")
    (package / "tools.py").write_text("def smooth(x): ...\nclass Filter:\n    def run(self): ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registered = frozenset({"loomplug"})
    assert not needs_trust(Module(path="loomplug.tools:smooth"), registered)
    assert not needs_trust(Module(path="loomplug.tools:Filter.run"), registered)
    for path in ("loomplug:system", "loomplug:os.system", "loomplug.tools:gone", "loomplug.gone:smooth"):
        assert needs_trust(Module(path=path), registered)
    assert needs_trust(Module(path="loomplug.tools:smooth"))


def test_code_is_found_in_groups_and_on_connections_and_where_a_module_is_missing():
    inner = Group(
        nodes={"i": Node(module="sh"), "j": Node(module="gone")},
        connections={"i.x": Connection("j.y", apply="sh")},
    )
    pipeline = Pipeline(
        nodes={"g": Node(group=inner), "fine": Node(module="ok"), "off": Node(module="src", mode="disabled")},
        modules={
            "sh": Module(path="os:system"),
            "ok": Module(path=f"{LIBRARY}files:read_text"),
            "src": Module(source="def f(): ...", name="f"),
            "unused": Module(path="os:abort"),
        },
    )
    assert sorted(code_nodes(pipeline)) == [
        ("g/i", "os:system"),
        ("g/i.x", "os:system"),
        ("g/j", "gone"),
        ("off", "Python source (f)"),
    ]


def test_a_function_given_live_is_code():
    pipeline = _placed(Module(name="f"))
    pipeline.functions["m"] = print
    assert code_nodes(pipeline) == [("n", "f")]
    assert needs_trust(structs.replace(pipeline.modules["m"], name=""))
