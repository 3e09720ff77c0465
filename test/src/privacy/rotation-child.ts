import { openDatabase, rotationTable } from '@handover/event-store-postgres';
import { rotateMaster } from '@handover/privacy';

/** A rotation in a process of its own, to be killed in the middle of it. */
const [, , url = '', file = ''] = process.argv;
const db = await openDatabase(url);
await rotateMaster({ file, table: rotationTable(db), onProgress: (done, of) => void process.stdout.write(`${done}/${of}\n`) });
await db.destroy();
