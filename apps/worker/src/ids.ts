import { v7 } from 'uuid';

/** Ordered by time, so that new rows lie beside each other on the disk. */
export const uuidv7 = (): string => v7();
