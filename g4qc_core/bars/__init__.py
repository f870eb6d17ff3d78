"""Bars as frames: columns, validation, resampling and gaps. No database and no broker is used here."""
