"""Where bytes lie: files, folders and archives read in place."""
