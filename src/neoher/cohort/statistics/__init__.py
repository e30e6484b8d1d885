"""The statistics themselves: numbers in, numbers out; each names its convention and its source.

SciPy and statsmodels compute what they hold; what they lack is written here from its definition. Every one is
tested against R.
"""
