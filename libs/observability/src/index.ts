import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * JSON lines on stdout. Callers pass ids, codes and counts; what people may have written never reaches a log line, so
 * there is nothing to redact but what a library might add.
 */
export const createLogger = (service: string, level = 'info'): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['req.headers', 'res.headers', 'body', '*.body', '*.email', '*.apiKey', '*.authorization'], remove: true },
    serializers: { err: (error: unknown) => describeError(error) },
  });

/** An error as a log line may carry it: class, code and where; a foreign message may quote personal values. */
export const describeError = (error: unknown): { readonly name: string; readonly code?: string; readonly at?: string } => {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: String(error.code) } : {};
  const at = error.stack
    ?.split('\n')
    .find((line) => line.trimStart().startsWith('at '))
    ?.trim();

  return { name: error.name, ...code, ...(at ? { at } : {}) };
};
