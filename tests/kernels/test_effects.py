"""Kernels do with their operands what they declare, no more and no less: each runs as plain Python."""

import importlib
from pathlib import Path

import numpy as np
import pytest

import minitf.kernels
from minitf.kernels.compile import splitting
from minitf.kernels.compile.abi import FLOATS, KERNELS, T, f64p, kernel

for path in Path(minitf.kernels.__file__).parent.glob("*/*.py"):
    if path.stem not in ("compiler", "target", "precompile"):
        importlib.import_module(f"minitf.kernels.{path.parent.name}.{path.stem}")

SIZE = 24  # items of every operand in memory
FLAT = (1, (6, 1, 1))  # rank and dims of a nest
MACHINE = ["vm", "flushed", "meet", "serve", "lead", "leave"]  # run other code, or wait for others
# Volumes of 2 x 2 x 2, a filter of 2 x 2 x 2, and how it lies on them.
_VOLUMES = "d h w c od oh ow out kd kh kw sd sh sw dd dh dw near top left"
_LAIN = (2, 2, 2, 1, 2, 2, 2, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0)
NUMBERS = {  # by the names of the operands that are no memory
    "n": (6,),
    "rank dims": FLAT,
    "from_row to_row rank dims": (3, 2, 2, (2, 2)),
    "n bits": (6, 23),
    "n bins": (6, 4),
    "n images": (6, 7),
    "lowest first count h w c oh ow kh kw sh sw dh dw top left": (-9.0, 0, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0),
    "size of_filter lowest images h w c oh ow kh kw sh sw dh dw top left": (
        *(4, 0, -9.0, 1, 2, 2, 1),
        *(2, 2, 2, 2, 1, 1, 1, 1, 1, 0),
    ),
    "most": (150,),
    "least": (0,),
    "n most limit": (4, 3, 0.5),
    "outer new taps width a_step o_step": (2, 2, 2, 3, 6, 6),
    "outer new width a_step o_step": (2, 2, 3, 6, 6),
    "outside first count h w c height width nearest": (0.5, 0, 2, 2, 2, 1, 2, 2, 0),
    "size count h w c height width nearest": (8, 2, 2, 2, 1, 2, 2, 0),
    "rows channels least most": (2, 3, 0, 255),
    "n least most given to_even": (6, -128, 127, 0, 1),
    "n width": (3, 2),
    "n inner": (3, 2),
    "n steps": (4, 3),
    "n capacity": (3, 4),
    "count n": (3, 6),
    "count start": (6, 0),
    "number": (7,),
    "n wanted": (3, (0, 1, 1)),
    "n numbers": (3, (4, 5, 6)),
    "n rank dims": (6, 2, (2, 3)),
    "n places": (6, 8),
    "n width places": (6, 4, 8),
    "n count": (6, 2),
    "n count width": (4, 2, 3),
    "limit": (100,),
    "limit row": (6, 4),
    "alpha n": (0.5, 6),
    "rows classes samples": (2, 3, 2),
    "samples n": (2, 3),
    "size capacity": (2, 4),
    "capacity n": (4, 3),
    "rows width": (2, 3),
    "share rows width": (0.5, 2, 3),
    "epsilon n": (0.5, 6),
    "factor n": (0.5, 6),
    "rows width k": (2, 4, 2),
    "rows width step": (2, 3, 3),
    "rows columns": (2, 3),
    "shift rows width step": (0.5, 2, 3, 3),
    "size rank dims": (2, 2, (2, 3, 1, 3, 1, 0)),
    "offset rank dims": (1, 1, (3, 2)),
    "outer size inner before after edge": (1, 2, 2, 1, 1, 0),
    "size reach stride same before after wanted": (5, 2, 2, 0, 0, 1, -1),
    "outer rows n width": (1, 3, 4, 2),
    "item wraps size outer n rows width stride": (0, 1, 3, 2, 2, 1, 2, 2),
    "item wraps size outer n rows width stride beta": (0, 1, 3, 2, 2, 1, 2, 2, 1),
    "n width depth dims": (2, 2, 2, (2, 2)),
    "images h w c oh ow kh kw sh sw dh dw top left": (2, 2, 2, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 0),
    "item outer size width": (0, 2, 3, 2),
    "outer depth inner": (2, 3, 2),
    "outer first middle second inner batch_first": (1, 2, 1, 3, 2, 1),
    "batch rows columns": (1, 2, 3),
    "batch n": (2, 2),
    "images pixels c": (2, 3, 4),
    "batch n k": (2, 2, 3),
    "batch n k lower turned": (2, 2, 3, 1, 0),
    "outer n inner": (2, 3, 2),
    "outer n inner exclusive reverse": (2, 3, 2, 0, 0),
    "n width count": (3, 2, 3),
    "n width step depth dims": (2, 3, 1, 1, (4,)),
    "m n k ta tb lda ldb ldc beta batch a_next b_next c_next": (2, 3, 4, 0, 0, 4, 3, 3, 1, 1, 0, 0, 0),
    "m n depth ldb ldc beta": (2, 3, 3, 3, 3, 1),
    "depth n m ldb ldc beta": (3, 3, 2, 3, 3, 1),
    "first count h w c oh ow out kh kw sh sw dh dw top left": (0, 2, 2, 2, 1, 2, 2, 1, 2, 2, 1, 1, 1, 1, 1, 0),
    "first count skipped width n h w c oh ow out kh kw sh sw dh dw top left": (
        *(0, 4, 0, 1, 2, 2, 2, 1),
        *(2, 2, 1, 2, 2, 1, 1, 1, 1, 1, 0),
    ),
    "lowest first count h w c oh ow kh kw sh sw top left": (-9.0, 0, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 0),
    "first count h w c oh ow kh kw sh sw top left": (0, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 0),
    "first count h w c oh ow kh kw sh sw top left whole": (0, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 0, 0),
    "images size count whole": (2, 3, 2, 0),
    "first count h w c oh ow kh kw sh sw top left positive": (0, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 0, 1),
    "first count h w c oh ow kh kw sh sw dh dw top left": (0, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0),
    "first count h w c oh ow m kh kw sh sw dh dw top left": (0, 2, 2, 2, 1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0),
    "first count images h w c oh ow m kh kw sh sw dh dw top left": (0, 4, 2, 2, 2, 1, 2, 2, 1, 2, 2, 1, 1, 1, 1, 1, 0),
    f"first count {_VOLUMES}": (0, 2, *_LAIN),
    f"first count volumes {_VOLUMES}": (0, 8, 1, *_LAIN),
    "bias alpha beta radius rows width": (2.0, 0.5, 0.75, 1, 2, 3),
    "count capacity grows n": (2, 4, 1, 2),
    "count capacity grows over": (2, 4, 1, 0),
    "count once adds zeros": (2, 1, 1, 1),
    "count capacity rows width stride": (2, 4, 2, 1, 2),
    "rows width step_y step_a step_b step_o": (2, 3, 3, 3, 3, 3),
    "count rows width": (1, 3, 4),
    "steps batch classes count collapse merge longer": (2, 1, 3, 1, 0, 1, 0),
    "steps batch classes width paths merge": (2, 1, 3, 1, 1, 0),
    "count turned rows inner width down across": (3, 0, 2, 2, 3, 3, 1),
    "count rows width nesterov": (1, 3, 4, 1),
    "count rank": (3, 2),
    "count": (2,),
    "n rows width count": (4, 3, 2, 3),
    "rows width rank dims": (2, 3, 2, (2,)),
    "count rank ordered": (3, 2, 1),
    "count others rank stays": (3, 2, 2, 7),
    "count rank sets strides": (3, 2, 2, (1,)),
    "count rank size how strides": (3, 2, 2, 0, (1, 0)),
    "count rank width how kept axes": (3, 2, 2, 0, 1, (1, 1)),
    "count others rank how": (3, 2, 2, 0),
    "rank": (2,),
    "n most": (4, 5),
    "k size step from_start to_end wanted": (1, 5, 1, 0, 0, -1),
    "k size": (1, 5),
    "n size": (2, 5),
    "count size rank": (3, 2, 2),
    "count rank axis start": (3, 2, 1, -1),
    "count rank repeated ordered dims": (3, 2, 0, 1, (2, 2)),
    "count rank rows": (3, 2, 3),
    "count rank strides": (3, 2, (1,)),
    "count size normalize": (3, 2, 1),
}
OF_KERNEL = dict.fromkeys(("select", "betainc"), (1, (6, 1, 1, 1)))
GIVEN = {  # contents that are not left to chance
    ("random_int32", "low"): [1],
    ("histogram", "ends"): [0, 1],
    ("bincount", "a"): [2, 0, 1, 1, 4, 0],
    **{(kernel, "places"): [2, 0, 1, 1] for kernel in ("add_at_places", "take_at_places")},
    **{(f"read_{kind}", "text"): list(b"12\n-3\n") for kind in ("integers", "reals")},
    ("choose_boxes", "order"): [2, 0, 1, 3],
    ("random_int32", "high"): [1000],
    ("random_int64", "low"): [1],
    ("random_int64", "high"): [1000],
    ("invert_permutation", "a"): [2, 0, 1, 5, 4, 3],
    ("copy_if_false", "a"): [0],
    ("ctc_loss", "places"): [0, 0],
    ("ctc_loss", "labels"): [1],
    ("ctc_loss", "lengths"): [2],
    ("beam_search", "lengths"): [2],
    ("add_list", "size"): [4],
    ("holds", "a"): [0, 1, 1],
    ("step_count", "delta"): [1],
    ("step_count", "start"): [0],
    ("step_count", "limit"): [7],
    ("unique", "a"): [3, 1, 3, 2, 5, 1],
    ("sizes", "a"): [3, 0, 2, 5],
    **{("part_of_range", key): value for key, value in {"begin": [0, 1], "end": [0, 4]}.items()},
    **{("part_from", key): value for key, value in {"begin": [0, 1], "wanted": [0, 3]}.items()},
    ("parts_of", "wanted"): [3, -1],
    ("difference", "a"): [3, 1, 3, 2, 5, 1],
    ("difference", "b"): [1, 2, 4, 9],
    ("part_rows", "counts"): [2, 2],
    ("part_rows", "parts"): [1, 0, 0, 1],
    ("after_largest", "index"): [120, 3, 1, 0, 2, 5],
    ("put_rows", "index"): [2, 0, 1],
    ("copy_list", "size"): [7],
    ("copy_list", "full"): [1, 1, 0, 1],
    ("zero_list", "size"): [3],
    ("zero_list", "full"): [1, 1, 0, 1],
    ("add_list", "full"): [1, 1, 1, 1],
    **{(kernel, "index"): [0, 1] for kernel in ("see_slots", "get_slots", "fill_slots", "put_slots")},
    **{(kernel, "size"): [4] for kernel in ("see_slots", "get_slots")},
    **{(kernel, "full"): [1] * 4 for kernel in ("see_slots", "get_slots")},
    ("add_slots", "index"): [0, 1],
    ("select", "mask"): [1, 0, 1, 0, 1, 1],
    **{(division, "b"): [1, 2, 3] * 2 for division in ("truncatediv", "truncatemod", "floordiv", "floormod")},
    ("true", "a"): [1],
    ("cholesky", "a"): [2, 1, 1, 2] * 2,
    ("edit_distances", "groups"): [0, 0, 2],
    ("edit_distances", "others"): [0, 3],
    ("within", "sizes"): [2, 2],
    **{("sort_sparse", key): [1, 0, 0, 1, 0, 0] for key in ("places", "a")},
    **{("merge_sparse", key): [1, 0, 0, 1, 0, 0] for key in ("a_places", "b_places")},
    **{("merge_sparse", key): [2, 2] for key in ("a_sizes", "b_sizes")},
    ("find_sparse", "places"): [1, 0, 0, 1, 0, 0],
    ("find_sparse", "whole"): [1, 1, 0, 1],
    **{(kernel, "ids"): [0, 2, 2, 2, 2, 3] for kernel in ("segment_count", "divide_segments", "divide_by_roots")},
    ("table_of_sparse", "places"): [0, 0, 0, 1, 1, 0],
    ("table_of_sparse", "sizes"): [2, 2],
    **{("operate_on_sets", key): [1, 0, 0, 1, 0, 0] for key in ("a", "b")},
    **{("operate_on_sets", key): [2, 2] for key in ("a_sizes", "b_sizes")},
    ("set_sizes", "a"): [1, 0, 0, 1, 0, 0],
    ("clear_empty_segments", "ids"): [1, 2, 2],
    ("sum_picked_segments", "ids"): [0, 2, 2, 2],
    **{(f"{kernel}_sparse", "places"): [1, 0, 0, 1, 0, 0] for kernel in ("reduce", "softmax", "reduce_to")},
    **{(f"{kernel}_sparse", "sizes"): [2, 2] for kernel in ("reduce", "softmax", "reduce_to")},
    ("find_sparse", "a"): [3, 4],
    ("append_sparse", "sizes"): [2, 2],
    ("append_sparse", "a"): [1, 2, 3],
    ("put_sparse", "places"): [0, 0, 0, 1, 1, 1],
    **{("fill_rows", key): value for key, value in {"places": [2, 0, 0, 1, 0, 0], "sizes": [3, 2]}.items()},
    **{("sequences", key): value for key, value in {"places": [1, 0, 0, 1, 0, 0], "sizes": [2, 2]}.items()},
    **{("cut_sparse", key): value for key, value in {"start": [0, 0], "size": [2, 2], "sizes": [2, 2]}.items()},
    ("take_row", "index"): [2],
    ("zero_tail", "count"): [2],
}
FILLED = {  # contents before and otherwise, of what is written
    ("fill_slots", "flags"): ([0] * 4, [1] * 4),
    ("fill_slots", "length"): ([1], [3]),
    ("add_slots", "flags"): ([0, 1, 0, 1], [1] * 4),
    ("add_slots", "length"): ([1], [3]),
    ("add_list", "length"): ([1], [9]),
    ("add_list", "flags"): ([0, 1, 0, 1], [1, 0, 0, 0]),
    ("see_slots", "seen"): ([0] * 4, [0, 1, 0, 0]),
    ("after_largest", "count"): ([3], [400]),
    ("drop_small", "size"): ([5], [3]),
    ("append_sparse", "whole"): ([2, 2], [2, 3]),
    ("stamp", "log"): ([1, 3, 0, 0, 0, 0, 0], [0, 3, 5, 0, 0, 0, 0]),
    ("apply_adam", "beta1_power"): ([0.5],) * 2,
}
WHOLE = {"index": np.zeros(1, np.int64), "rows": 1}  # optimizers cut what is no row of a variable
UNTOUCHED = {
    ("conv2d_filter", "s"),
    ("conv2d_filter_batch", "s"),
    ("top_k", "here"),
    ("bincount", "spare"),
    ("top_k", "there"),
}  # scratch that so little work does not need
SAMPLE = sorted(
    name
    for name, k in KERNELS.items()
    if k.function.__module__.startswith(minitf.kernels.__name__) and name not in MACHINE
)


