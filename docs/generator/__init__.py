"""The generated reference pages, a function each."""
