import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';

import { isDummy } from './dummies.js';

/** A text to scan. */
export interface Scan {
  readonly content: string;
  /** What is known to be no secret. */
  readonly known: readonly string[];
}

/** What a rule found in a text. */
export interface FoundSecret {
  /** Where the secret begins, in UTF-16 code units. */
  readonly at: number;
  /** The kind of secret, `AWS AWSAccessKeyID` for example: never its text. */
  readonly what: string;
}

/** A comment in a value must not switch the scanner off for it and all that follow, as it may in a source file. */
const scanners = rules.filter(({ meta }) => meta.id !== '@secretlint/secretlint-rule-filter-comments');

const config = { rules: scanners.map((rule) => ({ id: rule.meta.id, rule })) };

// Until version 13 it notes when each rule of each scan begins and ends, and goes through all notes at each (secretlint issue 1653): a
// quarter of an export of 30,000 records, and more with each scan.
secretLintProfiler.mark = () => undefined;

/** Finds the secrets of a text, but for well-known dummies. */
export async function findSecrets({ content, known }: Scan): Promise<FoundSecret[]> {
  const { messages } = await lintSource({
    source: { filePath: 'records.txt', content, contentType: 'text' },
    options: { config, noPhysicFilePath: true },
  });
  return messages.flatMap(({ range, ruleId, messageId, data }) => {
    // Some rules give a place that is not the secret's, and some give its kind beside it.
    const given = Object.values(data ?? {}).filter((text): text is string => content.includes(String(text)));
    const texts = given.length > 0 ? given : [content.slice(...range)];
    if (texts.some((text) => known.includes(text) || isDummy(text))) return [];
    return [
      { at: range[0], what: `${messageId} (${ruleId.replace(/^@secretlint\/secretlint-rule-/, 'secretlint: ')})` },
    ];
  });
}
