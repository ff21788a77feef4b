/** What docs say about one error code. Codes are stable: never renumber one, never give an old one a new meaning. */
export interface CatalogEntry {
  /** One line: what went wrong, in the reader's words. */
  readonly title: string;
  /** Why it happens and what was looked at to find it; Markdown. */
  readonly explanation: string;
  /** What to do about it, as commands where there are any; Markdown. */
  readonly fix: string;
}
