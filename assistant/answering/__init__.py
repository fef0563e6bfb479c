"""Answers from hits: the sentences that answer, cited."""
