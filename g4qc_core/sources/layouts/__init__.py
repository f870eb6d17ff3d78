"""Bars in the layouts of other tools: a Parquet data set, CSV, Lean's data folder, Nautilus Trader's catalog."""
