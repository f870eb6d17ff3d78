"""The report of a search: one HTML file in the style of the tear sheet.

The entry points are `search_page.SearchPage` and `render_search`. Figures and surfaces are not computed here.
"""
