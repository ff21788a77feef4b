import type { ElementArea } from "./element-row";

const ports = "devices/{serial,parallel,console,channel,redirdev,smartcard}";
/** Ends of character devices, of a random number generator's too. */
const ends = "devices/{serial,parallel,console,channel,redirdev,smartcard}/source";
const randomEnd = "devices/rng/backend/source";

export const devices: ElementArea = {
  title: "Other devices",
  checked: [
    {
      elements: [
        "devices/hostdev/**",
        "devices/filesystem/**",
        "devices/input@type=passthrough|evdev",
        "devices/input/source/**",
        "devices/smartcard@mode=host|host-certificates",
        "devices/smartcard/{certificate,database}",
        "devices/tpm/backend@type=passthrough",
        "devices/tpm/backend/device/**",
        "devices/graphics@type=sdl|desktop|rdp",
        "devices/graphics@display,xauth",
        `${ports}@type`,
      ],
      matters: "a device, folder, port or screen of the host's own",
      fact: "the definition",
      on: "source",
      rule: "movable-devices",
      remedy: "virsh detach-device, and attach the target's afterwards",
    },
    {
      elements: [
        "devices/shmem@role",
        "devices/shmem/model@type",
        "devices/video/model/acceleration@accel3d",
        "devices/graphics@type=egl-headless",
      ],
      matters:
        "QEMU cannot move memory that is shared with others, or a renderer's state on the host's graphics card",
      fact: "the definition",
      on: "source",
      rule: "migration-not-blocked",
      remedy: "detach it, or take it out and start the guest again",
    },
    {
      elements: [
        `${ends}@path,master,slave`,
        `${ports}/log@file`,
        `${randomEnd}@path,master,slave`,
        "devices/rng/backend",
        "devices/rng/backend/log@file",
        "devices/graphics@socket",
        "devices/graphics/listen@socket",
        "devices/graphics/gl@rendernode",
        "devices/video/model/acceleration@rendernode",
        "devices/shmem/server@path",
        "devices/tpm/backend/source@path",
        "devices/audio@path",
      ],
      matters: "files, sockets and device nodes by path: QEMU on the target opens or makes them",
      fact: "[ -e PATH ], or its folder where QEMU makes it",
      on: "target",
      rule: "paths-exist",
      remedy: "make the folder there, or load the device's driver",
    },
    {
      elements: [
        "devices/graphics@listen,port,autoport,websocket,tlsPort,address",
        "devices/graphics/listen@address",
        `${ends}@host,service,mode`,
        `${randomEnd}@host,service,mode`,
      ],
      matters: "addresses and ports of the host: QEMU on the target listens on the same ones",
      fact: "ip addr, ports that are taken",
      on: "target",
      rule: "addresses-available",
      remedy: "listen on 0.0.0.0, or on an address that both hosts have; autoport='yes'",
    },
    {
      elements: ["devices/graphics/listen@network"],
      matters: "the address of a network of libvirt's",
      fact: "virsh net-list",
      on: "target",
      rule: "networks-exist",
      remedy: "virsh net-define, net-start",
    },
    {
      elements: ["devices/tpm/backend@type=emulator"],
      matters:
        "an emulated TPM is a program of its own; its state travels with the memory, or is to be there for an offline move (offline-state-kept)",
      fact: "command -v swtpm",
      on: "target",
      rule: "swtpm-exists",
      remedy: "apt-get install swtpm swtpm-tools",
    },
    {
      elements: ["devices/tpm/backend/encryption@secret"],
      matters: "the key is a secret of the host's libvirt",
      fact: "virsh secret-list",
      on: "target",
      rule: "secrets-exist",
      remedy: "virsh secret-define, secret-set-value",
    },
  ],
  harmless: [
    {
      elements: [
        "devices",
        "devices/{controller,hub,iommu,memballoon,nvram,panic,pstore,crypto,redirfilter,sound,vsock,watchdog}/**",
        "devices/{input,tpm,video,rng,shmem}/{alias,address,acpi,driver}/**",
        "devices/rng/rate/**",
        "devices/shmem/{msi,size}/**",
        "devices/input@type=tablet|mouse|keyboard,bus,model",
        "devices/tpm@model",
        "devices/tpm/backend@type=external,persistent_state,version,debug",
        "devices/tpm/backend/{active_pcr_banks,profile}/**",
        "devices/tpm/backend/source@type,mode",
        "devices/rng@model",
        "devices/rng/backend@model,type",
        "devices/shmem@name",
        "devices/video",
        "devices/video/model@*",
        "devices/video/model/resolution/**",
        "devices/video/model/acceleration@accel2d",
      ],
      because: "QEMU makes the device on the target as on the source, and its state travels with the memory",
    },
    {
      elements: [
        `${ports}/{alias,address,acpi,target,protocol}/**`,
        `${ports}/log@append`,
        `${ends}@channel,append,tls`,
        `${ends}/{clipboard,mouse,reconnect,seclabel}/**`,
        "devices/{serial,parallel,console}@tty",
        "devices/smartcard@mode=passthrough",
        "devices/redirdev@bus",
        "devices/redirdev/boot/**",
        `${randomEnd}@channel,append,tls`,
        `${randomEnd}/{clipboard,mouse,reconnect,seclabel}/**`,
        "devices/rng/backend/protocol/**",
        "devices/rng/backend/log@append",
      ],
      because: "what the guest sees of the port, and what QEMU says on it: part of the definition",
    },
    {
      elements: [
        "devices/graphics@type=vnc|spice|dbus",
        "devices/graphics@sharePolicy,powerControl,keymap,passwd,passwdValidTo,connected,defaultMode,fullscreen,p2p,replaceUser,multiUser",
        "devices/graphics/{audio,channel,clipboard,filetransfer,image,jpeg,mouse,playback,streaming,zlib}/**",
        "devices/graphics/gl@enable",
        "devices/graphics/listen@type",
      ],
      because: "how the screen is served: part of the definition, its password too",
    },
    {
      elements: [
        "devices/audio@id,timerPeriod,type,tryMMap,exclusive,dspPolicy,serverName,driver",
        "devices/audio/{input,output}/**",
      ],
      because: "where the host's sound is not there, QEMU plays none; the guest's card stays",
    },
  ],
};
