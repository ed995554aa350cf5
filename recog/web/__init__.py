"""The library in the browser, and as an HTTP API, on one's own machine."""
