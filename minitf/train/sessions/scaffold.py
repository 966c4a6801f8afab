"""The ops that a training needs besides its model, and who made them."""

from __future__ import annotations

import minitf as tf
from minitf.framework.collections import GraphKeys
from minitf.framework.getter import getter
from minitf.framework.graph import get_default_graph, name_scope
from minitf.ops.array.array import concat
from minitf.ops.array.constant import constant
from minitf.ops.control.control import group, no_op
from minitf.ops.state import variables
from minitf.ops.state.tables import tables_initializer
from minitf.train.saver import Saver, saver_of


class Scaffold:
    """The ops by which a model is initialized, checked, summarized and saved; `finalize` makes the missing.

    init_fn(scaffold, session) is called after init_op, which gets init_feed_dict. copy_from_scaffold: another
    one, whose parts are taken where none is given.

    >>> import minitf as tf
    >>> v = tf.Variable(1.0, name="v")
    >>> scaffold = tf.train.Scaffold(init_fn=lambda scaffold, sess: sess.run(v.assign(2.0)))
    >>> scaffold.finalize().saver is tf.get_collection(tf.GraphKeys.SAVERS)[0]
    True
    """

    def __init__(
        self,
        init_op=None,
        init_feed_dict=None,
        init_fn=None,
        ready_op=None,
        ready_for_local_init_op=None,
        local_init_op=None,
        summary_op=None,
        saver=None,
        copy_from_scaffold: Scaffold | None = None,
    ):
        other = copy_from_scaffold
        if other is not None and not isinstance(other, Scaffold):
            raise TypeError(f"copy_from_scaffold is not a Scaffold instance, but {other!r}")
        self._given_init_fn = init_fn or (other and other._given_init_fn)
        self._init_fn = (lambda sess: self._given_init_fn(self, sess)) if self._given_init_fn else None
        given = {
            "init_op": init_op,
            "init_feed_dict": init_feed_dict,
            "ready_op": ready_op,
            "ready_for_local_init_op": ready_for_local_init_op,
            "local_init_op": local_init_op,
            "summary_op": summary_op,
            "saver": saver,
        }
        for name, value in given.items():
            inherited = other is not None and not isinstance(value, tf.Tensor) and not value
            setattr(self, f"_{name}", getattr(other, f"_{name}") if inherited else value)

    def finalize(self) -> Scaffold:
        """Makes what is missing, in the default graph, which can have no more ops afterwards."""
        if self._init_op is None:
            self._init_op = self.get_or_default("init_op", GraphKeys.INIT_OP, _init_op)
        if self._ready_op is None:
            self._ready_op = self.get_or_default("ready_op", GraphKeys.READY_OP, _unready)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = self.get_or_default(
                "ready_for_local_init_op",
                GraphKeys.READY_FOR_LOCAL_INIT_OP,
                lambda: _unready(variables.global_variables()),
            )
        if self._local_init_op is None:
            self._local_init_op = self.get_or_default(
                "local_init_op", GraphKeys.LOCAL_INIT_OP, self.default_local_init_op
            )
        if self._summary_op is None:
            self._summary_op = self.get_or_default("summary_op", GraphKeys.SUMMARY_OP, tf.summary.merge_all)
        if self._saver is None:
            self._saver = saver_of(get_default_graph()) or _saver()
        if isinstance(self._saver, Saver):
            self._saver.build()
        get_default_graph().finalize()
        tf.logging.info("Graph was finalized.")
        return self

    @staticmethod
    def get_or_default(arg_name: str, collection_key, default_constructor):
        """The one item of a collection, or what `default_constructor()` makes, which becomes that item.

        Raises:
          RuntimeError: if there are several items.
        """
        found = get_default_graph().get_collection(collection_key)
        if len(found) > 1:
            raise RuntimeError(f"collection {collection_key} holds more than one item: say which is {arg_name}")
        made = found[0] if found else default_constructor()
        if not found and made is not None:
            get_default_graph().add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op():
        """An op that initializes local variables and tables."""
        return group(variables.local_variables_initializer(), tables_initializer(), no_op("init"))

    init_fn = getter("_init_fn", "What is called with a new session after init_op, or None.")
    init_op = getter("_init_op", "The op that gives variables their values.")
    init_feed_dict = getter("_init_feed_dict", "What is fed to init_op.")
    ready_op = getter("_ready_op", "A tensor of the names of variables without values.")
    ready_for_local_init_op = getter(
        "_ready_for_local_init_op", "The same of the global variables, which local_init_op may need."
    )
    local_init_op = getter("_local_init_op", "The op that is run in every new session.")
    summary_op = getter("_summary_op", "The tensor of all summaries, or None.")
    saver = getter("_saver", "What saves and restores.")


def _init_op():
    # Of what TensorFlow calls resources, and initializes by a second op, there are none.
    return group(variables.global_variables_initializer(), no_op("init"))


def _unready(var_list=None):
    """The names of variables, and of resources, without values."""
    unset = variables.report_uninitialized_variables(var_list)
    with name_scope("report_uninitialized_resources"):
        resources = constant([], "string", name="Const")
    return concat([unset, resources], 0)


def _saver() -> Saver:
    saver = Saver(sharded=True, allow_empty=True)
    get_default_graph().add_to_collection(GraphKeys.SAVERS, saver)
    return saver
