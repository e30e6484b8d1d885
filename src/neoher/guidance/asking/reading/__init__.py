"""Reading a question: as the things it names, misspelt words corrected, small words left out."""