def contents(name, key, dtype, which, writes):
    """Memory for an operand; `which` of two kinds if it is written."""
    random = np.random.default_rng([which, sum(map(ord, key))])
    if np.dtype(dtype).kind == "f":
        array = random.uniform(0.3, 0.6, SIZE).astype(dtype)
    else:
        array = random.integers(*((100, 120) if writes else (0, 2)), SIZE).astype(dtype)
    given = FILLED.get((name, key), (GIVEN.get((name, key)),) * 2)[which]
    if given is not None:
        array[: len(given)] = given
    return array


def operands(made, otherwise=None):
    """Operands of a kernel instance; the one named `otherwise` holds something else than usual."""
    declared = made.kernel.operands
    numbers = [key for key, o in declared.items() if o.kind != "pointer"]
    found = dict(zip(numbers, OF_KERNEL.get(made.kernel.name) or NUMBERS.get(" ".join(numbers), ())))
    for (key, o), dtype in zip(declared.items(), made.operands):
        if o.kind == "pointer":
            found[key] = contents(made.kernel.name, key, dtype, int(key == otherwise), o.writes)
    return {key: found[key] for key in declared}


def outcome(made, given):
    """(status, operands afterwards); those before stay as they are."""
    after = {key: o.copy() if isinstance(o, np.ndarray) else o for key, o in given.items()}
    return made.python(*after.values()), after


