"""Check of the headers Host, Origin and Sec-Fetch, against DNS rebinding and requests from other sites.

A pure function of the request's headers, the same for HTTP requests and web sockets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s:/?#@\[\]\\]+))(?::\d*)?", re.IGNORECASE)
_READING = ("GET", "HEAD", "OPTIONS")
_OWN_SITES = ("same-origin", "none")


@dataclass(frozen=True)
class OriginPolicy:
    """Host names and web sites that a server accepts.

    Attributes:
        hosts: accepted host names; empty: any.
        own: origins of the server's own pages, besides the one in the header `Host`, in case a proxy changes it.
        others: origins of other web sites that may use the server; "*": any site may read.
        setting: name of the setting that holds the server's address.
    """

    hosts: Sequence[str] = ()
    own: Sequence[str] = ()
    others: Sequence[str] = ()
    setting: str = "G4QC_API_URL"

    def refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Return the HTTP status and the message of the refusal; None if the request may pass.

        Browsers send the page that a request comes from and the name they use; programs that send neither may pass.
        """
        given = headers.getlist("host")
        if len(given) > 1 or (self.hosts and (not given or host_name(given[0]) not in self.hosts)):
            named = f"'{', '.join(given)}'"
            return 421, f"This server is not called {named}: use 127.0.0.1, or set {self.setting} to its address."
        if "*" in self.others and method in _READING:
            return None
        origins = headers.getlist("origin")
        if not all(self._known(origin, given) for origin in origins) or not self._near(method, headers, origins):
            return 403, "Pages of other sites may not use this server: open its own pages instead."
        return None

    def _known(self, origin: str, hosts: Sequence[str]) -> bool:
        return origin in self.own or origin in self.others or [origin.partition("://")[2]] == list(hosts)

    def _near(self, method: str, headers: Headers, origins: Sequence[str]) -> bool:
        """Return False if the browser reports that a page of another site sent the request."""
        sites = [site.strip().lower() for site in headers.getlist("sec-fetch-site")]
        if all(site in _OWN_SITES for site in sites):
            return True
        if origins and all(origin in self.others or origin in self.own for origin in origins):
            return True
        # A link on another page may open a page of this server in a separate tab, which the other page cannot read.
        opens = (headers.getlist("sec-fetch-mode"), headers.getlist("sec-fetch-dest")) == (["navigate"], ["document"])
        return not origins and method in ("GET", "HEAD") and opens


def loopback_hosts(*urls: str | None) -> list[str]:
    """Return the accepted host names of a server on loopback: those of loopback, and those of `urls`.

    Any other name is that of a foreign page whose name resolves to this host (DNS rebinding).
    """
    return [*_LOOPBACK, *(name for url in urls if url and (name := urlsplit(url).hostname))]


def url_origins(url: str | None) -> list[str]:
    """Return the origin of a URL as browsers write it; empty for None."""
    if not url:
        return []
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}".lower()]


def host_name(host: str) -> str:
    """Return the name in a `Host` header, in lower case; empty if it is invalid, however a framework reads it."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
