"""Bars as frames: their columns, their validation, their resampling and their gaps. Knows no database and no broker."""
