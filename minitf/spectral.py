"""tf.spectral: Fourier and cosine transforms under their older name."""

from minitf.ops.math.spectral import fft as fft
from minitf.ops.math.spectral import fft2d as fft2d
from minitf.ops.math.spectral import fft3d as fft3d
from minitf.ops.math.spectral import ifft as ifft
from minitf.ops.math.spectral import ifft2d as ifft2d
from minitf.ops.math.spectral import ifft3d as ifft3d
from minitf.ops.math.spectral import irfft as irfft
from minitf.ops.math.spectral import irfft2d as irfft2d
from minitf.ops.math.spectral import irfft3d as irfft3d
from minitf.ops.math.spectral import rfft as rfft
from minitf.ops.math.spectral import rfft2d as rfft2d
from minitf.ops.math.spectral import rfft3d as rfft3d
from minitf.signal.cosine import dct as dct
from minitf.signal.cosine import idct as idct
