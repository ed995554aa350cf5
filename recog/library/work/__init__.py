"""Index by a queue that several processes and machines share."""
