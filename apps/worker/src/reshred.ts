import { reshred, systemBy } from '@handover/case-service';
import { livingOf, readErasures, unshredded } from '@handover/event-store-postgres';
import type { DataSource } from 'typeorm';
import type { Composed } from './compose.ts';

/**
 * Before anything is served: whoever is erased, by the record or by the list that is kept outside of it, stays erased, also
 * after a backup was restored that still holds their key. Two quick queries when there is nothing to do.
 */
export const erasedStayErased = async (
  { store, bodies }: Pick<Composed, 'store' | 'bodies'>,
  dataSource: DataSource,
  files: readonly string[],
): Promise<readonly string[]> => {
  const listed = (await Promise.all(files.map(readErasures))).flat().map((each) => each.personRef);
  const deps = { store, bodies, unshredded: () => unshredded(dataSource), livingOf: (refs: readonly string[]) => livingOf(dataSource, refs) };

  return reshred(deps, listed, systemBy('reshred'));
};