def bits(array):
    return array.view(f"u{array.itemsize}")


def same(one, other):
    return one.tobytes() == other.tobytes()


def overwritten(key, first, after, second, later):
    """Whether an operand's contents before do not show in what was written there, or anywhere else."""
    begun, ended, other, end = (bits(operands[key]) for operands in (first, after, second, later))
    kept = (begun == ended) & (other == end)
    others = [k for k in after if isinstance(after[k], np.ndarray) and k != key]
    return bool((kept | (ended == end)).all()) and all(same(after[k], later[k]) for k in others)


def instance(tested):
    kinds = [list(map(str, allowed)) for allowed in tested.dtypes.values()]
    return tested[tuple("float32" if "float32" in names else names[-1] for names in kinds)]


def undeclared(tested):
    """What a kernel does, on its sample, that is not what it declares."""
    made = instance(tested)
    given = operands(made)
    status, after = outcome(made, given)
    found = [f"fails with {status}"] if status else []
    for key, o in tested.operands.items():
        if o.kind != "pointer":
            continue
        if same(given[key], after[key]) == o.writes and (tested.name, key) not in UNTOUCHED:
            found.append(f"{key} is {'left as it is' if o.writes else 'changed'}")
        if not o.writes:
            continue
        other = operands(made, otherwise=key)
        code, later = outcome(made, other)
        if o.effect == "scratch":
            later[key] = after[key]
        independent = code == status and overwritten(key, given, after, other, later)
        if independent != (o.effect != "inout"):
            found.append(f"{key} is {'not ' * independent}read")
    return found


