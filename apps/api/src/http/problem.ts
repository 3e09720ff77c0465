import { RuleViolation } from '@handover/case';
import { BadCursor } from '@handover/read-models-postgres';
import { describeError, type Logger } from '@handover/observability';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';

export interface FieldError {
  /** RFC 6901, from the body's root. */
  readonly pointer: string;
  readonly detail: string;
}

/** An answer that is no success, said as RFC 9457 wants it. `code` is stable; programs may rely on it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Rules say no by a code; what that means in HTTP is said here and nowhere else. */
const statusOfRule = (code: string): number => {
  if (code.endsWith('.unknown') && code !== 'decision.unknown') return 404;
  if (
    [
      'approval.requester',
      'approval.subject',
      'approval.delegate',
      'approval.not_approver',
      'approval.channel',
      'retention.not_approver',
      'hold.role',
      'hold.subject',
      'hold.delegate',
    ].includes(code)
  )
    return 403;
  return ['reason.missing', 'evidence.missing', 'decision.unknown'].includes(code) ? 400 : 409;
};

export const refusal = ({ code, message }: { readonly code: string; readonly message: string }): Problem => new Problem(statusOfRule(code), code, message);

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const context = host.switchToHttp();
    this.answer(error, context.getRequest<Request>(), context.getResponse<Response>());
  }

  answer(error: unknown, request: Request, response: Response): void {
    const problem = problemOf(error);
    if (problem.status >= 500) this.log.error({ err: describeError(error), path: request.path }, 'a request failed');
    if (response.headersSent) {
      // An answer that has begun cannot become another one, and an end would make it look whole: the client sees a broken transfer.
      if (!response.writableFinished) response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:handover:problem:${problem.code}`,
          title: TITLES[problem.status] ?? 'Error',
          status: problem.status,
          detail: problem.detail,
          instance: request.originalUrl.split('?')[0],
          code: problem.code,
          ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
        }),
      );
  }
}

const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof RuleViolation) return refusal(error);
  if (error instanceof BadCursor) return new Problem(400, 'cursor.bad', 'the cursor is not one of ours: use the one of the page before, or none');
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return new Problem(status, status === 404 ? 'route.unknown' : `http.${status}`, status === 404 ? 'there is no such route; see /docs' : error.message);
  }
  if (isConnectionLoss(error))
    return new Problem(503, 'database.unavailable', 'the database cannot be reached; try again in a moment', [], { 'retry-after': '2' });

  if (isBeingBuilt(error))
    return new Problem(
      503,
      'read-model.building',
      'what this answer is read from is being built for the first time; `handover subscriptions` says how far it is',
      [],
      {
        'retry-after': '5',
      },
    );

  return new Problem(500, 'internal', 'something went wrong here; it is in the log of the API');
};

const codeIn = (error: unknown): string =>
  String((error as { code?: unknown; driverError?: { code?: unknown } })?.code ?? (error as { driverError?: { code?: unknown } })?.driverError?.code ?? '');

/** The views on read models are there once a generation has caught up with the log for the first time. */
const isBeingBuilt = (error: unknown): boolean => codeIn(error) === '42P01' && error instanceof Error && error.message.includes('"read.');

const isConnectionLoss = (error: unknown): boolean => {
  const code = codeIn(error);
  return (
    ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '08001'].includes(code) ||
    (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message))
  );
};
