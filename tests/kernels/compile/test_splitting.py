"""Every kernel that can be cut: ranges read and write only their windows, and compute what the whole does."""

import numpy as np
import pytest

from minitf.kernels.compile import abi, layout
from minitf.kernels.compile.splitting import COLUMNS, VECTOR, Across, By, Either, Nest, Product, Shared, Sums, Window
from minitf.kernels.math.gemm import gemm

ROWS, WIDTH = 7, 5
RANDOM = np.random.RandomState(3)


def real(*shape):
    return RANDOM.uniform(0.2, 0.8, shape).astype(np.float32)


def index(high, *shape):
    return RANDOM.randint(0, high, shape).astype(np.int32)


def flat(names):
    return [real(WIDTH) if n != "n" else WIDTH for n in names]


def nest(*shapes):
    return lambda: [*(real(*s) for s in shapes), real(*layout.broadcast(*shapes)[0]), *layout.broadcast(*shapes)[1:]]


def bias():
    return [real(ROWS, 8), real(WIDTH), real(ROWS, WIDTH), 0.5, ROWS, WIDTH, 8]


def of_two():
    return [real(ROWS, 8), real(ROWS, 6), real(ROWS, WIDTH), real(ROWS, 9), ROWS, WIDTH, 8, 6, WIDTH, 9]


def of_flat_two():
    n = ROWS * WIDTH
    return [real(n), real(n), real(n), real(n), 1, n, n, n, n, n]


def product(ta, tb, beta):
    def make():
        m, n, k = ROWS, 9, 6
        a, b = real(*((k, m) if ta else (m, k))), real(*((n, k) if tb else (k, n)))
        return [a, b, real(m, n), m, n, k, ta, tb, a.shape[1], b.shape[1], n, beta, 1, 0, 0, 0]

    return make


def reduction(shape, axes):
    def make():
        size = int(np.prod([n for axis, n in enumerate(shape) if axis not in axes]))
        return [real(*shape), real(size), size, *layout.reduction(shape, axes)]

    return make


def along(before, after, *numbers):
    outer, n, inner = before
    return lambda: [real(*before), real(*after), outer, n, inner, *numbers]


def matrices():
    return real(ROWS, 4, 4) + 4 * np.eye(4, dtype=np.float32)


def optimizer(kernel):
    """Operands of a dense update: hyperparameters are one number."""
    names = list(kernel.operands)
    slots = names.index("lr") if names[1] != "m" else names.index("beta1_power")
    sizes = [WIDTH if i < slots or name == "g" else 1 for i, name in enumerate(names[: names.index("index")])]
    flags = [0] * (len(names) - names.index("width") - 1)
    return [*(real(size) for size in sizes), np.zeros(1, np.int32), 1, 1, WIDTH, *flags]


def copied():
    return [
        real(6, ROWS, WIDTH).view(np.uint32),
        real(ROWS, 6, WIDTH).view(np.uint32),
        0,
        *layout.transpose((6, ROWS, WIDTH), (1, 0, 2)),
    ]


def written():
    return [real(ROWS, WIDTH).view(np.uint32), real(ROWS, 9).view(np.uint32), 3, 2, (ROWS, 9, WIDTH, 1)]


def selected():
    a, b = (real(ROWS, WIDTH).view(np.uint32) for _ in "ab")
    rank, dims = layout.nest((ROWS, WIDTH), (1, 0), (WIDTH, 1), (WIDTH, 1))
    return [(real(ROWS) > 0.5).astype(np.uint8), a, b, a.copy(), rank, dims]


def images(*counted):
    """Numbers of six images of 4 x 3 pixels, of `counted` if there are others to count."""
    return (0, *(counted or (6,)), 4, 3, 2, 4, 3)


def filters(*shape):
    """Scratch for the gradient of a filter, and that."""
    return real(*shape), real(*shape)


def slots(count, capacity):
    """Numbers of `count` slots of `capacity` ones."""
    return count, capacity, ROWS, WIDTH, ROWS * WIDTH


# Volumes of 2 x 4 x 3, and how a filter of 2 x 3 x 2 lies on them.
VOLUMES = (2, 4, 3, 2, 2, 4, 3, 5, 2, 3, 2, 1, 1, 1, 1, 1, 1, 0, 1, 0)
WIDE_VOLUMES = (2, 4, 9, 2, 2, 4, 9, 5, 2, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0)  # whose patches are read where they overlap

