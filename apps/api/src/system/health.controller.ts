import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Inbox } from '@handover/event-store-postgres';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { DataSource } from 'typeorm';
import { Public } from '../http/auth.ts';
import { Problem } from '../http/problem.ts';
import { DATA_SOURCE, INBOX } from '../tokens.ts';

@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  private readonly registry = new Registry();

  constructor(
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(INBOX) inbox: Inbox,
  ) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'handover_inbox_waiting',
      help: 'Facts that are stored and not worked yet',
      registers: [this.registry],
      async collect() {
        this.set(await inbox.waiting().catch(() => Number.NaN));
      },
    });
    new Gauge({
      name: 'handover_inbox_failed',
      help: 'Facts that could not be worked and wait for an operator',
      registers: [this.registry],
      async collect() {
        this.set(await inbox.failed().catch(() => Number.NaN));
      },
    });
  }

  @Get('health/live')
  live(): object {
    return { status: 'live' };
  }

  /** Ready to store facts; Temporal and Dialpad may be away, the inbox waits for them. */
  @Get('health/ready')
  async ready(): Promise<object> {
    try {
      await this.dataSource.query('SELECT 1');
    } catch {
      throw new Problem(503, 'database.unavailable', 'the database cannot be reached', [], { 'retry-after': '2' });
    }
    return { status: 'ready' };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
