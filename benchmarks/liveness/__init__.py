"""Simulated sequences of living faces and of attacks, on which recog's check of liveness is trained and measured."""
