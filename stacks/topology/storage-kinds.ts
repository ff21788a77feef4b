/** What the hosts of a lab can share. */
export const storageKinds = ["nfs", "iscsi"] as const;

export type StorageKind = (typeof storageKinds)[number];
