"""Ray Data: the same scores from an actor."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import readme
from conftest import ROWS, typed

ray = pytest.importorskip("ray", reason="Ray is not installed")


@pytest.fixture
def log(amazon, tmp_path, monkeypatch):
    """A folder with the log, and the model beside it, as the README has them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.safetensors").symlink_to(amazon.model)
    (tmp_path / "log").mkdir()
    table = typed(amazon.log).append_column("row_id", pa.array(range(ROWS), pa.int64()))
    pyarrow.parquet.write_table(table, tmp_path / "log" / "part.parquet", row_group_size=3000)
    return tmp_path / "log"


@pytest.fixture
def cluster(log):
    # As many actors as the README asks for, and who reads for them.
    ray.init(num_cpus=6, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield
    ray.shutdown()


def complete_and_same(scored, expected):
    table = pa.concat_tables(ray.get(scored.to_arrow_refs())).sort_by("row_id")
    np.testing.assert_array_equal(table["row_id"].to_numpy(), np.arange(ROWS))
    np.testing.assert_array_equal(table["score"].to_numpy(), expected)


def test_an_actor_scores_a_data_set(amazon, log, cluster):
    from mi_dpg.ray import Score

    scored = ray.data.read_parquet(str(log)).map_batches(
        Score, fn_constructor_args=[str(amazon.model)], batch_format="pyarrow", batch_size=1024, concurrency=1
    )
    complete_and_same(scored, amazon.scores)


def test_the_readme_scores(amazon, cluster):
    _, scored = readme.run("import ray")
    complete_and_same(scored, amazon.scores)
