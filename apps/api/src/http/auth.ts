import { createHash } from 'node:crypto';
import type { ApiKey, Secrets } from '@handover/config';
import { Injectable, SetMetadata, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Problem } from './problem.ts';

/** Who calls: the actor of the API key. */
export interface Caller {
  readonly actor: string;
  readonly roles: readonly string[];
  /** For whom they say to act (`On-Behalf-Of`): recorded, and gives no right. */
  readonly onBehalfOf?: string;
}

const PUBLIC = 'handover:public';
const ROLES = 'handover:roles';

/** Answers without a key. */
export const Public = (): ReturnType<typeof SetMetadata> => SetMetadata(PUBLIC, true);
/** One of these roles is needed; `admin` always may. */
export const Roles = (...roles: readonly string[]): ReturnType<typeof SetMetadata> => SetMetadata(ROLES, roles);

export const By = createParamDecorator((_: unknown, context: ExecutionContext): Caller => callerOf(context.switchToHttp().getRequest<Request>()));

const callers = new WeakMap<Request, Caller>();
const callerOf = (request: Request): Caller => {
  const caller = callers.get(request);
  if (!caller) throw new Problem(401, 'auth.missing', 'send Authorization: Bearer <api key>');
  return caller;
};

@Injectable()
export class AuthGuard implements CanActivate {
  private readonly keys: ReadonlyMap<string, ApiKey>;
  private readonly actors: ReadonlySet<string>;

  constructor(
    private readonly reflector: Reflector,
    secrets: Secrets,
  ) {
    this.keys = new Map(secrets.apiKeys.map((key) => [key.sha256, key]));
    this.actors = new Set(secrets.apiKeys.map((key) => key.actor));
  }

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw new Problem(401, 'auth.missing', 'send Authorization: Bearer <api key>', [], { 'www-authenticate': 'Bearer' });
    // Looked up by its hash: how long that takes says nothing about the key.
    const key = this.keys.get(createHash('sha256').update(token).digest('hex'));
    if (!key) throw new Problem(401, 'auth.unknown', 'this API key is not known', [], { 'www-authenticate': 'Bearer error="invalid_token"' });

    const needed = this.reflector.getAllAndOverride<readonly string[] | undefined>(ROLES, targets);
    if (needed && !key.roles.includes('admin') && !needed.some((role) => key.roles.includes(role))) {
      throw new Problem(403, 'auth.role', `this needs one of the roles ${needed.join(', ')}`);
    }
    callers.set(request, { actor: key.actor, roles: key.roles, ...this.actingFor(request, key.actor) });

    return true;
  }

  private actingFor(request: Request, actor: string): { onBehalfOf?: string } {
    const onBehalfOf = request.get('on-behalf-of');
    if (onBehalfOf === undefined || onBehalfOf === actor) return {};
    if (!this.actors.has(onBehalfOf)) throw new Problem(400, 'auth.on_behalf_of', 'On-Behalf-Of names an actor that is not known');

    return { onBehalfOf };
  }
}
