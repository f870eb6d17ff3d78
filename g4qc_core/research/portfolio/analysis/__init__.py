"""What a portfolio of whole contracts is: pure functions of arrays and frames.

- what whole contracts miss of the ideal: `portfolio_distance`
- where risk, return and drawdowns come from: `portfolio_attribution`
- all frames and figures of a portfolio: `portfolio_frames`
"""
