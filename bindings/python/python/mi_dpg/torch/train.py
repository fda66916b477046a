"""Trains a model with PyTorch: one process, or many under torchrun (gloo on CPUs, nccl on GPUs).

    python -m mi_dpg.torch.train --model start.safetensors --data train.parquet --out model.safetensors
    torchrun --nproc-per-node 2 --max-restarts 3 -m mi_dpg.torch.train …the same…

`--model` gives fields, vocabularies, settings and the weights to start from: `midpg train` makes one in an epoch on a
part of the log, which is all that learning the vocabularies needs. Every row of --data is trained on. A run that was
killed goes on from its checkpoint beside --out when it is started again; torchrun does that by itself.
"""

import argparse
import json
import os
import pathlib

import pyarrow.dataset
import torch
import torch.distributed as dist

from .model import Trainable
from .step import Trainer


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the model file to start from")
    parser.add_argument("--fresh", action="store_true", help="take its settings and vocabularies, not its weights")
    parser.add_argument("--data", required=True, help="labelled rows: a Parquet file or a folder of them")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="where the model goes")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=512, help="rows a step, of all processes together")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checkpoint-every", type=int, default=100, metavar="STEPS")
    parser.add_argument("--report", type=pathlib.Path, help="append a line of JSON a step to this file")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    return parser.parse_args()


def join(device: str) -> str:
    """Joins the other processes, where torchrun started them; this one's device."""
    if "WORLD_SIZE" in os.environ:
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    return device


def main():
    args = arguments()
    device = join(args.device)
    # Fresh weights are those of rank 0: DistributedDataParallel hands them out.
    torch.manual_seed(args.seed)
    model = Trainable.load(args.model, weights=not args.fresh)
    columns = [*model.scorer.columns, model.scorer.schema["label"]["column"]]
    table = pyarrow.dataset.dataset(args.data, format="parquet").to_table(columns=list(dict.fromkeys(columns)))
    data = model.encode(table, label=True)
    del table
    steps = args.epochs * -(-data.rows // args.batch)
    trainer = Trainer(model, data, batch=args.batch, lr=args.lr, seed=args.seed, device=device, steps=steps)
    checkpoint = args.out.with_name(args.out.name + ".torch-checkpoint")
    if checkpoint.exists():
        trainer.restore(torch.load(checkpoint, map_location=device, weights_only=True))
    while trainer.step < steps:
        losses = trainer.next()
        if trainer.rank == 0 and args.report:
            with args.report.open("a") as file:
                line = {"step": trainer.step, "loss": losses.loss, "bce": losses.bce, "mi": losses.mi}
                file.write(json.dumps(line) + "\n")
        if trainer.step % args.checkpoint_every == 0 and trainer.step < steps:
            save(trainer, checkpoint)
    if trainer.rank == 0:
        # Not those of the model it started from: nothing was validated here.
        unknown = {"valid_rows": 0, "valid_auc": None, "valid_logloss": None}
        known = {"data_sha256": data.digest(), "base_rate": float(data.labels.double().mean())}
        done = {"rows": data.rows, "seed": args.seed, "epochs": args.epochs, "best_epoch": args.epochs}
        model.save(args.out, **known, **unknown, **done)
        checkpoint.unlink(missing_ok=True)
        print(f"{steps} steps of {args.batch} rows on {trainer.ranks} process(es): {args.out}")
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


def save(trainer: Trainer, checkpoint: pathlib.Path):
    """All ranks have the same state: the first one writes it, and nobody goes on before it is there."""
    if trainer.rank == 0:
        partial = checkpoint.with_name(f".{checkpoint.name}.part")
        torch.save(trainer.state(), partial)
        partial.replace(checkpoint)
    if dist.is_initialized():
        dist.barrier()


if __name__ == "__main__":
    main()
