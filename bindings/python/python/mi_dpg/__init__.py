"""Multi-scenario conversion-rate models: `Model` scores Arrow tables, with the numbers of the `midpg` command.

`mi_dpg.spark` and `mi_dpg.ray` run it on clusters, `mi_dpg.torch` has the networks as PyTorch modules. Each is imported
by name, so that nobody needs what he does not use.
"""

from ._native import (
    ConfigError,
    DataError,
    FileError,
    MidpgError,
    Model,
    ModelFileError,
    SchemaError,
    __version__,
)

__all__ = [
    "ConfigError",
    "DataError",
    "FileError",
    "MidpgError",
    "Model",
    "ModelFileError",
    "SchemaError",
    "__version__",
]
