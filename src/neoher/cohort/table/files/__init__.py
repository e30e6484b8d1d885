"""Files as raw tables, before anything is taken from their cells: `raw` is the whole, `text_file` reads CSV
in any `encoding`, `workbook` the sheets of XLSX.
"""