SAMPLES = {
    "put_slots": [
        lambda: [index(3, 4), real(3, ROWS, WIDTH).view(np.uint32), real(4, ROWS, WIDTH).view(np.uint32), *slots(3, 4)]
    ],
    "get_slots": [
        lambda: [
            *(np.array([2, 0, 3], np.int32), np.array([3]), np.array([1, 0, 1, 1], np.uint8)),
            *(real(4, ROWS, WIDTH).view(np.uint32), real(3, ROWS, WIDTH).view(np.uint32), *slots(3, 4)),
        ]
    ],
    "take_at": [
        lambda: [
            index(4, 1),
            *(real(ROWS, n, WIDTH).view(np.uint32) for n in (6, 2)),
            0,
            1,
            6,
            ROWS,
            2,
            1,
            WIDTH,
            WIDTH,
        ],
        lambda: [index(4, 1), *(real(n, ROWS, WIDTH).view(np.uint32) for n in (6, 1)), 0, 1, 6, 1, 1, *slots(1, 1)[2:]],
    ],
    "put_at": [
        lambda beta=beta: [
            index(4, 1),
            *(real(ROWS, n, WIDTH) for n in (2, 6)),
            0,
            1,
            6,
            ROWS,
            2,
            1,
            WIDTH,
            WIDTH,
            beta,
        ]
        for beta in (0, 1)
    ]
    + [
        lambda beta=beta: [index(4, 1), *(real(n, ROWS, WIDTH) for n in (1, 6)), 0, 1, 6, 1, 1, *slots(1, 1)[2:], beta]
        for beta in (0, 1)
    ],
    "betainc": [nest((ROWS, WIDTH), (WIDTH,), (ROWS, 1))],
    "crop_and_resize": [
        lambda nearest=nearest: [
            real(2, 5, 4, 3),
            real(6, 4),
            index(2, 6),
            real(6, 2, 3, 3),
            0.5,
            0,
            6,
            5,
            4,
            3,
            2,
            3,
            nearest,
        ]
        for nearest in (0, 1)
    ],
    "dilation": [lambda: [real(6, 4, 3, 2), real(3, 2, 2), real(24, 3, 2), -9.0, *images(24), 3, 2, 1, 1, 1, 1, 1, 0]],
    "weighted_rows": [
        lambda: [
            real(6, 4, 3),
            np.arange(0, 12, 2),
            index(4, 10).astype(np.int64),
            real(10),
            real(6, 5, 3),
            6,
            5,
            3,
            12,
            15,
        ]
    ],
    "tapped_rows": [
        lambda: [real(6, 4, 3), index(4, 5, 2).astype(np.int64), real(5, 2), real(6, 5, 3), 6, 5, 2, 3, 12, 15]
    ],
    "blended_rows": [
        lambda: [
            real(6, 4, 3),
            *(index(4, 5).astype(np.int64) for _ in range(2)),
            real(5),
            real(6, 5, 3),
            6,
            5,
            3,
            12,
            15,
        ]
    ],
    "conv2d": [lambda: [real(6, 4, 3, 2), real(3, 2, 2, 5), real(72, 5), *images(72), 5, 3, 2, 1, 1, 1, 1, 1, 0]],
    "conv2d_filter": [
        lambda: [*(real(6, 4, 3, n) for n in (2, 5)), *filters(12, 5), *images(12, 0, 5, 6), 5, 3, 2, 1, 1, 1, 1, 1, 0]
    ],
    "conv2d_input": [lambda: [real(6, 4, 3, 5), real(5, 12), real(6, 4, 3, 2), *images(), 5, 3, 2, 1, 1, 1, 1, 1, 0]],
    "conv2d_batch": [
        lambda: [real(6, 4, 3, 2), real(3, 2, 2, 5), real(6, 4, 3, 5), *images(), 5, 3, 2, 1, 1, 1, 1, 1, 0]
    ],
    "conv2d_filter_batch": [
        lambda: [*(real(6, 4, 3, n) for n in (2, 5)), *filters(12, 5), *images(12, 0, 5, 6), 5, 3, 2, 1, 1, 1, 1, 1, 0]
    ],
    "conv2d_input_batch": [
        lambda: [real(6, 4, 3, 5), real(5, 12), real(6, 4, 3, 2), *images(), 5, 3, 2, 1, 1, 1, 1, 1, 0]
    ],
    "conv3d": [
        lambda w=w, how=how: [real(3, 2, 4, w, 2), real(2, 3, 2, 2, 5), real(6, 4, w, 5), 0, 6, *how]
        for w, how in ((3, VOLUMES), (9, WIDE_VOLUMES))
    ],
    "conv3d_filter": [
        lambda w=w, how=how: [real(3, 2, 4, w, 2), real(3, 2, 4, w, 5), real(24, 5), 0, 24, 3, *how]
        for w, how in ((3, VOLUMES), (9, WIDE_VOLUMES))
    ],
    "conv3d_input": [lambda: [real(6, 2, 4, 3, 5), real(5, 24), real(6, 2, 4, 3, 2), 0, 6, *VOLUMES]],
    "depthwise": [lambda: [real(6, 4, 3, 2), real(3, 2, 2), real(24, 3, 2), *images(24), 3, 2, 1, 1, 1, 1, 1, 0]],
    "depthwise_filter": [
        lambda: [real(6, 4, 3, 2), real(6, 4, 3, 10), real(6, 2, 5), *images(6, 6), 5, 3, 2, 1, 1, 1, 1, 1, 0]
    ],
    "depthwise_input": [
        lambda: [real(6, 4, 3, 10), real(3, 2, 2, 5), real(6, 4, 3, 2), *images(), 5, 3, 2, 1, 1, 1, 1, 1, 0]
    ],
    "lrn": [lambda: [real(ROWS, WIDTH), real(ROWS, WIDTH), 2.0, 0.5, 0.75, 1, ROWS, WIDTH]],
    "lrn_grad": [lambda: [*(real(ROWS, WIDTH) for _ in range(5)), 2.0, 0.5, 0.75, 1, ROWS, WIDTH]],
    "normalize_channels": [
        lambda: [real(ROWS, WIDTH), *(real(WIDTH) for _ in range(4)), real(ROWS, WIDTH), ROWS, WIDTH]
    ],
    "normalize_channels_grad": [
        lambda: [
            *(real(ROWS, WIDTH) for _ in range(2)),
            *(real(WIDTH) for _ in range(5)),
            real(ROWS, WIDTH),
            0.5,
            ROWS,
            WIDTH,
        ]
    ],
    "max_pool": [lambda: [real(6, 4, 3, 2), real(24, 3, 2), -9.0, *images(24), 3, 2, 1, 1, 1, 0]],
    "max_pool_places": [
        lambda: [real(6, 4, 3, 2), real(24, 3, 2), index(9, 24, 3, 2), *images(24), 3, 2, 1, 1, 1, 0, 1]
    ],
    "max_pool_grad": [lambda: [real(6, 4, 3, 2), real(24, 3, 2), real(6, 4, 3, 2), *images(), 3, 2, 1, 1, 1, 0, 1]],
    "max_pool_grad_grad": [
        lambda: [real(6, 4, 3, 2), real(24, 3, 2), real(6, 4, 3, 2), real(24, 3, 2), *images(24), 3, 2, 1, 1, 1, 0]
    ],
    "avg_pool": [lambda: [real(6, 4, 3, 2), real(24, 3, 2), *images(24), 3, 2, 1, 1, 1, 0]],
    "avg_pool_grad": [lambda: [real(24, 3, 2), real(6, 4, 3, 2), *images(), 3, 2, 1, 1, 1, 0]],
    "gemm": [product(ta, tb, beta) for ta in (0, 1) for tb in (0, 1) for beta in (0, 1)],
    "add_rows": [lambda: [real(ROWS, 6 * VECTOR + 3), real(6 * VECTOR), ROWS, 6 * VECTOR, 6 * VECTOR + 3]],
    "sum_into_rows": [
        lambda: [
            index(6, ROWS),
            real(ROWS, 5 * VECTOR),
            real(6, 5 * VECTOR),
            6,
            5 * VECTOR,
            ROWS,
            5 * VECTOR,
            5 * VECTOR,
            1,
        ]
    ],
    "pick_rows": [lambda: [index(6, ROWS), real(6, 9), real(ROWS, 9), ROWS, WIDTH, 6, 9, 9, 1]],
    "roll": [lambda: [real(6, 4, 3).view(np.uint32), np.int32([2, 3]), real(6, 4, 3).view(np.uint32), 1, 6, 4, 3]],
    "patches": [lambda: [*[real(5, n).view(np.uint32) for n in (24, 48)], 5, *(4, 3, 2, 2, 2, 3, 2, 2, 2, 1, 1, 1, 0)]],
    "gather": [lambda: [real(6, 4).view(np.uint32), index(6, ROWS), real(ROWS, 4).view(np.uint32), 1, 6, ROWS, 4]],
    "top_k": [
        lambda k=k: [real(ROWS, 64), real(ROWS, k), index(9, ROWS, k), *(index(9, ROWS, 64) for _ in "12"), ROWS, 64, k]
        for k in (3, 40)
    ],
    "leaky_relu": [lambda: [real(WIDTH), real(WIDTH), real(WIDTH), 0.1, WIDTH]],
    "fill": [lambda: [real(1).view(np.uint32), real(WIDTH).view(np.uint32), WIDTH]],
    "divide_by_count": [lambda: [real(WIDTH), 3, WIDTH]],
    "cross_products": [lambda: [real(WIDTH, 3), real(WIDTH, 3), real(WIDTH, 3), WIDTH]],
    "strided_copy": [
        copied,
        lambda: [real(4, ROWS).view(np.uint32), real(ROWS, 4).view(np.uint32), 0, *layout.transpose((4, ROWS), (1, 0))],
        lambda: [
            real(20, ROWS).view(np.uint32),
            real(ROWS, 20).view(np.uint32),
            0,
            *layout.transpose((20, ROWS), (1, 0)),
        ],
    ],
    "strided_write": [written],
    "select": [selected],
    "softmax_xent": [lambda: [real(ROWS, WIDTH), real(ROWS, WIDTH), real(ROWS), real(ROWS, WIDTH), ROWS, WIDTH]],
    "sparse_softmax_xent": [
        lambda: [real(ROWS, WIDTH), index(WIDTH, ROWS), real(ROWS), real(ROWS, WIDTH), ROWS, WIDTH]
    ],
    **dict.fromkeys(("rgb_to_hsv", "hsv_to_rgb"), [lambda: [real(ROWS, 3), real(ROWS, 3), ROWS]]),
    **dict.fromkeys(("turn_hue", "scale_saturation"), [lambda: [real(ROWS, 3), real(1), real(ROWS, 3), ROWS]]),
    "stretch_contrast": [lambda: [real(ROWS, 4, 3), real(1), real(ROWS, 4, 3), ROWS, 4, 3]],
    **dict.fromkeys(("argmax", "argmin"), [along((ROWS, 4, 3), (ROWS, 3)), along((ROWS, 99, 1), (ROWS, 1))]),
    **dict.fromkeys(
        ("cumsum", "cumprod", "cumlogsumexp"),
        [
            along((ROWS, 4, inner), (ROWS, 4, inner), exclusive, reverse)
            for inner in (1, 3)
            for exclusive in (0, 1)
            for reverse in (0, 1)
        ],
    ),
    "copy_shaped": [lambda: [real(ROWS, 4).view(np.uint32), real(ROWS, 4).view(np.uint32), 2, (ROWS, 4)]],
    "cholesky": [lambda: [matrices(), matrices(), matrices(), ROWS, 4]],
    "determinants": [lambda: [matrices(), real(ROWS), index(9, ROWS, 4), ROWS, 4]],
    "identities": [lambda: [matrices(), ROWS, 4]],
    "solve": [lambda: [matrices(), real(ROWS, 4, 2), index(9, ROWS, 4), ROWS, 4, 2]],
    "triangular_solve": [lambda: [matrices(), real(ROWS, 4, 2), ROWS, 4, 2, 1, 0]],
}


