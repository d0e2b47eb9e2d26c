"""What PyTorch has and a teaching engine has not, so that asking for it gets a clear answer."""

from __future__ import annotations

import re

from .errors import out_of_scope

FAMILIES = (
    r"bfloat16|float[48]_\w+|u?int[1-7]|uint(16|32|64)|q(u?int|scheme)\w*",  # types
    r"complex\w*|c(float|double|half)|conj\w*|real|imag|angle|polar|resolve_\w+|view_as_\w+",
    r"cuda|mps|xpu|mtia|accelerator|backends|Stream|Event|autocast|amp|GradScaler",  # devices
    r"\w*[Ss]parse\w*|\w*quanti[sz]\w*|nested|masked|\w*[Ss]torage|memory_format",  # layouts
    r"to_\w+|(hs|d?s|hsp|sp|ss?padd|sadd)mm|c?(col|row)_indices|q_\w+|int_repr|\w*memory_?|ipu|set_",
    r"fft|i?stft|signal|special_\w+|distributions|svd\w*|lu\w*|lstsq|cholesky\w*|solve\w*|matrix_\w+",
    r"eigh?|eigvalsh?|qr|slogdet|p?inv|pinverse|cond|ldl\w*|householder\w*|tensor(inv|solve)|bessel\w*",
    r"jit|compile\w*|onnx|export|fx|func|vmap|library|profiler|overrides",  # programs as data
    r"distributed|multiprocessing|hub|utils|save|load|package|DataParallel",  # running and storing
    r"\w*[Cc]onv\w*|\w*[Pp]ool\w*|\w*Norm\w*|\w*_norm|\w*Pad[123]d|[Uu]psampl\w*|interpolate",
    r"(LSTM|GRU|RNN)\w*|(lstm|gru|rnn_)\w*|\w*Transformer\w*|Multihead\w*|EmbeddingBag|Lazy\w+",
    r"(Feature|feature_)?[Aa]lpha_?[Dd]ropout|[Bb]ilinear|[Cc]hannel_?[Ss]huffle|Pixel\w+|RReLU|rrelu",
    r"Softmax2d|Uninitialized\w+|CrossMap\w+|multi_head\w+|embedding_bag|pdist|affine_grid|(orth|dir)\w+_",
    r"parametri\w+|rnn|skip_init|stateless|fus\w+|trunc_normal_|forward_ad|Ada(delta|factor|max)",
    r"LBFGS|[NR]Adam|ASGD|Rprop|Muon|swa_utils|CyclicLR|OneCycleLR|CosineAnnealingWarmRestarts",
    r"erfinv_?|frexp|histogram\w*|i0_?|igammac?_?|(mvl|poly)gamma_?|poisson|nanmedian|renorm_?|range",
    r"gradient|hash_\w+|triangular_\w+|geqrf|or[gm]qr|\w+_window|\w+_reduce_?|\w+_(copy|scatter|strided)",
    r"nonzero_static|unravel_index|typename|frombuffer|from_file|Sym\w+|sym_\w+",
    r"(get|set|use|is|are)_\w*(determin|autocast|matmul|flush|interop|device|tensor_type)\w*",
    r"\w+[Ll]oss|\w+_loss|Dropout[123]d|dropout[123]d|(un)?fold|(Unf|F)old|[Gg]rid\w*|pixel_\w+",
)


OF_TENSORS = """
    angle as_strided_scatter bfloat16 ccol_indices cdouble cfloat chalf cholesky cholesky_inverse
    cholesky_solve coalesce col_indices conj conj_physical conj_physical_ crow_indices cuda
    dense_dim dequantize erfinv erfinv_ frexp geqrf hash_tensor histogram i0 i0_ igamma igamma_
    igammac igammac_ imag index_reduce index_reduce_ indices int_repr ipu is_coalesced istft lu
    lu_solve matrix_exp mtia mvlgamma mvlgamma_ nanmedian new_empty_strided nonzero_static orgqr
    ormqr pin_memory pinverse polygamma polygamma_ q_scale q_zero_point qr qscheme record_stream
    renorm renorm_ row_indices scatter_reduce scatter_reduce_ set_ share_memory_ slice_inverse smm
    sparse_dim sparse_mask sparse_resize_ sspaddmm stft svd to_dense to_mkldnn to_padded_tensor
    to_sparse to_sparse_bsc to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr
    triangular_solve untyped_storage storage storage_type values xpu apply_ cauchy_ const_data_ptr
    dim_order eig geometric_ grad_dtype is_distributed log_normal_ lstsq map2_ map_ module_load
    q_per_channel_axis q_per_channel_scales q_per_channel_zero_points reinforce resize resize_as
    resize_as_sparse_ solve sparse_resize_and_clear_ symeig unsafe_split_with_sizes volatile
"""
"""What PyTorch's tensors have and ours have not."""


class Beyond:
    """Stands where PyTorch's tensors have something: to ask for it gets a clear answer."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, tensor: object, kind: type | None = None) -> None:
        raise AttributeError(out_of_scope(f"torch.Tensor.{self.name}"))


def missing(module: str, name: str) -> str:
    """Why a module has no such name: it is beyond us, or it is nobody's.

    >>> missing("gradviz", "nope")
    "module 'gradviz' has no attribute 'nope'"
    >>> print(missing("gradviz.nn", "Conv2d"))
    torch.nn.Conv2d is beyond gradviz, a small torch for learning autograd; its drawing and
    stepping tools take real torch tensors
    """
    if re.fullmatch("|".join(f"(?:{family})" for family in FAMILIES), name):
        return out_of_scope(f"{module.replace('gradviz', 'torch', 1)}.{name}")
    return f"module '{module}' has no attribute '{name}'"
