"""Writes the parts of the documents that follow from the code, so that they can't be wrong."""
