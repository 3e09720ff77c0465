import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** The pool below TypeORM, for what it has no words for: prepared statements, LISTEN. */
export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { readonly master: Pool }).master;