def samples(kernel):
    """Functions that make operands for a kernel."""
    names = list(kernel.operands)
    if kernel.name in SAMPLES:
        return SAMPLES[kernel.name]
    if names[-3:] == ["o", "rank", "dims"]:
        more = [(ROWS, WIDTH)] * (len(names) - 5)
        return [
            nest(x, y, *more) for x, y in (((ROWS, WIDTH),) * 2, ((ROWS, WIDTH), (WIDTH,)), ((ROWS, 1), (1, WIDTH)))
        ]
    if kernel.name.startswith("bias_"):
        return [bias]
    if kernel.name.startswith(("mul_", "add_")):
        return [of_two, of_flat_two]
    if kernel.name.startswith("apply_"):
        return [lambda: optimizer(kernel)]
    if isinstance(kernel.split, Sums):
        return [reduction((ROWS, WIDTH), (1,)), reduction((ROWS, 3, WIDTH), (1,)), reduction((ROWS, 33), (1,))]
    if names[-2:] == ["rows", "width"]:
        return [lambda: [real(ROWS, WIDTH), real(ROWS, WIDTH), ROWS, WIDTH]]
    return [lambda: flat(names)]


OURS = [kernel for kernel in abi.KERNELS.values() if kernel.function.__module__.startswith("minitf.")]
CUT = [kernel for kernel in OURS if kernel.split is not None]


