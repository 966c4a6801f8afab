"""Regular expressions as programs of `tf`, as in session_scenarios."""

from session_scenarios import scenario

REPLACED = [  # strings, a pattern, what stands for what it matches
    (["abcab", "xaby"], "a(b)", "<\\1>"),
    (["abcab", "xaby"], "a(b)", "\\q-"),
    (["abcab", "xaby"], "a(b)", "x\\q-"),
    (["abcab", "xaby"], "a(b)", "x\\\\1"),
    (["abcab", "xaby"], "a(b)", "x\\"),
    (["abcab", "xaby"], "a(b)?", "[\\1\\0\\3]"),
    (["aaa", "baa"], "a*?", "<\\0>"),
    (["a1b22"], "\\d*", "<\\0>"),
    (["a1b\xe922\u20ac"], "\\d*", "<\\0>"),
    (["a.b\nc", "\xe9\u20ac"], ".", "x"),
    (["a.b\nc"], "(?s).", "x"),
    (["a.b\nc"], "(?i)A\\W", "x"),
    (["foo bar \xe9\u0436"], "\\pL+", "w"),
    (["foo bar \xe9\u0436"], "\\p{Cyrillic}", "w"),
    (["foo bar \xe9\u0436"], "\\P{Latin}", "w"),
    (["foo bar \xe9\u0436"], "\\p{^Lu}", "w"),
    (["foo Bar \xe9\u0436"], "\\p{Lu}", "w"),
    (["foo Bar 1,2"], "[[:alpha:]]", "w"),
    (["foo Bar 1,2"], "[[:^alpha:][:punct:]a-c]", "w"),
    (["foo bar"], "(?P<n>o+)", "w"),
    (["foo bar"], "(?P<n-x>o+)", "w"),
    ([b"\xff\xfea"], "a", "w"),
    ([b"\xff\xfea"], ".", "w"),
    ([b"\xff\xfea"], "[^a]", "w"),
    (["abc"], "[^\xe9]", "w"),
    (["ab\xe9\xe8c"], "[\xe8-\xe9]", "w"),
    (["ab\xe9\xe8c"], "[\\x{e8}-\\x{e9}]", "w"),
    (["ab\xe9\xe8c"], "\\x61|\\141", "w"),
    (["foo bar"], "(?=a)b", "w"),
    (["foo bar"], "(?!a)b", "w"),
    (["foo bar"], "(?<=a)b", "w"),
    (["foo bar"], "(o)\\1", "w"),
    (["foo bar"], "o**", "w"),
    (["foo bar"], "o*+", "w"),
    (["foo bar"], "*o", "w"),
    (["foo bar"], "o{2}", "w"),
    (["foo bar"], "o{,2}", "w"),
    (["foo{,2} bar"], "o{,2}", "w"),
    (["foo bar"], "o{1,}", "w"),
    (["foo bar"], "o{2}{3}", "w"),
    (["foo bar"], "o{1001}", "w"),
    (["foo bar"], "o{3,2}", "w"),
    (["foo bar"], "[o", "w"),
    (["foo bar"], "(o", "w"),
    (["foo bar"], "o)", "w"),
    (["foo bar"], "[z-a]", "w"),
    (["foo]bar"], "[]o]", "w"),
    (["foo-bar"], "[a-]", "w"),
    (["foo-bar"], "[-a]", "w"),
    (["foo-bar"], "[^]o]", "w"),
    (["foo-bar"], "[\\w-]", "w"),
    (["foo-bar"], "[a-\\d]", "w"),
    (["foo bar\n"], "bar$", "w"),
    (["foo bar\nbar"], "(?m)bar$", "w"),
    (["foo\nbar\n"], "(?m)^", "w"),
    (["foo\nbar\n"], "^", "w"),
    (["foo\nbar\n"], "\\bb", "w"),
    (["foo bar\xe9"], "\\b", "|"),
    (["foo.bar*"], "\\Qo.b\\E", "w"),
    (["foo bar"], "\\Z", "w"),
    (["foo bar"], "bar\\z", "w"),
    (["FOO bar Foo"], "(?i)foo", "w"),
    (["FOO bar Foo"], "f(?i)oo|B", "w"),
    (["FOO bar Foo"], "(?i:f)oo", "w"),
    (["FOO bar Foo"], "(?i)[^o]", "w"),
    (["\xc9\xe9"], "(?i)\xe9", "w"),
    (["\xc9\xe9"], "(?i)[^\xe9]", "w"),
    (["aaa"], "(?U)a+", "w"),
    (["aaa"], "(?U)a+?", "w"),
    (["aaa"], "(?x) a", "w"),
    (["a b\x0bc"], "\\s", "w"),
    (["a b\x0bc\xa0d"], "[[:space:]]", "w"),
    (["abc"], "", "-"),
    (["abc", ""], "x*", "-"),
    (["abc"], "|a", "-"),
    (["abc"], "(a|ab)(c|bcd)(d*)", "<\\1|\\2|\\3>"),
    (["abc"], "()", "-"),
    (["a\\b"], "\\\\", "-"),
    (["a\\b"], "\\", "-"),
    (["a_b"], "\\_", "-"),
    (["a b"], "\\h", "-"),
    (["\u0660 1"], "\\d", "-"),
    (["\u0660 1"], "\\pN", "-"),
    (["\u0660 1"], "\\p{Nd}", "-"),
    (["\u0660 1"], "\\p{Foo}", "-"),
    (["<b>x</b>"], "<[^>]+>", " "),
    (["it's a test.!", '"q"'], "[^a-zA-Z0-9']+", " "),
    (["it's a test.!"], '([!"#$%&()*+,-./:;<=>?@\\[\\\\\\]^_`{|}~])', " \\1 "),
]
MATCHED = [
    (["abc", "abcd", "xabc", "a\nc"], "a.c"),
    (["abc", "abcd"], "a|abc"),
    (["abc\n", "abc"], "abc$"),
    (["\xe9", "e"], "."),
    ([b"\xff"], "."),
    (["abc"], "a("),
]


def _tried(tf, function, *given, **how):
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            return repr(session.run(function(*given, **how)).tolist())
        except Exception as error:
            return type(error).__name__


@scenario
def regular_expressions(tf):
    replaced = [_tried(tf, tf.regex_replace, *call) for call in REPLACED]
    once = [_tried(tf, tf.regex_replace, *call, replace_global=False) for call in REPLACED]
    return [replaced, once, [_tried(tf, tf.strings.regex_full_match, *call) for call in MATCHED]]
