"""Every prompt, each a Markdown file in this package."""
