"""Moves a guest by the calls that virt-manager makes, without a window.

    /usr/bin/python3 move_by_libvirt.py GUEST FROM TO

FROM and TO are libvirt's URIs of the two hosts. Prints which of them run the guest afterwards.
"""

import sys

import libvirt

guest, *uris = sys.argv[1:4]
origin, destination = [libvirt.open(uri) for uri in uris]
flags = libvirt.VIR_MIGRATE_LIVE | libvirt.VIR_MIGRATE_PERSIST_DEST | libvirt.VIR_MIGRATE_UNDEFINE_SOURCE
origin.lookupByName(guest).migrate3(destination, {}, flags)
for host in (origin, destination):
    if guest in [domain.name() for domain in host.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)]:
        print(host.getHostname())
