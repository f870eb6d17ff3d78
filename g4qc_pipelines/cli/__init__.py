"""What a person types: parsing, help and exit codes. Heavy imports stand inside commands, so that help is quick."""

from g4qc_core.import_path import put_current_folder_last

# Before anything else is imported: a `signal.py` in the current folder is not Python's.
put_current_folder_last()
