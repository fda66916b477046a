"""Our scorer, through the C library, beside onnxruntime: ids in, probabilities out, one thread each, in one run.

Usage: native.py LIBRARY MODELS [--rounds N]; MODELS is the folder that models.sh filled. Prints a Markdown table, and
all samples as JSON with --json FILE.
"""

import argparse
import ctypes as c
import json
import os
import sys
import time

import numpy as np
import onnxruntime as ort

import torchlike

BATCHES = [1, 16, 128, 512, 8192]


class Ids(c.Structure):
    _fields_ = [
        ("ids", c.c_void_p),
        ("ids_len", c.c_size_t),
        ("offsets", c.c_void_p),
        ("offsets_len", c.c_size_t),
        ("dense", c.c_void_p),
        ("dense_len", c.c_size_t),
        ("rows", c.c_size_t),
    ]


class Ours:
    """mi-dpg's C library."""

    def __init__(self, library, path):
        self.library = library
        data = open(path, "rb").read()
        self.scorer = library.midpg_load(data, len(data))
        if not self.scorer:
            sys.exit(library.midpg_last_error().decode())

    def prepare(self, ids):
        ids = np.ascontiguousarray(ids, dtype=np.uint32)
        out = np.empty(len(ids), dtype=np.float32)
        given = Ids(ids.ctypes.data, ids.size, None, 0, None, 0, len(ids))
        reference, pointer = c.byref(given), out.ctypes.data
        score, scorer = self.library.midpg_score_ids, self.scorer

        def call():
            if score(scorer, reference, pointer) != 0:
                sys.exit(self.library.midpg_last_error().decode())
            return out

        call.keep = (ids, given)
        return call


class Onnx:
    """onnxruntime on one thread."""

    def __init__(self, path):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def prepare(self, ids):
        feeds = {"ids": np.ascontiguousarray(ids, dtype=np.int32)}
        run = self.session.run
        return lambda: run(["probability"], feeds)[0]


def library(path):
    lib = c.CDLL(path)
    lib.midpg_load.restype = c.c_void_p
    lib.midpg_load.argtypes = [c.c_char_p, c.c_size_t]
    lib.midpg_last_error.restype = c.c_char_p
    lib.midpg_score_ids.argtypes = [c.c_void_p, c.c_void_p, c.c_void_p]
    return lib


def sample(call, calls):
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def measure(calls, rounds):
    """Seconds a call, `rounds` of each, forth and back."""
    counts = {}
    for name, call in calls.items():
        for _ in range(3):
            call()
        counts[name] = max(1, int(0.02 / max(sample(call, 3), 1e-7)))
    samples = {name: [] for name in calls}
    for round_ in range(rounds):
        names = list(calls)
        for name in names if round_ % 2 == 0 else reversed(names):
            samples[name].append(sample(calls[name], counts[name]))
    return samples


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library")
    parser.add_argument("models")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json")
    args = parser.parse_args()
    lib = library(os.path.abspath(args.library))
    random = np.random.default_rng(1)
    results = []
    print("| network | rows | ours, µs | onnxruntime, our ONNX | onnxruntime, PyTorch-like | ratio to the better |")
    print("|---|---|---|---|---|---|")
    for name in ["p", "p-dnn", "d", "d-dnn"]:
        path = os.path.join(args.models, name)
        torchlike.write(path, f"{path}.torchlike.onnx")
        runners = {
            "ours": Ours(lib, f"{path}.safetensors"),
            "onnx": Onnx(f"{path}.onnx"),
            "torchlike": Onnx(f"{path}.torchlike.onnx"),
        }
        sizes = [field["size"] for field in json.load(open(f"{path}.json"))["fields"]]
        for rows in BATCHES:
            ids = np.stack([random.integers(0, size, rows) for size in sizes], axis=1)
            calls = {key: runner.prepare(ids) for key, runner in runners.items()}
            expected = calls["ours"]().copy()
            for key, call in calls.items():
                error = float(np.abs(call() - expected).max())
                if error > 1e-5:
                    sys.exit(f"{name}, {rows} rows: {key} differs by {error}")
            samples = measure(calls, args.rounds)
            results.append({"network": name, "rows": rows, "seconds": samples})
            median = {key: float(np.median(values)) for key, values in samples.items()}
            best = min(median["onnx"], median["torchlike"])
            print(
                f"| {name} | {rows} | {median['ours'] * 1e6:.1f} | {median['onnx'] * 1e6:.1f} "
                f"| {median['torchlike'] * 1e6:.1f} | {best / median['ours']:.1f} |",
                flush=True,
            )
    if args.json:
        with open(args.json, "w") as file:
            json.dump(results, file)


main()
