"""The package against the command: the same bits, whatever the table came as."""

import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet
import pytest
import readme
from conftest import ROWS, midpg, scores_of, typed

import mi_dpg
from mi_dpg import Model


def same(scores, expected):
    assert isinstance(scores, pa.FloatArray)
    np.testing.assert_array_equal(scores.to_numpy(zero_copy_only=False), expected)


@pytest.fixture(scope="session")
def model(amazon):
    return Model.load(amazon.model)


@pytest.fixture(scope="session")
def table(amazon):
    return typed(amazon.log)


def test_tables_of_every_kind_give_the_bits_of_the_command(amazon, model, table):
    same(model.score(table), amazon.scores)
    same(model.score(table.to_reader(max_chunksize=777)), amazon.scores)
    same(model.score(polars.from_arrow(table)), amazon.scores)
    batches = table.to_batches(max_chunksize=1000)
    same(pa.concat_arrays([model.score(batch) for batch in batches]), amazon.scores)
    dictionaries = [column.dictionary_encode() if pa.types.is_string(column.type) else column for column in table.columns]
    same(model.score(pa.table(dictionaries, names=table.column_names)), amazon.scores)
    text = pa.table([column.cast(pa.string()) for column in table.columns], names=table.column_names)
    same(model.score(text), amazon.scores)
    same(model.score(text.to_pandas()), amazon.scores)
    assert len(model.score(table.slice(0, 0))) == 0


def test_another_schema_and_method(ads):
    same(Model.load(str(ads.model)).score(typed(ads.log)), ads.scores)


def test_parquet_gives_the_bits_of_text(amazon, table, tmp_path):
    folder = tmp_path / "log"
    folder.mkdir()
    for number, start in enumerate(range(0, ROWS, 7000)):
        pyarrow.parquet.write_table(table.slice(start, 7000), folder / f"part-{number:03}.parquet", row_group_size=1500)
    out = tmp_path / "scores.parquet"
    midpg("score", "--model", amazon.model, "--data", folder, "--keep", "user_id,rating", "--out", out)
    written = pyarrow.parquet.read_table(out)
    assert written.column_names == ["user_id", "rating", "score"]
    assert written.column("user_id").equals(table.column("user_id"))
    same(written.column("score").combine_chunks(), amazon.scores)
    midpg("score", "--model", amazon.model, "--data", folder / "*.parquet", "--out", tmp_path / "scores.csv")
    np.testing.assert_array_equal(scores_of(tmp_path / "scores.csv"), amazon.scores)
    # A model that is trained on the folder is the model that is trained on the text.
    args = ["--schema", "amazon", "--model", "dnn", "--epochs", 1, "--hidden", 8, "--embedding", 4]
    midpg("train", "--data", folder, *args, "--out", tmp_path / "a.safetensors")
    midpg("train", "--data", amazon.log, *args, "--out", tmp_path / "b.safetensors")
    both = [Model.load(tmp_path / name).score(table) for name in ("a.safetensors", "b.safetensors")]
    assert both[0].equals(both[1])


def test_weighting(amazon, model, table):
    layers = model.weighting(table.slice(0, 100))
    assert [layer["d_m"] for layer in model.layers] == [32, 16]
    for layer, s in zip(model.layers, layers, strict=True):
        values = s.flatten().to_numpy().reshape(100, layer["d_r"], layer["d_c"])
        assert ((values > 0) & (values < 1)).all()


def test_what_the_model_says_of_itself(amazon, model):
    assert model.method == "mi-dpg"
    assert model.schema["scenario"]["field"] == "category"
    assert model.scenarios[:3] == ["(unknown)", "(missing)", "Headphones"]
    assert "brand" in model.columns and "rating" not in model.columns
    assert model.path == amazon.model
    assert "mi-dpg" in repr(model)


def test_exceptions_are_typed_and_name_the_column(amazon, model, table, tmp_path):
    with pytest.raises(mi_dpg.FileError, match="nowhere"):
        Model.load(tmp_path / "nowhere.safetensors")
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(amazon.model.read_bytes()[:5000])
    with pytest.raises(mi_dpg.ModelFileError, match=r"bad.safetensors") as raised:
        Model.load(bad)
    assert raised.value.kind == "model-file" and isinstance(raised.value, mi_dpg.MidpgError)
    with pytest.raises(mi_dpg.SchemaError, match="no column") as raised:
        model.score(table.drop_columns(["brand"]))
    floats = table.set_column(table.column_names.index("item_id"), "item_id", table["item_id"].cast(pa.float64()))
    with pytest.raises(mi_dpg.SchemaError, match="categorical") as raised:
        model.check(floats.schema)
    assert raised.value.column == "item_id"
    with pytest.raises(mi_dpg.ConfigError, match="on_bad_row") as about_none:
        model.score(table, on_bad_row="ignore")
    assert about_none.value.column is None and mi_dpg.ModelFileError("x").column is None
    with pytest.raises((TypeError, ValueError), match="__arrow_c_stream__"):
        model.score([1, 2, 3])
    copy = pickle.loads(pickle.dumps(raised.value))
    assert isinstance(copy, mi_dpg.SchemaError) and str(copy) == str(raised.value)


