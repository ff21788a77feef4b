export { ensureConfiguredImage } from "./configured-image";
export type { DebianRelease } from "./debian-sources";
export {
  ensureGuestImage,
  type GuestFiles,
  type GuestImage,
  guestDiskBytes,
  knownGuestImage,
} from "./guest-image";
export { ensureHostImage, type HostImage, knownHostImage } from "./host-image";
