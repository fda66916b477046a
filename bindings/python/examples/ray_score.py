"""A whole job on Ray Data: python ray_score.py MODEL IN.parquet OUT"""

import sys

import ray

from mi_dpg.ray import Score


def main():
    model, data, out = sys.argv[1:]
    scored = ray.data.read_parquet(data).map_batches(
        Score, fn_constructor_args=[model], batch_format="pyarrow", batch_size=8192, concurrency=1
    )
    scored.write_parquet(out)


if __name__ == "__main__":
    main()