def test_rows_that_cannot_be_read(model, table):
    few = table.slice(0, 10)
    strange = pa.array(["Nowhere" if row == 4 else value for row, value in enumerate(few["category"].to_pylist())])
    few = few.set_column(few.column_names.index("category"), "category", strange)
    assert model.score(few).null_count == 0
    with pytest.raises(mi_dpg.DataError, match='row 4: scenario "Nowhere"'):
        model.score(few, strict_scenarios=True)
    scores = model.score(few, strict_scenarios=True, on_bad_row="null")
    assert [row for row, score in enumerate(scores) if not score.is_valid] == [4]
    # Nor has it a matrix; the others have theirs.
    for s, whole in zip(model.weighting(few, strict_scenarios=True, on_bad_row="null"), model.weighting(few), strict=True):
        assert [row for row, matrix in enumerate(s) if not matrix.is_valid] == [4]
        assert s.take([0, 9]).to_pylist() == whole.take([0, 9]).to_pylist()


def test_pickles_hold_the_path(amazon, model, table):
    copy = pickle.loads(pickle.dumps(model))
    same(copy.score(table), amazon.scores)
    assert len(pickle.dumps(model)) < 1000


def test_other_threads_run_while_it_scores(model, table):
    big = pa.concat_tables([table] * 5)
    done, ticks = threading.Event(), 0

    def score():
        model.score(big)
        done.set()

    thread = threading.Thread(target=score)
    thread.start()
    while not done.is_set():
        ticks += 1
        time.sleep(0)
    thread.join()
    # With the lock held there would be none, or one.
    assert ticks > 10


def test_tables_are_not_copied_and_memory_is_given_back(model, table):
    script = """
import resource, sys
import pyarrow as pa
from conftest import typed
from mi_dpg import Model
model, table = Model.load(sys.argv[1]), typed(sys.argv[2])
model.score(table)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
for _ in range(20):
    model.score(table)
print((peak() - before) / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, model.path, model.path.with_name("log.csv")],
        capture_output=True, text=True, check=True, cwd=__file__.rsplit("/", 1)[0],
    )
    assert float(done.stdout) < 20, "MiB more after twenty calls"


def test_fields_say_which_is_the_scenario_and_which_are_priors(model):
    named = lambda what: [field["name"] for field in model.fields if field[what]]
    assert named("scenario") == [model.schema["scenario"]["field"]]
    assert sorted(named("prior")) == ["item_id", "user_id"]


def test_encode_gives_ids(model, table):
    encoded = model.encode(table, label=True)
    assert encoded.num_rows == ROWS
    assert encoded.schema.names == [field["name"] for field in model.fields] + ["label"]
    for field, column in zip(model.fields, encoded.columns):
        assert column.to_numpy().max() < field["size"]
    assert model.encode(table.slice(0, 0), label=True).schema == encoded.schema
    rating = np.asarray(table["rating"])
    np.testing.assert_array_equal(encoded.column("label").to_numpy(), (rating >= 4).astype(np.uint8))


def test_pandas_with_missing_numbers(model, table):
    """Integers with holes are floats in pandas: the error says what to do."""
    frame = pandas.DataFrame(table.to_pandas())
    frame["year"] = frame["year"].astype("float64")
    with pytest.raises(mi_dpg.SchemaError, match="cast it to integers or text"):
        model.score(frame)
    frame["year"] = frame["year"].astype("Int64")
    assert len(model.score(frame)) == ROWS


def test_the_readme_scores(amazon, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.safetensors").symlink_to(amazon.model)
    pyarrow.parquet.write_table(table, "log.parquet")
    names, shown = readme.run("import pyarrow.parquet as pq", table=table)
    same(names["scores"], amazon.scores)
    columns, schema, scenarios, layers = shown
    assert "category" in columns and schema["scenario"]["field"] == "category" and len(scenarios) > 2
    for layer, s in zip(layers, names["s"], strict=True):
        assert (len(s), len(s[0])) == (ROWS, layer["d_r"] * layer["d_c"])
    # The others need Spark and Ray, whose tests run them.
    assert [text.splitlines()[0] for text in readme.snippets()[1:]] == ["import mi_dpg.spark", "import ray"]
