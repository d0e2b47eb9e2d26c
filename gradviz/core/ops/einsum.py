"""einsum: products summed over letters. Every product of two operands is one bmm."""

from itertools import chain

import numpy as np

from ..op import composed, ops


@composed(method=False)
def einsum(equation, *operands):
    """Products summed over the letters that the result does not have."""
    if len(operands) == 1 and isinstance(operands[0], list | tuple): operands = tuple(operands[0])
    inputs, output = subscripts(equation.replace(" ", ""), operands)
    operands, inputs = zip(*[without_repeats(operand, letters) for operand, letters in zip(operands, inputs)])
    sizes = letter_sizes(operands, inputs)
    for letter in output:
        if letter not in sizes: raise RuntimeError(f"einsum(): output subscript {letter} does not appear in the equation for any input operand")
    letters = [*output, *[letter for letter in sizes if letter not in output]]
    lined = [arranged(operand, own, letters) for operand, own in zip(operands, inputs)]
    result, seen = lined[0], set(inputs[0])
    summed = [dim for dim, letter in enumerate(letters) if letter not in output]
    if len(lined) == 1: return ops.sum_dim(result, tuple(summed), False) if summed else result
    for number in range(1, len(lined)):
        later = set().union(*inputs[number + 1:])
        gone = [dim for dim in summed if letters[dim] not in later and letters[dim] in seen | set(inputs[number])]
        result = pair_product(result, lined[number], gone) if gone else ops.mul(result, lined[number])
        seen |= set(inputs[number])
    return ops.view(result, tuple(result._shape[:len(output)])) if summed else result

def subscripts(equation, operands):
    """The letters of each operand and of the result; an ellipsis becomes letters of its own."""
    left, arrow, right = equation.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise RuntimeError("einsum(): " + ("more operands were provided than specified in the equation" if len(inputs) < len(operands) else "fewer operands were provided than specified in the equation"))
    spare = [chr(code) for code in range(0x3B1, 0x3B1 + 20)]
    widths = [len(operand._shape) - len(own.replace("...", "")) for own, operand in zip(inputs, operands)]
    dots = max([width for own, width in zip(inputs, widths) if "..." in own], default=0)
    for number, (own, operand, width) in enumerate(zip(inputs, operands, widths)):
        if "..." not in own and width:
            raise RuntimeError(f"einsum(): the number of subscripts in the equation ({len(own)}) does not match the number of dimensions ({len(operand._shape)}) for operand {number} and no ellipsis was given")
        inputs[number] = own.replace("...", "".join(spare[dots - width:dots]))
    if arrow: return inputs, right.replace("...", "".join(spare[:dots]))
    counted = "".join(inputs)
    once = sorted(letter for letter in set(counted) if counted.count(letter) == 1 and letter not in spare)
    return inputs, "".join(spare[:dots]) + "".join(once)

def without_repeats(operand, letters):
    """An operand whose repeated letters have become diagonals."""
    kept = ""
    for letter in letters:
        if letter not in kept:
            kept += letter
            continue
        first, second = kept.index(letter), len(kept)
        operand = ops.diagonal(operand, 0, first, second)
        order = [*range(first), len(operand._shape) - 1, *range(first, len(operand._shape) - 1)]
        operand = ops.permute(operand, tuple(order))
    return operand, kept

def letter_sizes(operands, inputs):
    sizes = {}
    for number, (operand, letters) in enumerate(zip(operands, inputs)):
        for letter, size in zip(letters, operand._shape):
            before = sizes.get(letter, 1)
            if before not in (1, size) and size != 1:
                raise RuntimeError(f"einsum(): subscript {letter} has size {size} for operand {number} which does not broadcast with previously seen size {before}")
            sizes[letter] = max(before, size) if size else 0
    return sizes

def arranged(operand, own, letters):
    """One dimension for every letter, in their order."""
    missing = [letter for letter in letters if letter not in own]
    for _ in missing: operand = ops.unsqueeze(operand, len(operand._shape))
    have = [*own, *missing]
    return ops.permute(operand, tuple(have.index(letter) for letter in letters))

def pair_product(left, right, gone):
    """Multiply two operands of the same dimensions and sum over some, which stay, one wide."""
    both, first, second, summed = [], [], [], []
    for dim, (a, b) in enumerate(zip(left._shape, right._shape)):
        if dim in gone:
            if a == 1 and b > 1: right = ops.sum_dim(right, (dim,), True)
            elif b == 1 and a > 1: left = ops.sum_dim(left, (dim,), True)
            summed.append(dim)
        elif a != 1 and b != 1: both.append(dim)
        elif a != 1: first.append(dim)
        else: second.append(dim)
    rows, columns = (both, first, summed, second), (both, summed, second, first)
    a = ops.reshape(ops.permute(left, tuple(chain(*rows))), (size_of(left, both), size_of(left, first), size_of(left, summed)))
    b = ops.reshape(ops.permute(right, tuple(chain(*columns))), (size_of(right, both), size_of(right, summed), size_of(right, second)))
    made = [*both, *first, *summed, *second]
    widths = [1 if dim in summed else max(left._shape[dim], right._shape[dim]) for dim in made]
    return ops.permute(ops.view(ops.bmm(a, b), tuple(widths)), tuple(made.index(dim) for dim in range(len(made))))

def size_of(operand, dims):
    """How many elements some dimensions hold together."""
    return int(np.prod([operand._shape[dim] for dim in dims], dtype=int))
