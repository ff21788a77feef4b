import { type MigrationOptionsInput, migrationOptions } from "../provider/migrate/options";
import { jsonOf } from "./json-of";

/** The ways of moving that a text of JSON asks for; undefined when it is none, or has what is no option. */
export function movingOptions(text: string): MigrationOptionsInput | undefined {
  const given = jsonOf(text);
  return migrationOptions.safeParse(given).success ? (given as MigrationOptionsInput) : undefined;
}
