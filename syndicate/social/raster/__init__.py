"""Pixels: everything here needs Pillow, which takes a tenth of a second to import.

::

    open.py    bytes → pixels, upright, in the web's colours
    bare.py    bytes without what they tell beside the picture (pure)
    shape.py   how large, of which form (pure)
    fit.py     pixels → bytes that fit
"""
