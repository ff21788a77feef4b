import type { WrongWays } from "./exercise-steps";

const images = "/var/lib/libvirt/images";
/** Of the course's experiment, one a step, before its solution: also of the exercises that have a step of it. */
export const wrongWaysOfExperiment = {
  names: [
    {
      on: "source",
      does: "printf '%s\\n' '10.77.0.2 nfs' '10.77.0.3 source' '10.77.0.9 target' >> /etc/hosts",
      told: { "names-source": /On source .*\(target: 10\.77\.0\.9\)/ },
      undone: "sed -i '/^10\\.77/d' /etc/hosts",
    },
  ],
  export: [
    {
      on: "nfs",
      does: "echo '/migration 10.77.0.3(ro,no_subtree_check)' > /etc/exports; systemctl start nfs-server; exportfs -ra",
      told: {
        "nfs-at-boot": /not started at boot/,
        "exported-rw": /may not write/,
        "exported-to-root": /is nobody/,
      },
      undone: ": > /etc/exports; exportfs -ra; systemctl stop nfs-server",
    },
  ],
  mount: [
    {
      on: "source",
      does: `mount -t nfs4 nfs:/migration ${images}`,
      told: { "fstab-source": /forgets the mount/ },
      undone: `umount ${images}`,
    },
  ],
  guest: [
    {
      on: "source",
      does: "virsh define /root/guest/guest.xml",
      told: { "disk-on-share": /no guest\/disk\.qcow2 on the share/, running: /does not run/ },
      undone: "virsh undefine guest",
    },
  ],
  trust: [
    {
      on: "source",
      does: "ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519; ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new target true || true",
      told: { "logs-in": /Permission denied/ },
      undone: "rm -f /root/.ssh/id_ed25519 /root/.ssh/id_ed25519.pub /root/.ssh/known_hosts*",
    },
  ],
  move: [
    {
      on: "source",
      does: `virsh destroy guest; scp -q /root/guest/guest.xml target:/tmp/; ssh target 'virsh define /tmp/guest.xml && virsh start guest'`,
      told: { "moved-live": /not .* by a live move \(found: running \(booted\)\)/ },
      undone: "ssh target 'virsh destroy guest; virsh undefine guest'; virsh start guest",
    },
  ],
} satisfies WrongWays;
