"""The web application.

Nothing is served yet.
"""
