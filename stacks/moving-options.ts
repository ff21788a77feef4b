import { type MigrationOptionsInput, migrationOptions } from "../provider/migrate/options";

/** The ways of moving that a text of JSON asks for; undefined when it is none, or has what is no option. */
export function movingOptions(text: string): MigrationOptionsInput | undefined {
  const given = parsed(text);
  return migrationOptions.safeParse(given).success ? (given as MigrationOptionsInput) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
