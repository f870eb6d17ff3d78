"""The other process of the check of determinism: reads a subject, and prints the fingerprint of its decisions."""

from __future__ import annotations

import pickle
import sys


def main() -> None:
    """Read the search path, the folder of strategies, the calendars, the subject and the number of bars.

    They come on the standard input, from our own parent.
    """
    path, folder, calendars, given, most_bars = pickle.loads(sys.stdin.buffer.read())
    sys.path[:] = path
    from g4qc_core.backtest.strategy_checks.strategy_decisions import decide, part
    from g4qc_core.calendars.calendar_file import use_calendars
    from g4qc_core.errors import G4qcError
    from g4qc_core.strategy_folder import use_strategy_folder

    use_strategy_folder(folder)
    use_calendars(calendars)
    subject = pickle.loads(given)
    market = part(subject.priced, max(0, len(subject) - most_bars), len(subject))
    try:
        sys.stdout.write(decide(subject, market).fingerprint())
    except G4qcError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
