"""The composition root: the only place, with `config` and `cli`, that names concrete adapters."""
