"""The use case of liveness: check a clip, and name the face in it only if that face lives."""
