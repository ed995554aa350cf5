"""Faces in moving pictures: detections joined to tracks."""
