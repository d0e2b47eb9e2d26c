"""The modes: gradients on and off, inference, anomalies, hooks on what is saved."""

import pytest

import gradviz

CASES = [
    "with torch.no_grad():\n    log.append(torch.is_grad_enabled())\n    with torch.enable_grad(): log.append((x * 2).requires_grad)\n    log.append((x * 2).requires_grad)\nlog.append(torch.is_grad_enabled())",
    "@torch.no_grad()\ndef f(a): return a * 2\nresult = f(x), f.__name__, torch.is_grad_enabled()",
    "@torch.no_grad\ndef f(a): return a * 2\nresult = f(x)",
    "with torch.set_grad_enabled(False): log.append((x * 2).requires_grad)\nlog.append(torch.is_grad_enabled())",
    "torch.set_grad_enabled(False); log.append(torch.is_grad_enabled()); torch.set_grad_enabled(True); log.append(torch.is_grad_enabled())",
    "try:\n    with torch.no_grad(): 1 / 0\nexcept ZeroDivisionError: result = torch.is_grad_enabled()",
    "with torch.inference_mode(): w = x * 2; log.append((w.is_inference(), torch.is_inference_mode_enabled(), w.requires_grad))\nresult = w",
    "with torch.inference_mode(): w = x * 2\nw._version",
    "with torch.inference_mode(): w = x * 2\nresult = w + 1, (w + 1).is_inference()",
    "with torch.inference_mode(): w = x * 2; w.add_(1)\nresult = w",
    "with torch.inference_mode(): w = k * 2\nresult = (x + w).requires_grad; (x * w)",
    "with torch.inference_mode(): w = k * 2\nc = w.clone(); result = (x * c).sum(), c.is_inference()",
    "with torch.inference_mode(False): result = x * 2",
    "pack = lambda t: (log.append(('pack', t)), t)[1]; unpack = lambda t: (log.append(('unpack', t)), t)[1]\nwith torch.autograd.graph.saved_tensors_hooks(pack, unpack): z = x * y\nz.sum().backward(); result = x.grad, y.grad",
    "with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 10, lambda t: t): z = x.exp()\nz.sum().backward(); result = x.grad",
    "with torch.autograd.graph.saved_tensors_hooks(lambda t: log.append(t.requires_grad), lambda t: k): z = (x * 1) * y\nz.sum().backward(); result = x.grad, y.grad",
    "with torch.autograd.graph.save_on_cpu(): z = x * y\nz.sum().backward(); result = x.grad",
    "with torch.autograd.detect_anomaly(): z = x * 2\nresult = 'traceback_' in z.grad_fn.metadata",
    "with torch.autograd.set_detect_anomaly(True): z = (x * 0).sqrt().sum(); w = z * 0; w.backward()",
    "with torch.autograd.set_detect_anomaly(True, check_nan=False): z = (x * 0).sqrt().sum(); w = z * 0; w.backward(); result = x.grad",
]


@pytest.mark.torch
@pytest.mark.parametrize("code", CASES)
def test_as_in_torch(agree, code):
    agree(code)


def test_an_anomaly_keeps_the_line():
    x = gradviz.tensor(2.0, requires_grad=True)
    with gradviz.autograd.set_detect_anomaly(True):
        y = x * x  # this line
    assert "y = x * x  # this line" in y.grad_fn.metadata["traceback_"][-1]
    assert not (x * x).grad_fn.metadata
