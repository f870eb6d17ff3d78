"""Rolls: when the front contract changes, and at which prices.

- How a rule is written, like `days_before_expiry(8)`: `g4qc_core.roll_rules`, which instruments need, too.
- Which date a rule gives for one change of contracts: `rule_dates`.
- The user's dates and open interest: `roll_files`.
- How a date moves to a session with prices of both contracts, and how the gap is measured: `roll_maker`.
- The columns of a calendar, what makes it sound, and which contract is in front: `roll_calendar`.
- The picture of a roll: `roll_picture`.

The series that follows a calendar is `futures.continuous`.
"""
