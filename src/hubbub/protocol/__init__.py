"""Pure translators between bytes and what the core knows; no I/O."""
