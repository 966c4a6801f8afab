"""What critical sections note in collections, and which they refuse, as programs of `tf`, as in session_scenarios."""

from session_scenarios import scenario


def _tried(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "done"


@scenario
def critical_sections_and_resources(tf):
    """Each pair of executions, in one section or two, that want a resource for themselves or not."""
    found = []
    for alike in (True, False):
        for one in (True, False):
            for other in (True, False):
                with tf.Graph().as_default():
                    v = tf.get_variable("v", [], use_resource=True)
                    first = tf.CriticalSection(name="first")
                    second = first if alike else tf.CriticalSection(name="second")
                    first.execute(lambda v=v: v.assign_add(1.0), exclusive_resource_access=one)
                    again = _tried(
                        lambda v=v, s=second, o=other: s.execute(lambda: v.assign_add(2.0), exclusive_resource_access=o)
                    )
                    noted = tf.get_collection("critical_section_executions")
                    resources = [[t.op.name for t in each.resources] for each in noted]
                    kept = [[each.op.type, each.handle.op.name, each.exclusive_resource_access] for each in noted]
                    found.append([again, kept, resources, len(tf.get_collection("critical_sections"))])
    return found


@scenario
def graph_keys(tf):
    """The names of all collections that have one."""
    return {name: getattr(tf.GraphKeys, name) for name in dir(tf.GraphKeys) if name.isupper() and name[0] != "_"}
