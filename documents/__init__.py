"""What the documents are made with: generated parts, pictures, and the hooks of the site."""
