"""tf.signal: Fourier and cosine transforms, frames of signals, spectrograms."""

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
from minitf.signal.frames import frame as frame
from minitf.signal.frames import overlap_and_add as overlap_and_add
from minitf.signal.mel import linear_to_mel_weight_matrix as linear_to_mel_weight_matrix
from minitf.signal.mel import mfccs_from_log_mel_spectrograms as mfccs_from_log_mel_spectrograms
from minitf.signal.shifts import fftshift as fftshift
from minitf.signal.shifts import ifftshift as ifftshift
from minitf.signal.stft import inverse_stft as inverse_stft
from minitf.signal.stft import inverse_stft_window_fn as inverse_stft_window_fn
from minitf.signal.stft import stft as stft
from minitf.signal.windows import hamming_window as hamming_window
from minitf.signal.windows import hann_window as hann_window
