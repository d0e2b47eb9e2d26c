"""What PyTorch has and a teaching engine has not, so that asking for it gets a clear answer."""

from __future__ import annotations

import re

FAMILIES = (
    r"bfloat16|float[48]_\w+|u?int[1-7]|uint(16|32|64)|q(u?int|scheme)\w*",  # types
    r"complex\w*|c(float|double|half)|conj\w*|real|imag|angle|polar|resolve_\w+|view_as_\w+",
    r"cuda|mps|xpu|mtia|accelerator|backends|Stream|Event|autocast|amp|GradScaler",  # devices
    r"\w*sparse\w*|\w*quanti[sz]\w*|nested|masked|\w*[Ss]torage|memory_format",  # layouts
    r"fft|i?stft|signal|special_\w+|distributions|svd\w*|lu\w*|lstsq|cholesky\w*|solve\w*|matrix_\w+",
    r"eigh?|eigvalsh?|qr|slogdet|p?inv|pinverse|cond|ldl\w*|householder\w*|tensor(inv|solve)|bessel\w*",
    r"jit|compile\w*|onnx|export|fx|func|vmap|library|profiler|overrides",  # programs as data
    r"distributed|multiprocessing|hub|utils|save|load|package|DataParallel",  # running and storing
    r"\w*[Cc]onv\w*|\w*[Pp]ool\w*|\w*Norm\w*|\w*_norm|\w*Pad[123]d|[Uu]psample\w*|interpolate",
    r"(LSTM|GRU|RNN)\w*|(lstm|gru|rnn_)\w*|\w*Transformer\w*|Multihead\w*|EmbeddingBag|Lazy\w+",
    r"(Feature|feature_)?[Aa]lpha_?[Dd]ropout|[Bb]ilinear|[Cc]hannel_?[Ss]huffle|Pixel\w+|RReLU|rrelu",
    r"Softmax2d|Uninitialized\w+|CrossMap\w+|multi_head\w+|embedding_bag|pdist|affine_grid|(orth|dir)\w+_",
    r"parametri\w+|rnn|skip_init|stateless|fus\w+|trunc_normal_|forward_ad|Ada(delta|factor|max)",
    r"LBFGS|[NR]Adam|ASGD|Rprop|Muon|swa_utils|CyclicLR|OneCycleLR|CosineAnnealingWarmRestarts",
    r"\w+[Ll]oss|\w+_loss|Dropout[123]d|dropout[123]d|(un)?fold|(Unf|F)old|[Gg]rid\w*|pixel_\w+",
)


def missing(module: str, name: str) -> str:
    """Why a module has no such name: it is beyond us, or it is nobody's.

    >>> missing("gradviz", "nope")
    "module 'gradviz' has no attribute 'nope'"
    >>> print(missing("gradviz.nn", "Conv2d"))
    torch.nn.Conv2d is beyond gradviz, a small torch for learning autograd; its drawing and
    stepping tools take real torch tensors
    """
    if re.fullmatch("|".join(f"(?:{family})" for family in FAMILIES), name):
        place = module.replace("gradviz", "torch", 1)
        return (
            f"{place}.{name} is beyond gradviz, a small torch for learning autograd; its drawing "
            "and stepping tools take real torch tensors"
        )
    return f"module '{module}' has no attribute '{name}'"
