"""The profiles that are known: the built-in ones of `vendors.toml`, and those of a user's file of the same form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from g4qc_core.errors import unknown
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.toml_entries import MalformedEntry, TomlFile, first_malformed

BUILT_IN = Path(__file__).with_name("vendors.toml")
"""The file of the built-in profiles."""

_FILE = TomlFile("file of profiles", "G4QC_SOURCES", "firstrate")


def load_profiles(user_file: Path | None = None) -> dict[str, FileProfile]:
    """Return the profiles by name; those of the user's file come first, and replace built-in ones of the same name.

    An entry with `based_on` has the fields of that profile where it has none of its own.

    Raises:
        SettingsError: a file is missing or malformed; the text names file, line, entry and field.
    """
    built_in = _FILE.specs(BUILT_IN, lambda fields: _profile(fields, {}))
    if user_file is None:
        return built_in
    known: dict[str, FileProfile] = dict(built_in)

    def own(fields: dict[str, Any]) -> FileProfile:
        known[fields["name"]] = made = _profile(fields, known)
        return made

    return {**_FILE.specs(user_file, own), **{name: p for name, p in built_in.items() if known[name] is p}}


def profile_named(name: str, profiles: Mapping[str, FileProfile]) -> FileProfile:
    """Return a profile.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in profiles:
        raise unknown("profile", name, profiles)
    return profiles[name]


def _profile(fields: dict[str, Any], known: Mapping[str, FileProfile]) -> FileProfile:
    base = fields.get("based_on")
    if base is not None:
        if base not in known:
            raise MalformedEntry("based_on", str(unknown("profile", str(base), known)))
        own = {name: value for name, value in fields.items() if name != "based_on"}
        layout = {"columns", "header"} & own.keys()
        left_out = {"columns", "header"} if layout else set()
        fields = {**known[base].model_dump(exclude=left_out | {"name"}), **own}
    try:
        return FileProfile.model_validate(fields)
    except ValidationError as error:
        raise first_malformed(error) from None
