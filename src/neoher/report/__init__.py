"""How results go out: HTML, JSON, figures."""
