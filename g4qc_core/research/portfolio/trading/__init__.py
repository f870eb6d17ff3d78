"""The way from bars to a traded portfolio: forecasts, estimates, lanes for the joint account, and the outcome."""
