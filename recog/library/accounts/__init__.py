"""Accounts of a served library: who logs in, and the library as an account is shown it."""
