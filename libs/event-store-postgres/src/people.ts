import type { DataSource } from 'typeorm';

export class People {
  constructor(private readonly dataSource: DataSource) {}

  async find(index: string): Promise<string | null> {
    const rows: { person_ref: string }[] = await this.dataSource.query('SELECT person_ref FROM app.person_index WHERE index = $1', [index]);
    return rows[0]?.person_ref ?? null;
  }
}
