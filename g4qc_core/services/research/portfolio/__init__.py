"""Portfolios on stored bars: the plan, the bars, one run, its checks and report, and the kind of study."""
