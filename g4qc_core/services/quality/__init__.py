"""Quality of stored bars.

What an asset does with one instrument's month:

- `month_validation`: raw bars to validated bars, quarantine and quality rows.
- `month_derivation`: validated minutes to the bars of a coarser timeframe.
- `month_reconciliation`: our hours and sessions against the gateway's.
- `source_comparison`: raw bars of every two sources against each other.

What checks, schedules and sensors ask about an instrument:

- `calendar_check`: our session calendar against the gateway's trading hours.
- `feed`: does the gateway still deliver new bars?
- `due_sessions`: which assets are late after the close of a session?
- `repairs`: which backfills close the gaps? `backfills` groups gaps into the smallest ones.
"""
