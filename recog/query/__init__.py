"""The language of `find`: names, dates, folders and numbers of people, read into one condition on photos."""
