"""The report of a Monte Carlo simulation: one HTML file in the style of the tear sheet, and its pictures.

The entry points are `monte_carlo_page.MonteCarloPage` and `render_monte_carlo`. No figure is computed here.
"""
