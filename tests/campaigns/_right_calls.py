"""Right calls of every public function, and the wrong ones made of them, all as Python source."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "right_calls"

VALUES = {  # what right calls name, made anew for each call
    "X": "tf.constant([[1.0, -2.0, 3.0], [0.5, 1.0, 2.0]])",
    "PX": "tf.placeholder(tf.float32, [None, 3])",
    "ROW": "tf.constant([1.0, 2.0, 3.0])",
    "COL": "tf.constant([1.0, 2.0])",
    "ONE": "tf.constant(1.0)",
    "FIVE": "tf.constant([1.0] * 5)",
    "WIDE": "tf.constant([[1.0, 2.0, 3.0]] * 5)",
    "SORTED": "tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])",
    "IDS": "tf.constant([0, 1])",
    "ID2": "tf.constant([[0], [1]])",
    "CLASSES": "tf.constant([[0], [1]], tf.int64)",
    "CLASS_IDS": "tf.constant([0, 1, 2], tf.int64)",
    "INTS": "tf.constant([[3, 2, 7], [1, 5, 4]])",
    "TRUTH": "tf.constant([[True, False, True], [False, True, True]])",
    "TRUE": "tf.placeholder(tf.bool, [])",
    "TEXT": "tf.constant(['a', 'b'])",
    "C": "tf.constant([1j, 2.0])",
    "SQUARE": "tf.constant([[2.0, 0.5, 0.1], [0.5, 3.0, 0.2], [0.1, 0.2, 4.0]])",
    "CUBE": "tf.ones([2, 3, 4])",
    "TAGS": "tf.ones([4, 4])",
    "ALLOWED": "tf.ones([2, 3, 4], tf.bool)",
    "IMAGE": "tf.ones([1, 2, 2, 2])",
    "IMAGE_1": "tf.ones([1, 2, 2, 1])",
    "IMAGE_3": "tf.ones([1, 2, 2, 3])",
    "PICTURE": "tf.zeros([4, 6, 3])",
    "BOXES": "tf.constant([[0.0, 0.0, 1.0, 1.0], [0.2, 0.2, 0.8, 0.9]])",
    "VOLUME": "tf.ones([1, 2, 2, 2, 2])",
    "FILTER_3D": "tf.ones([1, 1, 1, 2, 3])",
    "WAVE": "tf.ones([1, 4, 2])",
    "FILTER": "tf.ones([1, 1, 2, 3])",
    "FILTER_1D": "tf.ones([1, 2, 3])",
    "FILTER_BACK": "tf.ones([1, 1, 3, 2])",
    "POINTWISE": "tf.ones([1, 1, 6, 4])",
    "HPARAMS": "tf.contrib.training.HParams(rate=0.1)",
    "LENGTHS": "tf.constant([3, 2])",
    "V": "tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], name='v')",
    "COUNTER": "tf.Variable(0, name='counter')",
    "Y": "tf.reduce_sum(tf.square(V))",
    "G": "tf.train.get_or_create_global_step()",
    "GRAPH": "tf.get_default_graph()",
    "EMPTY_GRAPH": "tf.Graph()",
    "SESSION": "tf.Session()",
    "INITIALIZER": "tf.random_uniform_initializer(0.0, 1.0)",
    "DOUBLE": "lambda x: x",
    "BRANCH": "lambda: tf.constant(1.0)",
    "DATASET": "tf.data.Dataset.range(4)",
    "ROWS": "tf.data.Dataset.from_tensors(tf.ones([3]))",
    "ITERATOR": "tf.data.Iterator.from_structure(tf.int64, [])",
    "SHOW": "lambda x: x",
    "POSITIVE": "lambda x: x > 0",
    "DOUBLED": "lambda x: tf.data.Dataset.from_tensors(x)",
    "KEEP": "lambda key, group: group",
    "ADD": "lambda state, x: state + x",
    "YIELD": "lambda n: iter(range(n))",
    "PAIRS": "tf.lookup.KeyValueTensorInitializer(['a', 'b'], np.int64([0, 1]))",
    "TABLE": "tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(['a'], np.int64([0])), -1)",
    "KEPT": "tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1)",
    "QUEUE": "tf.FIFOQueue(4, [tf.float32], [[3]])",
    "LIST": "tf.TensorArray(tf.float32, 2)",
    "SUMMARY": "tf.summary.scalar('s', tf.constant(1.0))",
    "FOLDER": "'folder'",
    "NEW_FOLDER": "__import__('tempfile').mkdtemp()",
    "SAVED_MODEL": "(lambda d, g: (g.__enter__(), tf.saved_model.simple_save(tf.Session(), d, "
    "{'x': tf.placeholder(tf.float32, [], 'x')}, {'y': tf.constant(1.0, name='y')}), "
    "g.__exit__(None, None, None), d)[-1])(NEW_FOLDER, tf.Graph().as_default())",
    "GRAPH_DEF": "tf.GraphDef(node=[tf.NodeDef(name='a', op='NoOp')])",
    "META_GRAPH": "tf.MetaGraphDef(graph_def=GRAPH_DEF)",
    "INFO": "tf.saved_model.utils.build_tensor_info(X)",
    "LOSS": "tf.losses.add_loss(tf.constant(1.0))",
    "STARTED": "(lambda g, s: (s.run(g.initializer), s)[1])(G, tf.Session())",
    "OPTIMIZER": "tf.train.MomentumOptimizer(0.1, 0.9)",
    "AVERAGE": "tf.train.ExponentialMovingAverage(0.9)",
    "COORDINATOR": "tf.train.Coordinator()",
    "DENSE": "tf.layers.Dense(4)",
    "DENSE5": "tf.layers.Dense(5)",
    "DROPOUT": "tf.layers.Dropout(0.5)",
    "L2": "tf.contrib.layers.l2_regularizer(0.1)",
    "VARIANCE_SCALING": "tf.contrib.layers.variance_scaling_initializer()",
    "SEQUENCE": "tf.ones([2, 3, 4])",
    "STEPS": "[tf.ones([2, 4]) for _ in range(3)]",
    "ID_STEPS": "[tf.constant([1, 2]) for _ in range(3)]",
    "WEIGHT_STEPS": "[tf.ones([2]) for _ in range(3)]",
    "STATE": "tf.ones([2, 4])",
    "SCORES": "tf.ones([2, 3])",
    "LSTM_STATE": "tf.nn.rnn_cell.LSTMStateTuple(tf.ones([2, 4]), tf.ones([2, 4]))",
    "CELL": "tf.nn.rnn_cell.BasicRNNCell(4)",
    "GRU": "tf.nn.rnn_cell.GRUCell(4)",
    "LSTM": "tf.nn.rnn_cell.BasicLSTMCell(4)",
    "PEEPHOLE_LSTM": "tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True)",
    "BLOCK_LSTM": "tf.contrib.rnn.LSTMBlockCell(4)",
    "NORM_LSTM": "tf.contrib.rnn.LayerNormBasicLSTMCell(4)",
    "INDY_LSTM": "tf.contrib.rnn.IndyLSTMCell(4)",
    "INDY_GRU": "tf.contrib.rnn.IndyGRUCell(4)",
    "INDRNN": "tf.contrib.rnn.IndRNNCell(4)",
    "UGRNN": "tf.contrib.rnn.UGRNNCell(4)",
    "MULTI": "tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicRNNCell(4), tf.nn.rnn_cell.BasicRNNCell(4)])",
    "DROPPING": "tf.nn.rnn_cell.DropoutWrapper(CELL, 0.5)",
    "RESIDUAL": "tf.nn.rnn_cell.ResidualWrapper(CELL)",
    "SAVER": "type('Saver', (), {'state': lambda self, name: tf.ones([2, 4]),"
    " 'save_state': lambda self, name, value: tf.no_op()})()",
    "LOOP": "lambda time, output, state, loop_state: (time >= 3, tf.ones([2, 4]),"
    " tf.ones([2, 4]) if state is None else state, output, None)",
    "HALVES": "tf.constant([0.25, 0.75])",
    "THIN": "tf.SparseTensor([[0, 1], [1, 2]], [1.0, 2.0], [2, 3])",
    "THIN_IDS": "tf.SparseTensor([[0, 1], [1, 2]], tf.constant([1, 0], tf.int64), [2, 3])",
    "LABELS": "tf.SparseTensor([[0, 0], [1, 0], [2, 1]], [1, 0, 2], [3, 2])",
    "TARGETS": "tf.ones([2, 3], tf.int32)",
    "MASK": "tf.ones([2, 3])",
    "ATTENTION": "tf.contrib.seq2seq.LuongAttention(4, SEQUENCE)",
    "ATTENDING": "tf.contrib.seq2seq.AttentionWrapper(CELL, ATTENTION)",
    "HELPER": "tf.contrib.seq2seq.TrainingHelper(SEQUENCE, LENGTHS)",
    "DECODER": "tf.contrib.seq2seq.BasicDecoder(CELL, HELPER, STATE)",
    "EMBEDDING": "tf.ones([5, 4])",
    "BEAM_STATE": "tf.ones([4, 4])",
    "BEAMS": "tf.ones([3, 2, 2], tf.int32)",
    "TIED": "lambda a, b: tf.contrib.legacy_seq2seq.basic_rnn_seq2seq(a, b, tf.nn.rnn_cell.BasicRNNCell(4))",
    "FOREIGN": "(lambda g: (g.__enter__(), tf.constant(1.0), g.__exit__(None, None, None))[1])"
    "(tf.Graph().as_default())",
    "ACCUMULATOR": "tf.ConditionalAccumulator(tf.float32, [3])",
    "ROW_ACCUMULATOR": "tf.SparseConditionalAccumulator(tf.float32, [2, 3])",
    "CLUSTER": "tf.train.ClusterSpec({'ps': ['a:1']})",
    "INT_VARIABLE": "tf.Variable([1, 2, 3])",
}


def wrong_values() -> list[str]:
    """Source of values that are wrong for most arguments."""
    return (FOLDER.parent / "wrong_values.txt").read_text().splitlines()


REPEATS = ("runs", "num_heads")  # arguments that say how often something is done: many times take long


@dataclass(frozen=True)
class Call:
    """A call as source: of what, its positional arguments, those by name; `changed` says which is wrong."""

    function: str
    positional: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    changed: str = ""

    @property
    def source(self) -> str:
        """The call as Python."""
        head = self.function.partition(".")[0].partition("(")[0]
        function = self.function if head in VALUES else f"tf.{self.function}"
        parts = [*self.positional, *[f"{name}={value}" for name, value in self.named]]
        return f"{function}({', '.join(parts)})"

    def of_variables(self) -> Call | None:
        """The call with variables in the place of all its tensors; None if it takes none."""
        positional = tuple(map(_variable, self.positional))
        named = tuple((name, _variable(value)) for name, value in self.named)
        changed = (positional, named) != (self.positional, self.named)
        return Call(self.function, positional, named, "variables") if changed else None

    def wrong(self):
        """The call with one argument wrong, with one too few, one too many, and one that does not exist."""
        for value in wrong_values():
            for i in range(len(self.positional)):
                positional = (*self.positional[:i], value, *self.positional[i + 1 :])
                yield Call(self.function, positional, self.named, f"#{i}")
            for i, (name, _) in enumerate(self.named):
                if name in REPEATS and "**" in value:
                    continue
                named = (*self.named[:i], (name, value), *self.named[i + 1 :])
                yield Call(self.function, self.positional, named, name)
        for i, (name, _) in enumerate(self.named):
            yield Call(self.function, self.positional, (*self.named[:i], *self.named[i + 1 :]), name)
        yield Call(self.function, (*self.positional, *["None"] * 30), (), "#too many")
        yield Call(self.function, self.positional, (*self.named, ("nonsense", "1")), "nonsense")


def _variable(value: str) -> str:
    is_tensor = VALUES.get(value, "").startswith(("tf.constant(", "tf.ones(", "tf.zeros("))
    return f"tf.Variable({value})" if is_tensor else value


def families() -> list[str]:
    """The families of functions: the files of right calls."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def right_calls(family: str) -> list[Call]:
    """The right calls of one family."""
    lines = (FOLDER / f"{family}.txt").read_text().splitlines()
    return [call for line in lines if line and not line.startswith("#") for call in _calls(line)]


def _calls(line: str):
    names, _, arguments = line.partition("(")
    tree = ast.parse(f"f({arguments}", mode="eval").body
    positional = tuple(ast.unparse(a) for a in tree.args)
    named = tuple((k.arg, ast.unparse(k.value)) for k in tree.keywords)
    return [Call(name, positional, named) for name in names.split()]
