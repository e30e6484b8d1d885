"""The command line: one small file per group of commands."""

import os

# No plugin may change what a model of the record accepts; looking for one also takes a tenth of a start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
