"""The networks as PyTorch modules, in the factored form: S [rows, d_m, d_n] is never made (but for the variant `non`).

Parameters bear the names of the model file (docs/model-file.md), so weights go both ways: `Trainable.load` reads a model
file, `Trainable.save` writes one that every mi-dpg scorer opens. `python -m mi_dpg.torch.train` trains one, on one
process or under torchrun.
"""

from .model import Trainable
from .networks import Network, Output
from .step import Trainer

__all__ = ["Network", "Output", "Trainable", "Trainer"]
