"""Liveness: is a face in a video a living one in front of the camera, or a print, a screen or a mask?"""
