"""A case's images to measurements.json: where intake and imaging, which do not know each other, meet."""
