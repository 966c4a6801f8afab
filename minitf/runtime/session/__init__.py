"""Sessions: feeds, fetches, what is kept between runs, whose turn it is."""