def instance(kernel, operands):
    """The kernel for operands of float32 where it may be, and the operands in its types."""
    dtypes = {v: np.dtype(np.float32) if np.dtype(np.float32) in d else d[0] for v, d in kernel.dtypes.items()}
    if "I" in dtypes:
        dtypes["I"] = np.dtype(np.int32)
    if kernel.split is not None and kernel.name in ("copy", "assign", "clear", "fill"):
        dtypes["T"] = np.dtype(np.uint32)
    if any(isinstance(o, np.ndarray) and o.dtype == np.uint32 for o in operands):
        dtypes["T"] = np.dtype(np.uint32)
    made = kernel[tuple(dtypes[v] for v in kernel.variables)]
    cast = [
        o if isinstance(kind, str) or o.dtype == kind or o.dtype == np.uint32 else (o * 4).astype(kind)
        for o, kind in zip(operands, made.operands)
    ]
    return made, [o.copy() if isinstance(o, np.ndarray) else o for o in cast]


def part_operands(kernel, operands, first, count, exact, rule=None):
    """The operands of a range; `exact`: windows are arrays of their own, for whatever is outside."""
    rule = rule or kernel.split
    names = list(kernel.operands)
    numbers = {n: o for n, o in zip(names, operands) if not isinstance(o, np.ndarray)}
    changes, windows, result = rule.part(numbers, first, count), {}, []
    for name, operand in zip(names, operands):
        change = changes.get(name, operand)
        if isinstance(change, Window):
            view = operand.reshape(-1)[change.start : change.start + change.size]
            assert view.size == change.size, name
            windows[name] = view
            change = view.copy() if exact else view
        result.append(change)
    return result, windows


