"""tf.sysconfig: what extensions written in C++ would be compiled with; there are none here."""

CXX11_ABI_FLAG = 1
MONOLITHIC_BUILD = 0


def get_include() -> str:
    """The folder of TensorFlow's headers: there are none, so an empty name."""
    return ""


def get_lib() -> str:
    """The folder of TensorFlow's library: there is none, so an empty name."""
    return ""


def get_compile_flags() -> list[str]:
    """The compiler's flags for extensions."""
    return [f"-D_GLIBCXX_USE_CXX11_ABI={CXX11_ABI_FLAG}"]


def get_link_flags() -> list[str]:
    """The linker's flags for extensions: none."""
    return []
