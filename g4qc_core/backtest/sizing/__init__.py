"""Sizing: how many contracts a wish is. The rule is one text, as a roll rule is; the numbers are whole throughout.

`sizing_rule` parses the text, `sizing_plan` prepares a market's numbers once, and `contract_count` decides each order.
"""
