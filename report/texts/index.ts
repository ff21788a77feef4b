import { en } from "./en";
import { zh } from "./zh";

/** Every word of the pages. A language that lacks one does not compile. */
export type Texts = Widened<typeof en>;

type Widened<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : Widened<T[Key]>;
};

export const languages = { en, zh } as const satisfies Record<string, Texts>;
export type Language = keyof typeof languages;
