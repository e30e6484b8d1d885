"""The main job on one screen: read, measure, assess, report."""
