"""The pages of mammography and ultrasound: pictures with callipers, and the table of their lengths."""