@pytest.mark.parametrize("kernel", CUT, ids=lambda k: k.name)
def test_ranges_are_the_whole(kernel):
    for make in samples(kernel):
        made, whole = instance(kernel, make())
        before = [o.copy() if isinstance(o, np.ndarray) else o for o in whole]
        numbers = {n: o for n, o in zip(kernel.operands, whole) if not isinstance(o, np.ndarray)}
        rule = kernel.split if not isinstance(kernel.split, Shared) else kernel.split.among_threads(numbers)
        pieces = rule.pieces(numbers)
        assert pieces >= WIDTH
        cuts = [0, 1, pieces // 2, pieces]
        for first, last in zip(cuts, cuts[1:]):
            operands, _ = part_operands(kernel, before, first, last - first, True, rule)
            assert made.python(*operands) == 0  # which checks its indices: nothing native writes past an end
        assert made.run(*whole) == 0
        parts = [o.copy() if isinstance(o, np.ndarray) else o for o in before]
        for first, last in reversed(list(zip(cuts, cuts[1:]))):  # in any order
            operands, _ = part_operands(kernel, parts, first, last - first, False, rule)
            assert made.run(*operands) == 0
        for found, expected in zip(parts, whole):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("rule", "operands"),
    [
        (By("width", when=lambda o: o["rows"] == 1), {"rows": 2, "width": 50}),
        (Either(By("n", when=lambda o: False)), {"n": 9}),
        (Nest(["a"], packed="o"), {"dims": (4, 8, 5, -1)}),  # reversed: its first item is not its start
        (Product(), {"m": 9, "batch": 2}),
        (Sums(), {"dims": (4, 8, 0, 5, 1, 1)}),
        (Across("width", a=("rows", "step"), o=None), {"width": 5 * VECTOR + 1, "rows": 9, "step": 99}),
    ],
)
def test_what_is_not_cut(rule, operands):
    assert rule.pieces(operands) == 0


