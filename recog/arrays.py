"""Names for the arrays that flow through recog.

========== ===================== ======= ====================================================
name       shape                 dtype   meaning
========== ===================== ======= ====================================================
Pixels     (H, W, 3)             uint8   RGB, upright
Crops      (n, size, size, 3)    uint8   one tight crop for each face
Embeddings (n, dim)              float32 unit length; dim is 128 for the shipped networks
Distances  (p, g)                float32 squared Euclidean, 0 (same direction) to 4 (opposite)
FaceIds    (n,)                  int64   the index's names for faces; never reused
========== ===================== ======= ====================================================
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Crops: TypeAlias = NDArray[np.uint8]
Embeddings: TypeAlias = NDArray[np.float32]
Distances: TypeAlias = NDArray[np.float32]
FaceIds: TypeAlias = NDArray[np.int64]
