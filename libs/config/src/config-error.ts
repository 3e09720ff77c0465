import type { z } from 'zod';

/** Something an operator has to mend before the program can start. Says names and expectations, never values. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export const issuesText = (error: z.ZodError): string =>
  error.issues.map((issue) => `  ${issue.path.map(String).join('.') || '(top)'}: ${issue.message}`).join('\n');
