"""tf.spectral: Fourier and cosine transforms under their older name."""

# ruff: noqa: F401, I001 - names that are handed on

from minitf.ops.math.spectral import fft, fft2d, fft3d, ifft, ifft2d, ifft3d, irfft, irfft2d, irfft3d, rfft, rfft2d
from minitf.ops.math.spectral import rfft3d
from minitf.signal.cosine import dct, idct
