"""One account of many instruments: whole contracts, common margin, costs, rolls, currencies, and the ideal beside it.

`portfolio_lane` says what is wanted of each instrument, `joint_run` runs all of them on one timeline by the compiled
pass of `joint_kernels`, and `portfolio_run` is the outcome. Weights and forecasts do not belong here.
"""
