"""tf.config: devices, of which there is one."""

from minitf.config import experimental, optimizer, threading
from minitf.config.experimental import get_visible_devices, list_logical_devices, list_physical_devices
from minitf.config.experimental import set_visible_devices
from minitf.switches import get_soft_device_placement, set_soft_device_placement
