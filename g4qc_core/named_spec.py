"""What the specs of searches and studies have in common: a name, one form of every error, and how they are written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.toml_entries import MalformedEntry, first_malformed

UNNAMED = "unnamed"
"""Placeholder name of an unnamed spec; `named_by_content` replaces it."""


class NamedSpec(BaseModel):
    """A spec with a name. The file, command line and API are built from the models; a field's description is its help.

    A subclass says by `name_before_digest` how it is named by its content, and may check more by `completed`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)

    name: str = Field(
        UNNAMED,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="Name under which the spec and its results are kept; default: made of what the spec says",
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the spec JSON-safe, with the field names of the file."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build the spec from the values of `to_dict`.

        Raises:
            SettingsError: a field is missing, unknown or malformed; the text names entry and field.
        """
        try:
            return cls.parsed(values)
        except MalformedEntry as problem:
            name = values.get("name")
            raise SettingsError(f"{f'[{name}] ' if name and name != UNNAMED else ''}{problem}") from None

    @classmethod
    def asked(cls, values: Mapping[str, Any]) -> Self:
        """Build the spec from values that a user or a program passes, named by its content if it has no name.

        Raises:
            UsageError: a field is missing, unknown or malformed; the text names the field.
        """
        try:
            spec = cls.parsed(values)
        except MalformedEntry as problem:
            raise UsageError(str(problem)) from None
        return spec.named_by_content() if spec.name == UNNAMED else spec

    @classmethod
    def parsed(cls, values: Mapping[str, Any]) -> Self:
        """Build the spec.

        Raises:
            MalformedEntry: a field is missing, unknown or malformed.
        """
        names = [info.alias or name for name, info in cls.model_fields.items()]
        for field in values:
            if field not in names and field not in cls.model_fields:
                raise MalformedEntry(field, str(unknown("field", field, names)))
        try:
            return cls.model_validate(dict(values)).completed()
        except ValidationError as error:
            raise first_malformed(error) from None

    def completed(self) -> Self:
        """Return the spec with what its fields imply, checked beyond single fields.

        Raises:
            MalformedEntry: the fields do not fit together.
        """
        return self

    def content(self) -> dict[str, Any]:
        """Return everything that decides the results; neither the name nor the number of workers does."""
        return {name: value for name, value in self.to_dict().items() if name not in ("name", "workers")}

    @property
    def name_before_digest(self) -> str:
        """Beginning of the name of a spec that is named by its content: letters, digits and . _ -, at most 80."""
        raise NotImplementedError

    def replaced(self, fields: Mapping[str, Any]) -> Self:
        """Return the spec with other fields; it keeps its name unless they change what decides the results.

        Args:
            fields: by their names in the file or in the model; None resets a field to its default.

        Raises:
            UsageError: a field is unknown or malformed; the text names the field.
        """
        aliases = {name: info.alias or name for name, info in type(self).model_fields.items()}
        given = {aliases.get(name, name): value for name, value in fields.items()}
        kept = {name: value for name, value in self.to_dict().items() if name != "name" and value is not None}
        other = type(self).asked({**kept, **given})
        same = given.get("name") is None and other.content() == self.content()
        return other.model_copy(update={"name": self.name}) if same else other

    def named_by_content(self) -> Self:
        """Return the same spec under a name made from its content: different specs get different names."""
        text = json.dumps(self.content(), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self.model_copy(update={"name": f"{self.name_before_digest}-{digest}"})
