/** Why a disk of the guest's is not proved to be one and the same on both hosts, and what to do there. */
export interface DiskComplaint {
  readonly host: string;
  readonly found: string;
  readonly fix: string;
}
