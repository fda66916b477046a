"""Ray Data: the same scores from an actor."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from conftest import ROWS, typed

ray = pytest.importorskip("ray", reason="Ray is not installed")


def test_an_actor_scores_a_data_set(amazon, tmp_path):
    from mi_dpg.ray import Score

    table = typed(amazon.log).append_column("row_id", pa.array(range(ROWS), pa.int64()))
    pyarrow.parquet.write_table(table, tmp_path / "log.parquet", row_group_size=3000)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        scored = ray.data.read_parquet(str(tmp_path / "log.parquet")).map_batches(
            Score, fn_constructor_args=[str(amazon.model)], batch_format="pyarrow", batch_size=1024, concurrency=1
        )
        table = pa.concat_tables(ray.get(scored.to_arrow_refs())).sort_by("row_id")
    finally:
        ray.shutdown()
    np.testing.assert_array_equal(table["row_id"].to_numpy(), np.arange(ROWS))
    np.testing.assert_array_equal(table["score"].to_numpy(), amazon.scores)
