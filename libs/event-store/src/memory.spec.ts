import { eventStoreContract } from './testing/contract.ts';
import { InMemoryEventStore } from './memory.ts';

eventStoreContract('in memory', () => Promise.resolve(new InMemoryEventStore()));
