"""Finding the chunks that may answer a question: dense and lexical search, fused."""
