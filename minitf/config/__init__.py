"""tf.config: devices, of which there is one."""

from minitf.config import experimental as experimental
from minitf.config import threading as threading
from minitf.config.experimental import get_visible_devices as get_visible_devices
from minitf.config.experimental import list_logical_devices as list_logical_devices
from minitf.config.experimental import list_physical_devices as list_physical_devices
from minitf.config.experimental import set_visible_devices as set_visible_devices
from minitf.switches import get_soft_device_placement as get_soft_device_placement
from minitf.switches import set_soft_device_placement as set_soft_device_placement
