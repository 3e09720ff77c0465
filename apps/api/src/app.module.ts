import type { AccessReads, AuditSubscriptions } from '@handover/audit-feed';
import type { Policy } from '@handover/case';
import type { Retention } from '@handover/case-service';
import type { Secrets } from '@handover/config';
import type { Inbox } from '@handover/event-store-postgres';
import type { Keyring } from '@handover/privacy';
import type { PackSigner } from '@handover/evidence';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { CaseDesk } from './cases/case-desk.ts';
import { CasesController, PersonsController } from './cases/cases.controller.ts';
import { StartDesk } from './cases/start-desk.ts';
import { EvidenceController } from './evidence/evidence.controller.ts';
import { HooksController } from './hooks/hooks.controller.ts';
import { InboxController } from './hooks/inbox.controller.ts';
import { InboxDesk } from './hooks/inbox-desk.ts';
import { HoldDesk } from './holds/hold-desk.ts';
import { HoldsController } from './holds/holds.controller.ts';
import { SubjectExportController } from './persons/export.controller.ts';
import { SubjectAccess } from './persons/subject-export.ts';
import { AuthGuard } from './http/auth.ts';
import { NumberDesk } from './numbers/number-desk.ts';
import { NumbersController } from './numbers/numbers.controller.ts';
import { AuditController } from './record/audit.controller.ts';
import { HealthController } from './system/health.controller.ts';
import { ExportController } from './record/export.controller.ts';
import { RetentionController } from './record/retention.controller.ts';
import { SubscriptionsController } from './record/subscriptions.controller.ts';
import { ACCESS_READS, DATA_SOURCE, HOOK_SOURCES, INBOX, PACK_SIGNER, POLICY, RETENTION, SUBSCRIPTIONS } from './tokens.ts';

export interface ApiParts {
  readonly holds: HoldDesk;
  readonly subjectAccess: SubjectAccess;
  readonly keyring: Keyring;
  readonly desk: CaseDesk;
  readonly starts: StartDesk;
  readonly numbers: NumberDesk;
  readonly inbox: Inbox;
  readonly facts: InboxDesk;
  readonly dataSource: DataSource;
  readonly secrets: Secrets;
  /** Null: evidence packs are not signed. */
  readonly packSigner: PackSigner | null;
  readonly access: AccessReads;
  readonly subscriptions: AuditSubscriptions;
  readonly policy: Policy;
  readonly retention: Retention;
}

@Module({})
export class AppModule {
  static from({
    desk,
    starts,
    holds,
    subjectAccess,
    numbers,
    inbox,
    facts,
    dataSource,
    secrets,
    packSigner,
    access,
    subscriptions,
    policy,
    retention,
  }: ApiParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        HooksController,
        InboxController,
        CasesController,
        EvidenceController,
        PersonsController,
        SubjectExportController,
        HoldsController,
        SubscriptionsController,
        RetentionController,
        ExportController,
        NumbersController,
        AuditController,
        HealthController,
      ],
      providers: [
        { provide: CaseDesk, useValue: desk },
        { provide: StartDesk, useValue: starts },
        { provide: NumberDesk, useValue: numbers },
        { provide: InboxDesk, useValue: facts },
        { provide: HoldDesk, useValue: holds },
        { provide: SubjectAccess, useValue: subjectAccess },
        { provide: INBOX, useValue: inbox },
        { provide: DATA_SOURCE, useValue: dataSource },
        { provide: PACK_SIGNER, useValue: packSigner },
        { provide: ACCESS_READS, useValue: access },
        { provide: SUBSCRIPTIONS, useValue: subscriptions },
        { provide: POLICY, useValue: policy },
        { provide: RETENTION, useValue: retention },
        { provide: HOOK_SOURCES, useValue: secrets.hooks },
        { provide: APP_GUARD, useFactory: (reflector: Reflector) => new AuthGuard(reflector, secrets), inject: [Reflector] },
      ],
    };
  }
}
