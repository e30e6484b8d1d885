"""Lengths of lesions on plane images: the callipers of the record, on mammograms and ultrasound."""
