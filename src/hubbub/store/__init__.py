"""Everything that is kept: the port in `base`, its adapters beside it."""
