/** A network of its own for each slot. */
export function networkOf(slot: number): string {
  return `10.${(slot >> 8) & 0xff}.${slot & 0xff}.0/24`;
}

const consonants = "bdfghjklmnprstvz";
const vowels = "aiou";

/** Five letters for each slot that can be said aloud: "doruz". */
export function wordOf(slot: number): string {
  return [
    consonants[(slot >> 12) & 15],
    vowels[(slot >> 10) & 3],
    consonants[(slot >> 6) & 15],
    vowels[(slot >> 4) & 3],
    consonants[slot & 15],
  ].join("");
}
