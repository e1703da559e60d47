import type { Settings } from '../../files/settings.js';
import type { Sql } from '../../store/sql.js';
import { readNote, writeForm, writeNote } from '../../store/knowledge/target.js';
import type { Target } from '../../store/knowledge/target.js';

/** Whether a target was written by other settings, so that any line may be another now. */
export function isSetOtherwise(sql: Sql, target: Target, settings: Settings): boolean {
  if (target.form !== undefined && target.form !== settings.paths) return true;
  return (readNote(sql, target, 'private rules') ?? '[]') !== JSON.stringify(settings.private);
}

/** Remembers the settings that a target was written by. */
export function noteSettings(sql: Sql, target: Target, { paths, private: rules }: Settings): void {
  writeForm(sql, target, paths);
  writeNote(sql, target, 'private rules', JSON.stringify(rules));
}
