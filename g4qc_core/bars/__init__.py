"""Bars as frames: their columns, validation, resampling and gaps. Knows no database and no broker."""