@pytest.mark.parametrize(
    "shape, packed", [((4, 3), True), ((3,), False), ((4, 1), False), ((1, 3), False), ((1, 1), False)]
)
def test_what_is_read_as_it_is_written(shape, packed):
    rank, dims = layout.broadcast((4, 3), shape)[1:]
    operands = {"rank": rank, "dims": dims}
    rule = Nest(["a", "b"], packed="o")
    assert rule.packs(operands, "a") and rule.packs(operands, "b") == packed
    assert not Nest(["a"], packed="o").packs({"dims": layout.transpose((4, 3), (1, 0))[1]}, "a")
    assert rule.packs({"dims": layout.broadcast((), ())[2]}, "a")  # one item has no strides
    assert By("n", a=1, o=1).packs({"n": 5}, "a")


def test_the_first_row_of_a_bad_range_is_its_own():
    kernel = abi.KERNELS["sparse_softmax_xent"]
    made, operands = instance(kernel, SAMPLES["sparse_softmax_xent"][0]())
    operands[1][5] = WIDTH
    assert made.run(*operands) == 6
    part, _ = part_operands(kernel, operands, 4, 3, exact=False)
    assert made.run(*part) == 2


@pytest.mark.parametrize("beta", [0, 1])
def test_threads_pick_columns_where_they_share_products_by_columns(beta):
    kernel, n = abi.KERNELS["pick_rows"], 17 * VECTOR
    b, c, picked = real(6, n), real(ROWS, n), index(8, ROWS)  # 6 and 7 are rows of zeros
    whole = [picked, b, c.copy(), ROWS, n, 6, n, n, beta]
    numbers = {name: o for name, o in zip(kernel.operands, whole) if not isinstance(o, np.ndarray)}
    rule, parts = kernel.split.among_threads(numbers), [*whole[:2], c.copy(), *whole[3:]]
    assert rule.pieces(numbers) == 17
    for first, last in ((9, 17), (0, 9)):
        operands, _ = part_operands(kernel, parts, first, last - first, exact=False, rule=rule)
        kernel["int32", "float32"].run(*operands)
    kernel["int32", "float32"].run(*whole)
    np.testing.assert_array_equal(parts[2], whole[2])
    for few in ({"n": 15 * VECTOR}, {"m": 300}, {"n": 17 * VECTOR + 1}):
        assert kernel.split.among_threads(numbers | few) is kernel.split


@pytest.mark.parametrize("tb", [0, 1])
@pytest.mark.parametrize("beta", [0, 1])
def test_columns_of_a_product_are_the_whole(tb, beta):
    made, (m, n, k) = gemm["float32"], (5, 4 * VECTOR, 9)
    a, b, c = real(m, k), real(*((n, k) if tb else (k, n))), real(m, n)
    whole = [a, b, c.copy(), m, n, k, 0, tb, k, b.shape[1], n, beta, 1, 0, 0, 0]
    parts = [a, b, c.copy(), *whole[3:]]
    assert COLUMNS.pieces(dict(zip(gemm.operands, whole))) == 4
    made.run(*whole)
    for first, count in ((1, 3), (0, 1)):
        made.run(*part_operands(gemm, parts, first, count, False, COLUMNS)[0])
        assert made.python(*part_operands(gemm, parts, first, count, True, COLUMNS)[0]) == 0
    np.testing.assert_array_equal(parts[2], whole[2])


def test_threads_share_a_large_matrix_by_columns():
    large = {"m": 50, "n": 512, "k": 128, "ta": 0, "batch": 1}
    assert gemm.split.among_threads(large) is COLUMNS
    for other in ({"n": 520}, {"n": 128}, {"m": 500}, {"ta": 1}):
        assert gemm.split.among_threads(large | other) is gemm.split
