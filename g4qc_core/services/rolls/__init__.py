"""Roll calendars of an instrument: made from stored bars, stored, checked and displayed.

- `instrument_rolls`: make, load, forget and check the roll calendars of an instrument.
- `roll_page`: the roll calendars as a table and a picture.

The rules and the computation on frames are in `g4qc_core.futures.rolls` (`roll_maker` first), the texts of rules in
`g4qc_core.roll_rules`, and the table in `storage.roll_store`. For a question about rolls, start in `instrument_rolls`.
"""
