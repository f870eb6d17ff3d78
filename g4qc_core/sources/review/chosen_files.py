"""Which files of a folder or an archive are read: those of known instruments; others are named and left out."""

from __future__ import annotations

from collections.abc import Sequence

from g4qc_core.sentences import counted, listing
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.name_pattern import first_reading
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.source_files import SourceFile

_NAMED = 5


def chosen_files(
    files: Sequence[SourceFile], profile: FileProfile, symbols: FileSymbols
) -> tuple[list[SourceFile], list[str]]:
    """Return the files to read, and sentences about those that are left out.

    An archive of a vendor holds instruments that are not known here, adjusted copies and notes for its customers. If no
    file is of a known instrument, all are returned, so that reading them says what is wrong.

    Args:
        files: at least one.
        profile: how they are written.
        symbols: finds instruments, or takes all names for one.
    """
    if profile.contract:
        return list(files), []
    adjusted = [file for file in files if first_reading(profile.adjusted, file.name) is not None]
    known = [file for file in files if file not in adjusted and _known(file, profile, symbols)]
    if not known:
        return list(files), []
    others = [file for file in files if file not in adjusted and file not in known]
    sentences = []
    if others:
        names = listing([str(file) for file in others], _NAMED)
        sentences.append(f"{counted(len(others), 'file')} of no instrument known here will be left out: {names}.")
    if adjusted:
        names = listing([str(file) for file in adjusted], _NAMED)
        sentences.append(f"{counted(len(adjusted), 'file')} with adjusted prices by name will be left out: {names}.")
    return known, sentences


def _known(file: SourceFile, profile: FileProfile, symbols: FileSymbols) -> bool:
    parts = first_reading((*profile.names, *profile.continuous), file.name)
    return parts is not None and symbols.instrument(parts.symbol) is not None
