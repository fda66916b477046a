"""`midpg train` beside PyTorch: the same rows, network and batches of rows, in turns, in one run; rows a second.

Usage: train.py MIDPG FOLDER [--json FILE] [--rounds N] [--only NETWORK …] [--batches B …] [--threads T …]
FOLDER is the one that models.sh filled. Needs the packages of requirements-train.txt, this repository's Python package
(bindings/python) and, for torch.compile, a C++ compiler.

Ours is the command: the time from one line `epoch N` to the next, the first epoch left out. So it has the shuffling, the
look-ups, the losses read back each step, and what it does at an epoch's end: the validation of 1 to 2 % of the rows and
the copy of the best tables. PyTorch is timed over its steps alone: the ids of each batch lie ready as one tensor. The
network is mi_dpg.torch's, which never forms S, with Adam (fused) on it and SparseAdam on the embeddings; the loss is read
back each step too. There are three of it: a table a field, all fields in one table, and that with torch.compile. Before
the clock runs, each must give the scores of the Rust model within 1e-5. That whole runs agree, step by step, is what
bindings/python/tests/test_torch.py shows.

Threads of OpenMP that wait go to sleep here: spinning, as they do by default, two of them on two cores that others use
too were a hundred times slower than one. Where nobody else works, OMP_WAIT_POLICY=ACTIVE may give PyTorch a little more.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import numpy as np
import pyarrow.csv

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from mi_dpg.torch import Trainable  # noqa: E402

ROWS = 100_000
# Epochs of a turn of ours, and seconds of one of PyTorch's.
EPOCHS, SECONDS = 3, 1.5
NETWORKS = {
    "mi-dpg": ("amazon", ["--model", "mi-dpg"]),
    "dpg": ("amazon", ["--model", "dpg"]),
    "dnn": ("amazon", ["--model", "dnn"]),
    "p": ("p", ["--model", "dpg", "--dr-div", "4", "--dc-div", "32"]),
    "d": ("d", ["--model", "dpg"]),
}


class Ours:
    """The command. It reads the log at each turn; only the time between its epochs counts."""

    def __init__(self, midpg, folder, network):
        preset, self.flags = NETWORKS[network]
        self.midpg, self.log = midpg, folder / f"train-{'amazon' if preset == 'amazon' else 'iaac'}.csv"
        self.model, self.schema = folder / f"train-{network}.safetensors", preset
        if preset != "amazon":
            # Little validation: it's part of an epoch.
            self.schema = folder / f"train-{preset}.toml"
            self.schema.write_text((folder / f"{preset}.toml").read_text().replace("valid = 0.1", "valid = 0.02"))
        if not self.log.exists():
            what = ["--preset", self.log.stem.removeprefix("train-"), "--rows", ROWS, "--seed", 1]
            self.run("synth", *what, "--effect", "modulated", "--out", self.log)
        self.train(1, 512, 1)

    def run(self, *args):
        """The seconds and the text of each line it tells."""
        command = [self.midpg, *map(str, args)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        lines = [(time.perf_counter(), line) for line in process.stderr]
        if process.wait() != 0:
            sys.exit("".join(line for _, line in lines))
        return lines

    def train(self, epochs, batch, threads):
        data = ["--data", self.log, "--schema", self.schema, "--out", self.model, *self.flags]
        steps = ["--epochs", epochs, "--patience", 100, "--batch", batch, "--threads", threads, "--seed", 1]
        return self.run("train", *data, *steps, "--oov-dropout", 0, "--checkpoint-every", 1e9, "--device", "cpu")

    def turn(self, batch, threads):
        """Rows a second of each epoch after the first."""
        lines = self.train(EPOCHS, batch, threads)
        rows = next(int(found[1]) for _, line in lines if (found := re.search(r"(\d+) train,", line)))
        ends = [at for at, line in lines if line.startswith("epoch ")]
        return [rows / (b - a) for a, b in zip(ends, ends[1:], strict=False)]


class Torch:
    """PyTorch, from the weights of a model that ours trained."""

    def __init__(self, model, table, batch, tables, compiled):
        model = Trainable.load(model)
        data, network = model.encode(table, label=True), model.network
        # Every field here has one id a row.
        ids = np.stack([ids.numpy() for ids, _ in data.fields], axis=1)
        weights = [bag.weight.detach() for bag in model.embedding]
        if tables == "one":
            ids = ids + np.cumsum([0, *map(len, weights)])[:-1]
            weights = [torch.cat(weights)]
        embedding = [nn.Embedding.from_pretrained(w.clone(), freeze=False, sparse=True) for w in weights]
        parameters = [table.weight for table in embedding]
        order = np.random.default_rng(1).permutation(len(ids))
        batches = []
        for start in range(0, len(ids) - batch + 1, batch):
            rows = order[start : start + batch]
            own = torch.from_numpy(ids[rows])
            columns = [own] if tables == "one" else [column.contiguous() for column in own.T]
            batches.append((columns, data.labels[torch.from_numpy(rows)]))

        def look_up(columns):
            parts = [table(column) for table, column in zip(embedding, columns, strict=True)]
            return parts[0].flatten(1) if len(parts) == 1 else torch.cat(parts, 1)

        def loss_of(h, labels, pairs):
            output = network(h)
            loss = F.binary_cross_entropy_with_logits(output.logits, labels)
            if network.regulariser is None:
                return loss
            e = h[:, : network.aware]
            return loss + network.regulariser["lambda"] * network.mutual_information(e, e[pairs], output.s)

        with torch.no_grad():
            scores = torch.sigmoid(network(look_up(batches[0][0])).logits).numpy()
        error = np.abs(scores - model.scorer.score(table.take(order[:batch])).to_numpy()).max()
        if not error < 1e-5:
            sys.exit(f"PyTorch's scores are {error} from the Rust model's")
        if compiled:
            loss_of = torch.compile(loss_of, dynamic=False)
        dense = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        lazy = torch.optim.SparseAdam(parameters, lr=1e-3)

        def step(columns, labels):
            loss = loss_of(look_up(columns), labels, torch.randperm(batch))
            dense.zero_grad()
            lazy.zero_grad()
            loss.backward()
            dense.step()
            lazy.step()
            return loss.item()

        self.step, self.batches, self.batch, self.at = step, batches, batch, 0
        for _ in range(3):
            self.next()

    def next(self):
        loss = self.step(*self.batches[self.at % len(self.batches)])
        self.at += 1
        if not np.isfinite(loss):
            sys.exit("PyTorch's loss is not finite")

    def turn(self):
        start, steps = time.perf_counter(), 0
        while steps < 4 or time.perf_counter() - start < SECONDS:
            self.next()
            steps += 1
        return [steps * self.batch / (time.perf_counter() - start)]


TORCH = {"fields": ("fields", False), "one table": ("one", False), "compiled": ("one", True)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("midpg", type=os.path.abspath)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--json")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--batches", nargs="+", type=int, default=[512, 4096])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    args = parser.parse_args()
    results = []
    print("| network | batch | threads | ours, rows/s | PyTorch | one table | compiled | ratio to the best | load |")
    print("|---|---|---|---|---|---|---|---|---|")
    for network in args.only:
        ours = Ours(args.midpg, args.folder, network)
        delimiter = "," if ours.log.stem == "train-amazon" else " "
        empty = [""] if delimiter == "," else ["-1"]
        table = pyarrow.csv.read_csv(
            ours.log,
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter),
            convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True, null_values=empty),
        )
        # A turn of ours writes the file anew.
        start = ours.model.with_suffix(".start")
        ours.model.replace(start)
        for batch, threads in ((b, t) for b in args.batches for t in args.threads):
            torch.set_num_threads(threads)
            torch.compiler.reset()
            torch._inductor.config.cpp.threads = threads
            turns = {"ours": lambda: ours.turn(batch, threads)}  # noqa: B023
            turns |= {name: Torch(start, table, batch, *kind).turn for name, kind in TORCH.items()}
            samples = {name: [] for name in turns}
            for round_ in range(args.rounds):
                for name in list(turns) if round_ % 2 == 0 else reversed(turns):
                    samples[name] += turns[name]()
            load = os.getloadavg()[0]
            results.append({"network": network, "batch": batch, "threads": threads, "load": load, "rows/s": samples})
            median = {name: float(np.median(values)) for name, values in samples.items()}
            best = max(rate for name, rate in median.items() if name != "ours")
            cells = " | ".join(f"{rate:.0f}" for rate in median.values())
            print(f"| {network} | {batch} | {threads} | {cells} | {median['ours'] / best:.1f} | {load:.1f} |", flush=True)
            if args.json:
                pathlib.Path(args.json).write_text(json.dumps(results))


main()
