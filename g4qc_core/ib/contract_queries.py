"""`ibapi`'s contract objects, as requests send them. `ibapi` is imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from g4qc_core.instruments.registry import Contract

if TYPE_CHECKING:
    from ibapi.contract import Contract as IbContract


def ib_contract(**fields: object) -> IbContract:
    """Return `ibapi`'s contract with these attributes; futures include expired ones."""
    from ibapi.contract import Contract as IbContract

    query = IbContract()
    query.includeExpired = fields.get("secType") == "FUT"
    for name, value in fields.items():
        setattr(query, name, value)
    return query


def contract_by_id(contract: Contract) -> IbContract:
    """Return `ibapi`'s contract with the id of a known contract."""
    return ib_contract(secType=contract.kind, conId=contract.con_id, exchange=contract.exchange)
