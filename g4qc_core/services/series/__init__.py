"""Series of bars as readers request them: a contract, or a continuous series by rule and adjustment."""
