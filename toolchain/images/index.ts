export { ensureConfiguredImage } from "./configured-image";
export { ensureGuestImage, type GuestFiles, type GuestImage, packGuest } from "./guest-image";
export { ensureHostImage, type HostImage } from "./host-image";
