"""What a text says before any model reads it: language, sentences, search terms, numbers, dates, names."""
