"""The networks of the paper's Table 1 as PyTorch modules; DPG's in the factored form.

Parameters bear the names of the model file (docs/model-file.md), so weights go both ways: `Trainable.load` reads a model
file, `Trainable.save` writes one that every mi-dpg scorer opens. `python -m mi_dpg.torch.train` trains one, on one
process or under torchrun.
"""

from .layers import Layout, Output
from .model import Trainable
from .networks import network
from .step import Trainer

__all__ = ["Layout", "Output", "Trainable", "Trainer", "network"]