@pytest.mark.parametrize("name", SAMPLE)
def test_kernels_do_what_they_declare(name):
    assert undeclared(KERNELS[name]) == []


@pytest.mark.parametrize("name", [n for n in SAMPLE if any(o.shares for o in KERNELS[n].operands.values())])
def test_outputs_that_may_be_in_the_place_of_inputs(name):
    made = instance(KERNELS[name])
    for key, o in made.kernel.operands.items():
        for shared in o.shares:
            for run in (made.python, made.run):
                apart, together = operands(made), operands(made)
                if apart[key].dtype == apart[shared].dtype:
                    together[key] = together[shared]
                    assert run(*together.values()) == run(*apart.values()) == 0
                    assert same(together[key][:6], apart[key][:6])


def test_every_part_of_a_split_names_what_it_writes():
    """A range of a kernel's work may only be done beside another one if what it writes is its own."""
    for name in SAMPLE:
        tested = KERNELS[name]
        if tested.split is None:
            continue
        given = operands(instance(tested))
        numbers = {k: 1 if k in ("outer", "batch") else v for k, v in given.items() if not isinstance(v, np.ndarray)}
        if "dims" in numbers and name in ("strided_copy", "strided_write"):
            numbers["dims"] = (3, 2)
        rule = tested.split.among_threads(numbers)
        part = rule.part(numbers, 0, 1)
        assert {k for k, o in tested.operands.items() if o.writes} <= part.keys(), name


