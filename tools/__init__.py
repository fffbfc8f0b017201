"""What the project needs around its code: generated documents and the scripts behind the Makefile."""
