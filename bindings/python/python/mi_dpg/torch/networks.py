"""The network of a model file's settings."""

from torch import nn

from .adasparse import AdaSparse
from .apg import Apg
from .dpg import Dpg
from .layers import Layout
from .pepnet import PepNet
from .ple import Ple
from .star import Star

METHODS = {
    "dnn": Dpg,
    "dpg": Dpg,
    "mi-dpg": Dpg,
    "ple": Ple,
    "star": Star,
    "pepnet": PepNet,
    "adasparse": AdaSparse,
    "apg": Apg,
}


def network(config: dict, layout: Layout) -> nn.Module:
    """A network of `config`, the document's `network`.

    It maps h1 [rows, width] and the scenario's ids [rows] to an `Output`. Its parameters and persistent buffers bear the
    names of the model file.
    """
    name = config["method"]["name"]
    if name not in METHODS:
        raise ValueError(f"mi_dpg.torch has {', '.join(METHODS)}, not {name}")
    return METHODS[name](config, layout)


def of_rows(module: nn.Module) -> bool:
    """Whether a batch's loss is the mean of what each row's would be, so that many processes can share a batch."""
    return not isinstance(module, Star) and not getattr(module, "regularises", False)


def has_absent(module: nn.Module) -> bool:
    """Whether parameters may have no gradient: those of scenarios that do not occur."""
    return isinstance(module, (Ple, Star))
