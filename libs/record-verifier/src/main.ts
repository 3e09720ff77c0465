import { verifyProgram } from './program.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

verifyProgram(process.argv.slice(2), say).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 2; // not a word about the record
  },
);
