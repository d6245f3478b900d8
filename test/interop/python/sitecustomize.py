"""Keeps the servers under test on loopback.

DistKV's server ignores the host that is configured for it and listens on every interface. A test must not open a port to
the network, so whatever this interpreter binds to "everywhere" is bound to the loopback address of the same family.
"""

import socket

_LOOPBACK = {
    socket.AF_INET: ("127.0.0.1", {"", "0.0.0.0"}),
    socket.AF_INET6: ("::1", {"", "::"}),
}
_bind = socket.socket.bind


def bind(self, address):
    loopback, everywhere = _LOOPBACK.get(self.family, (None, ()))
    if isinstance(address, tuple) and address[0] in everywhere:
        address = (loopback, *address[1:])
    return _bind(self, address)


socket.socket.bind = bind
