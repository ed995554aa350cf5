"""Channel correlations of feature maps: the Gram (style) matrix.

A feature map is (channels, *positions): one axis of positions for sound, two for a picture, three for a volume or a
video. The Gram matrix ignores positions, so everything here flattens them and works for any number of axes.
"""

import torch
from torch import Tensor


def flat_features(features: Tensor) -> Tensor:
    """Flatten (channels, *positions) to (channels, n positions), without a copy if the memory layout allows."""
    return features.flatten(start_dim=1)


def mean_gram_matrix(features: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the Gram matrix as a mean over positions, so that pictures of different sizes are comparable.

    (channels, *positions) -> (channels, channels). Departure from equation 3 of Gatys, Ecker, Bethge, "Image style
    transfer using convolutional neural networks", CVPR 2016: a mean, G_ij = sum_k F_ik F_jk / n, not a sum. Johnson,
    Alahi, Fei-Fei (arXiv:1603.08155, equation 3) divide by the channels as well; here the cost does that.

    mask is (*positions) of weights >= 0: G = sum_k m_k F_k F_k^T / sum_k m_k, the guided Gram matrix of Gatys et al.,
    "Controlling perceptual factors in neural style transfer", CVPR 2017, with m the square of their guidance channel.
    Raises ValueError if all weights of the mask are zero.
    """
    flat = flat_features(features)
    if mask is None:
        return flat @ flat.T / flat.shape[1]
    weights = mask.flatten()
    total = weights.sum()
    if weights.numel() != flat.shape[1] or not bool(total > 0):
        raise ValueError(f"a mask of {weights.numel()} weights with sum {float(total)} for {flat.shape[1]} positions")
    return torch.mm(flat * weights, flat.T) / total
