"""Measuring search and answers on sets of questions."""
