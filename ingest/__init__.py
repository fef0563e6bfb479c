"""Ingest: files, folders, pages and feeds become cleaned, chunked and encoded articles of the library."""
