"""The command line: parsing, help and exit codes. Heavy imports stay inside commands, so that help is quick."""

from g4qc_core.import_path import put_current_folder_last

# Before any other import: a `signal.py` in the current folder is not Python's.
put_current_folder_last()