def cut(made, given, parts):
    """The operands of a call's pieces in two parts; scratch memory is each part's own."""
    numbers = {key: value for key, value in given.items() if not isinstance(value, np.ndarray)}
    rule = made.kernel.split.among_threads(numbers)
    pieces = rule.pieces(numbers)
    assert pieces > 1, "give numbers in WHOLE by which there is something to cut"
    for first, count in ((pieces // 2, pieces - pieces // 2), (0, pieces // 2)):
        changes = rule.part(numbers, first, count)
        found = {k: parts[k][c.start :] if isinstance(c, splitting.Window) else c for k, c in changes.items()}
        own = {k: given[k].copy() for k, o in made.kernel.operands.items() if o.effect == "scratch"}
        yield {**parts, **found, **own}


@pytest.mark.parametrize("name", [name for name in SAMPLE if KERNELS[name].split is not None])
def test_parts_are_the_whole_to_the_bit(name, monkeypatch):
    monkeypatch.setattr(splitting, "VECTOR", 1)
    made = instance(KERNELS[name])
    given = {**operands(made), **(WHOLE if name.startswith("apply_") else {})}
    for run in (made.python, made.run):
        whole, parts = ({k: v.copy() if isinstance(v, np.ndarray) else v for k, v in given.items()} for _ in "ab")
        assert run(*whole.values()) == 0
        assert [run(*part.values()) for part in cut(made, given, parts)] == [0, 0]
        for key, o in made.kernel.operands.items():
            assert not o.writes or o.effect == "scratch" or same(whole[key], parts[key]), key


# ---------------------------------------------------------------- that the test sees what is wrong


@kernel(T=FLOATS)
def effects_wrong(a: T, b: T.out, c: T.out, d: T.inout, e: f64p.scratch, f: T.out.over("a"), n):
    for i in range(n):
        b[i] += 1
        c[i] = a[i] + e[i]
        a[i], d[i], e[i] = 2, 3, 4
    return 0


def test_what_is_not_declared_is_seen():
    assert undeclared(effects_wrong) == [
        "a is changed",
        "b is read",
        "d is not read",
        "e is read",
        "f is left as it is",
    ]
