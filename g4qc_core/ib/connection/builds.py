"""The installed build of `ibapi`, and the newest protocol that it speaks.

Does not import the client: commands that use no gateway report the build too.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from g4qc_core.ib.connection.dialling import NEWEST

HOW_TO = "install a 10.x build of ibapi (see docs/operations.md, 'A newer client')"

# Distributions that bring the module `ibapi`.
_DISTRIBUTIONS = ("ibapi", "nautilus-ibapi")


@dataclass(frozen=True)
class Build:
    """A build of `ibapi`.

    Attributes:
        version: of the module, like `9.81.1`.
        newest: highest protocol version that it speaks.
        mixed: True if a second build is installed over it.
    """

    version: str
    newest: int
    mixed: bool = False

    @classmethod
    def installed(cls) -> Build:
        """Return the build that this process imports."""
        import ibapi
        from ibapi.server_versions import MAX_CLIENT_VER

        numbers = [str(number) for name, number in ibapi.VERSION.items() if name != "extra"]
        return cls(".".join(numbers), int(MAX_CLIENT_VER), sum(map(_is_installed, _DISTRIBUTIONS)) > 1)

    def spoken(self, allowed: int) -> int:
        """Return the highest protocol version to offer to a gateway.

        Args:
            allowed: the setting G4QC_IB_MAX_PROTOCOL.
        """
        return min(allowed, self.newest, NEWEST)

    def shortfall(self, allowed: int) -> str | None:
        """Return a sentence, without a full stop, if this build speaks less than the setting allows; else None."""
        if self.spoken(allowed) >= min(allowed, NEWEST):
            return None
        over = "; two builds are installed one over the other" if self.mixed else ""
        return (
            f"the installed ibapi {self.version} speaks protocol {self.newest} at most, and G4QC_IB_MAX_PROTOCOL "
            f"allows {allowed}{over}: for newer protocols {HOW_TO}"
        )

    def remark(self, address: str, protocol: int, allowed: int) -> str | None:
        """Return the line about a connection whose protocol is lower than allowed because of this build; else None."""
        short = self.shortfall(allowed)
        if short is None or protocol != self.newest:
            return None
        return f"The connection to {address} speaks protocol {protocol}: {short}."

    def too_old(self, wanted: int, allowed: int) -> str:
        """Return the sentence, without a full stop, for a gateway that speaks nothing older than `wanted`."""
        newer = f"speaks newer than this client: it wants protocol {wanted} or later, and the client speaks at most"
        if wanted > NEWEST:
            return f"{newer} {self.spoken(allowed)}: a newer client is a newer release of G4QC, so update G4QC"
        if wanted > self.newest:
            return f"{newer} {self.spoken(allowed)}, with ibapi {self.version}: for a newer client {HOW_TO}"
        return f"{newer} {allowed}, which is G4QC_IB_MAX_PROTOCOL: set that to {wanted} or more"


def _is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True
