"""From forecasts and capital to whole contracts.

Most of the vocabulary is Robert Carver's (Systematic Trading, 2015, and the open system pysystemtrade). One convention
differs: a forecast of 1 is the average conviction, for which pysystemtrade writes 10, and its cap is 2, not 20.

- forecasts scaled, capped and combined: `forecast_scaling`
- ideal contracts, buffers, and the capital of the first contract: `contract_targets`
- the best whole contracts: `whole_contracts`, searched by `contract_search`
- costs in units of the Sharpe ratio: `sharpe_costs`
"""
