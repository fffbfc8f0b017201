"""The types of the live door for the web page: TypeScript, made from the dataclasses of `hubbub.core`."""
