"""Extraction: which bars are requested from the gateway and why, the requests themselves, and their results.

Where to look:

- which requests are made, and why: `answers`, `needed_sessions`, `plan`;
- how they are made and stored: `extract`, `fetch_bars`, `ledgered_request`, `partial_answers`, `patience`, `heads`;
- what came of them: `extraction_result`, `unanswered`, `restated_bars`, `progress`, `pacing_status`;
- the calls for assets, commands and routes: `months` and `preview`.

The spelling of requests for Interactive Brokers is in `g4qc_core.ib.history_requests`.
"""
