import { type MigrationOptionsInput, migrationOptions } from "../provider/migrate/options";
import { jsonOf } from "./json-of";

/**
 * The ways of moving that a text of JSON asks for; undefined when it is none, or has what is no option. A new name is none here: the
 * lab's Guest resource knows its guest by its name, and would make one of the old name again, on the same disk.
 */
export function movingOptions(text: string): MigrationOptionsInput | undefined {
  const given = jsonOf(text);
  const { success, data } = migrationOptions.safeParse(given);
  return success && data.newName === undefined ? (given as MigrationOptionsInput) : undefined;
}
