import type { CheckAnswer } from '../../src/http/check-answer';

/**
 * Holds the API to its document: every JSON answer has the fields of its schema, and no others, at
 * any depth.
 */
export interface AnswerCheck {
  readonly check: CheckAnswer;
  /** @throws Error naming every answer that was not what the document says */
  throwFaults(): void;
}

export function answerCheck(): AnswerCheck {
  const faults = new Set<string>();
  return {
    check: ({ route, schema }, answer) => {
      const json: unknown = JSON.parse(JSON.stringify(answer) ?? 'null');
      const parsed = schema.safeParse(json);
      const found = parsed.success
        ? unknownFields(json, parsed.data).map((path) => `${path} is not in the document`)
        : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      if (found.length === 0) return;
      const fault = `${route} answers otherwise than its document says: ${found.join('; ')}`;
      faults.add(fault);
      throw new Error(fault);
    },
    throwFaults: () => {
      if (faults.size > 0) throw new Error([...faults].join('\n'));
    },
  };
}

/**
 * Paths of what the schema has left out when it parsed: objects of a schema drop the fields they
 * don't know.
 */
function unknownFields(json: unknown, parsed: unknown, path = ''): string[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => {
    const known = (parsed ?? {}) as Record<string, unknown>;
    const at = path === '' ? name : `${path}.${name}`;
    return name in known ? unknownFields(value, known[name], at) : [at];
  });
}
