"""Networks over one, two or three axes: convolutions, trunks, windows and Gram matrices."""
