import { Record1772000000000 } from './1772000000000-record.ts';
import { Rows1772000000001 } from './1772000000001-rows.ts';
import { Log1772000000002 } from './1772000000002-log.ts';
import { Budget1772000000003 } from './1772000000003-budget.ts';
import { RatePlaces1772000000010 } from './1772000000010-rate-places.ts';
import { NumberCases1772000000020 } from './1772000000020-number-cases.ts';
import { Mentions1772000000015 } from './1772000000015-mentions.ts';
import { Subscriptions1772000000030 } from './1772000000030-subscriptions.ts';
import { Roles1772000000031 } from './1772000000031-roles.ts';
import { Commit1772000000032 } from './1772000000032-commit.ts';
import { Tree1772000000040 } from './1772000000040-tree.ts';
import { SignedKeys1772000000041 } from './1772000000041-signed-keys.ts';
import { Anchors1772000000042 } from './1772000000042-anchors.ts';
import { Keys1772000000045 } from './1772000000045-keys.ts';
import { LegalHolds1772000000046 } from './1772000000046-legal-holds.ts';
import { ForgetAnswers1772000000047 } from './1772000000047-forget-answers.ts';
import { ScrubKeys1772000000048 } from './1772000000048-scrub-keys.ts';
import { PackKeys1772000000050 } from './1772000000050-pack-keys.ts';
import { AuditSubscriptions1772000000051 } from './1772000000051-audit-subscriptions.ts';
import { AccessReads1772000000052 } from './1772000000052-access-reads.ts';
import { Retention1772000000053 } from './1772000000053-retention.ts';
import { ScrubAll1772000000054 } from './1772000000054-scrub-all.ts';
import { ForgetBodies1772000000055 } from './1772000000055-forget-bodies.ts';
import { ForgetWhenSettled1772000000056 } from './1772000000056-forget-when-settled.ts';
import { FailedFacts1772000000057 } from './1772000000057-failed-facts.ts';
import { CommitAtOnce1772000000060 } from './1772000000060-commit-at-once.ts';
import { IndexedLater1772000000061 } from './1772000000061-indexed-later.ts';
import { CommitAlone1772000000062 } from './1772000000062-commit-alone.ts';
import { MentionsApart1772000000063 } from './1772000000063-mentions-apart.ts';
import { HeadsInEvents1772000000064 } from './1772000000064-heads-in-events.ts';
import { NewCase1772000000065 } from './1772000000065-new-case.ts';
import { CasesFollow1772000000066 } from './1772000000066-cases-follow.ts';

/** In the order they run. */
export const migrations = [
  Record1772000000000,
  Rows1772000000001,
  Log1772000000002,
  Budget1772000000003,
  RatePlaces1772000000010,
  NumberCases1772000000020,
  Mentions1772000000015,
  Subscriptions1772000000030,
  Roles1772000000031,
  Commit1772000000032,
  Tree1772000000040,
  SignedKeys1772000000041,
  Anchors1772000000042,
  Keys1772000000045,
  LegalHolds1772000000046,
  ForgetAnswers1772000000047,
  ScrubKeys1772000000048,
  PackKeys1772000000050,
  AuditSubscriptions1772000000051,
  AccessReads1772000000052,
  Retention1772000000053,
  ScrubAll1772000000054,
  ForgetBodies1772000000055,
  ForgetWhenSettled1772000000056,
  FailedFacts1772000000057,
  CommitAtOnce1772000000060,
  IndexedLater1772000000061,
  CommitAlone1772000000062,
  MentionsApart1772000000063,
  HeadsInEvents1772000000064,
  NewCase1772000000065,
  CasesFollow1772000000066,
];
