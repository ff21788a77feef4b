/** Where libvirt keeps its images: the share is mounted there, so that both hosts have the guest's disk at one path. */
export const imagesFolder = "/var/lib/libvirt/images";
