"""Files of vendors: what they hold, what is doubtful about it, and the same bars in the layouts of other tools.

`profiles` says how a kind of file is written, `reading` turns a file into bars piece by piece, `review` judges what
was read, `comparison` says how two sources of the same bars differ, and `layouts` writes bars for others. All of it is
functions of files and bars: nothing here stores anything or talks to a gateway.
"""
