"""tf.signal: Fourier and cosine transforms, frames of signals, spectrograms."""

from minitf.ops.math.spectral import fft
from minitf.ops.math.spectral import fft2d
from minitf.ops.math.spectral import fft3d
from minitf.ops.math.spectral import ifft
from minitf.ops.math.spectral import ifft2d
from minitf.ops.math.spectral import ifft3d
from minitf.ops.math.spectral import irfft
from minitf.ops.math.spectral import irfft2d
from minitf.ops.math.spectral import irfft3d
from minitf.ops.math.spectral import rfft
from minitf.ops.math.spectral import rfft2d
from minitf.ops.math.spectral import rfft3d
from minitf.signal.cosine import dct
from minitf.signal.cosine import idct
from minitf.signal.frames import frame
from minitf.signal.frames import overlap_and_add
from minitf.signal.mel import linear_to_mel_weight_matrix
from minitf.signal.mel import mfccs_from_log_mel_spectrograms
from minitf.signal.shifts import fftshift
from minitf.signal.shifts import ifftshift
from minitf.signal.stft import inverse_stft
from minitf.signal.stft import inverse_stft_window_fn
from minitf.signal.stft import stft
from minitf.signal.windows import hamming_window
from minitf.signal.windows import hann_window
