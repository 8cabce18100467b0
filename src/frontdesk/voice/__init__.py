"""Voice calls: what a voice agent told of the calls that it held."""
