"""recog: index photo libraries by face, on your own machine."""
