"""tf.linalg: linear algebra under its own name."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.nn import l2_normalize
from minitf.ops.array.array import matrix_transpose
from minitf.ops.array.array import matrix_transpose as transpose
from minitf.ops.linalg.decompositions import cholesky, cholesky_solve, lu, qr
from minitf.ops.linalg.decompositions import self_adjoint_eig as eigh
from minitf.ops.linalg.decompositions import self_adjoint_eigvals as eigvalsh
from minitf.ops.linalg.einsum import einsum, tensordot
from minitf.ops.linalg.functions import expm, logdet, logm, slogdet, sqrtm
from minitf.ops.linalg.least_squares import lstsq
from minitf.ops.linalg.linalg import adjoint, trace
from minitf.ops.linalg.linalg import matrix_determinant as det
from minitf.ops.linalg.linalg import matrix_inverse as inv
from minitf.ops.linalg.linalg import matrix_solve as solve
from minitf.ops.linalg.linalg import matrix_triangular_solve as triangular_solve
from minitf.ops.linalg.matmul import cross, matmul, matvec
from minitf.ops.linalg.matrix import diag as tensor_diag
from minitf.ops.linalg.matrix import diag_part as tensor_diag_part
from minitf.ops.linalg.matrix import eye
from minitf.ops.linalg.matrix import matrix_band_part as band_part
from minitf.ops.linalg.matrix import matrix_diag as diag
from minitf.ops.linalg.matrix import matrix_diag_part as diag_part
from minitf.ops.linalg.matrix import matrix_set_diag as set_diag
from minitf.ops.linalg.norm import norm, normalize
from minitf.ops.linalg.operators.base import LinearOperator
from minitf.ops.linalg.operators.circulant import LinearOperatorCirculant, LinearOperatorCirculant2D
from minitf.ops.linalg.operators.circulant import LinearOperatorCirculant3D
from minitf.ops.linalg.operators.combined import LinearOperatorAdjoint, LinearOperatorBlockDiag
from minitf.ops.linalg.operators.combined import LinearOperatorComposition, LinearOperatorInversion
from minitf.ops.linalg.operators.combined import LinearOperatorKronecker
from minitf.ops.linalg.operators.identities import LinearOperatorIdentity, LinearOperatorScaledIdentity
from minitf.ops.linalg.operators.identities import LinearOperatorZeros
from minitf.ops.linalg.operators.plain import LinearOperatorDiag, LinearOperatorFullMatrix
from minitf.ops.linalg.operators.plain import LinearOperatorLowerTriangular
from minitf.ops.linalg.operators.structured import LinearOperatorHouseholder, LinearOperatorLowRankUpdate
from minitf.ops.linalg.operators.structured import LinearOperatorToeplitz
from minitf.ops.linalg.singular import matrix_rank, pinv, svd
from minitf.ops.linalg.tridiagonal import tridiagonal_matmul, tridiagonal_solve
from minitf.ops.math.clip import global_norm
