"""The other process of the check of determinism: reads a subject, and prints the fingerprint of its decisions."""

from __future__ import annotations

import pickle
import sys


def main() -> None:
    """Read the search path, the subject and the number of bars from the standard input; they are of our own parent."""
    path, given, most_bars = pickle.loads(sys.stdin.buffer.read())
    sys.path[:] = path
    from g4qc_core.backtest.strategy_checks.strategy_decisions import decide, part

    subject = pickle.loads(given)
    market = part(subject.priced, max(0, len(subject) - most_bars), len(subject))
    sys.stdout.write(decide(subject, market).fingerprint())


if __name__ == "__main__":
    main()
