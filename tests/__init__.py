"""Tests of recog; fakes that several of them share are modules of this package."""
