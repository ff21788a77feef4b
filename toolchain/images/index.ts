export { ensureConfiguredImage } from "./configured-image";
export { ensureGuestImage, type GuestImage } from "./guest-image";
export { ensureHostImage, type HostImage } from "./host-image";
