"""tf.config: devices, of which there is one."""

from minitf.config import experimental
from minitf.config import threading
from minitf.config.experimental import get_visible_devices
from minitf.config.experimental import list_logical_devices
from minitf.config.experimental import list_physical_devices
from minitf.config.experimental import set_visible_devices
from minitf.switches import get_soft_device_placement
from minitf.switches import set_soft_device_placement
