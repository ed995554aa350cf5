"""The catalog: photos, faces, embeddings and people in SQL. The truth."""
