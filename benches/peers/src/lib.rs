//! Other runtimes on the models that we export: see tests/ and the scripts beside them.
