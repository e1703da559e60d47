import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { runAsWorker } from 'synckit';

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

/** Scans a text. The scanner works asynchronously, an export does not: so it runs in a thread that the export waits for. */
async function findSecrets(content: string): Promise<FoundSecret[]> {
  const { messages } = await lintSource({
    source: { filePath: 'records.txt', content, contentType: 'text' },
    options: { config, noPhysicFilePath: true, maskSecrets: true },
  });
  return messages.map(({ range, ruleId, messageId }) => ({
    at: range[0],
    what: `${messageId} (${ruleId.replace(/^@secretlint\/secretlint-rule-/, 'secretlint: ')})`,
  }));
}

runAsWorker(findSecrets);
