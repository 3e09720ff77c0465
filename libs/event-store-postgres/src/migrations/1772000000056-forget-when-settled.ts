import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SETTLED } from './1772000000055-forget-bodies.ts';

/** What was given up and is to be forgotten once it is worked keeps its body: an operator can have it tried again. */
export class ForgetWhenSettled1772000000056 implements MigrationInterface {
  name = 'ForgetWhenSettled1772000000056';

  async up(db: QueryRunner): Promise<void> {
    await db.query(again(`NEW.status NOT IN ('received', 'failed')`));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(again(`NEW.status <> 'received'`));
  }
}

const again = (settled: string): string => SETTLED.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION').replace(`NEW.status <> 'received'`, settled);
