/** What the hosts of a lab can share. */
export const storageKinds = ["nfs", "iscsi", "glusterfs"] as const;

export type StorageKind = (typeof storageKinds)[number];
