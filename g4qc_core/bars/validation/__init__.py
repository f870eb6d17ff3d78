"""Validation of one-minute bars: the rules, and the verdict on each bar. Pure functions of frames."""
