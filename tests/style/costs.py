"""The costs of neural style transfer as their definitions, for autograd: slow twins of recog.style.objective.

Textbook forms (Gatys, Ecker, Bethge, CVPR 2016), with n_C channels and n_H n_W positions:

* content, equation 1: J_content = 1/2 sum (a(C) - a(G))^2 at one middle layer
* style, equation 4: J_layer = 1 / (2 n_H n_W n_C)^2 sum_ij (G(S)_ij - G(G)_ij)^2, equation 5: sum of lambda J_layer
* total, equation 7: J = alpha J_content + beta J_style, plus total variation

The relative forms are those of recog.style.objective. For one picture they differ from the textbook by a constant
factor for each layer, that is, by a choice of alpha and lambdas.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from recog.nn.gram import flat_features, mean_gram_matrix
from recog.style.gram_terms import TINY
from recog.style.settings import Form, StyleSettings


def gram_matrix(features: Tensor) -> Tensor:
    """G_ij = sum_k F_ik F_jk, equation 3 of Gatys et al. 2016; (channels, *positions) -> (channels, channels)."""
    flat = flat_features(features)
    return flat @ flat.T


def content_cost(content: Tensor, generated: Tensor) -> Tensor:
    """1/2 sum (a(C) - a(G))^2, equation 1 of Gatys et al. 2016; both (channels, *positions)."""
    return 0.5 * (generated - content).square().sum()


def course_content_cost(content: Tensor, generated: Tensor) -> Tensor:
    """1 / (4 n_H n_W n_C) sum (a(C) - a(G))^2, the content cost of Ng's course; both (channels, *positions)."""
    return (generated - content).square().mean() / 4.0


def layer_style_cost(style: Tensor, generated: Tensor) -> Tensor:
    """1 / (2 n_H n_W n_C)^2 sum (G(S) - G(G))^2, equation 4 of Gatys et al. 2016, of two feature maps.

    Both are (channels, *positions). Their numbers of positions may differ; the factor uses the generated picture's.
    """
    channels = generated.shape[0]
    positions = generated[0].numel()
    difference = gram_matrix(style) - gram_matrix(generated)
    return difference.square().sum() / (2.0 * positions * channels) ** 2


def style_cost(style: Mapping[str, Tensor], generated: Mapping[str, Tensor], lambdas: Mapping[str, float]) -> Tensor:
    """Sum over layers of lambda times the layer's style cost, equation 5 of Gatys et al. 2016."""
    costs = [weight * layer_style_cost(style[name], generated[name]) for name, weight in lambdas.items()]
    return torch.stack(costs).sum()


def total_variation(picture: Tensor) -> Tensor:
    """Sum of squared differences of neighbours along every axis of positions; (channels, *positions).

    The regulariser of Mahendran and Vedaldi (arXiv:1412.0035) with exponent 2.
    """
    differences = [picture.diff(dim=axis).square().sum() for axis in range(1, picture.ndim)]
    return torch.stack(differences).sum()


def total_cost(
    content: Tensor, style: Tensor, variation: Tensor, *, alpha: float, beta: float, variation_weight: float
) -> Tensor:
    """Alpha J_content + beta J_style (equation 7 of Gatys et al. 2016) + variation_weight * total variation."""
    return alpha * content + beta * style + variation_weight * variation


def relative_content_cost(content: Tensor, generated: Tensor) -> Tensor:
    """Return sum (a(C) - a(G))^2 / sum a(C)^2. Departure from equation 1: a share of the content's own energy."""
    return (generated - content).square().sum() / content.square().sum().clamp_min(TINY)


def relative_layer_style_cost(style: Tensor, generated: Tensor) -> Tensor:
    """Return sum (g(S) - g(G))^2 / sum g(S)^2, with g the mean Gram matrix.

    Departure from equation 4: the mean over positions removes the size (for equal sizes the textbook's cost is exactly
    1 / (4 n_C^2) sum (g(S) - g(G))^2), and the division removes the scale of the layer and the network.
    """
    target = mean_gram_matrix(style)
    return (target - mean_gram_matrix(generated)).square().sum() / target.square().sum().clamp_min(TINY)


def centred_layer_style_cost(style: Tensor, generated: Tensor) -> Tensor:
    """Return the relative style cost of the features minus the style's mean; both (channels, *positions)."""
    centre = flat_features(style).mean(1, keepdim=True)
    return relative_layer_style_cost(flat_features(style) - centre, flat_features(generated) - centre)


def mean_variation(picture: Tensor) -> Tensor:
    """Return the total variation per position. Departure: a mean, so that one weight suits every size."""
    return total_variation(picture) / picture[0].numel()


def costs_of_form(
    content: Mapping[str, Tensor],
    style: Mapping[str, Tensor],
    generated: Mapping[str, Tensor],
    picture: Tensor,
    settings: StyleSettings,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return content cost, style cost and variation of a picture (channels, *positions) by its layers' maps."""
    form, layer = settings.form, settings.content_layer
    if form in (Form.TEXTBOOK, Form.COURSE):
        of_content = content_cost if form is Form.TEXTBOOK else course_content_cost
        return (
            of_content(content[layer], generated[layer]),
            style_cost(style, generated, settings.lambdas),
            total_variation(picture),
        )
    of_layer = centred_layer_style_cost if form is Form.CENTRED else relative_layer_style_cost
    parts = [weight * of_layer(style[name], generated[name]) for name, weight in settings.lambdas.items()]
    return (
        relative_content_cost(content[layer], generated[layer]),
        torch.stack(parts).sum(),
        mean_variation(picture),
    )
