"""The room of writers: a reply's template in other words, by a language model that may say nothing new."""
