"""What PyTorch's tensors may be, and tensors of this engine always or never are."""

from ..device import strided
from ..tensor import Tensor

KINDS = (
    "is_cpu is_cuda is_ipu is_maia is_meta is_mkldnn is_mps is_mtia is_nested is_quantized "
    "is_sparse is_sparse_csr is_vulkan is_xla is_xpu"
)

for _name in KINDS.split():
    setattr(Tensor, _name, _name == "is_cpu")
Tensor.layout = strided
Tensor.names = property(lambda self: (None,) * len(self._shape))
Tensor.is_shared = Tensor.is_pinned = lambda self: False
