import { pointerOf } from '@handover/contracts';
import { StandardSchemaValidationPipe } from '@nestjs/common';
import { Problem } from './problem.ts';

/** Requests are checked by the schemas that the API description is made from; every wrong field is named at once. */
export const validation = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => {
      const errors = issues.slice(0, 50).map((issue) => ({
        pointer: pointerOf((issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))),
        detail: issue.message,
      }));
      return new Problem(400, 'request.invalid', errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join('; '), errors);
    },
  });
