import { ConfigError } from '@handover/config';
import { MasterKeyError } from '@handover/privacy';
import { StartError } from '@handover/servers';
import { bench } from './bench.ts';
import { check } from './check.ts';
import { demo } from './demo/demo.ts';
import { handover } from './cli/handover.ts';
import { sandbox } from './sandbox.ts';
import { start } from './start.ts';
import { test } from './test.ts';

const say = (line: string): void => console.log(line);
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  start: (args) => start(args, say),
  demo: (args) => demo(args, say),
  test: (args) => test(args, say),
  check: (args) => check(args, say),
  bench: (args) => bench(args, say),
  sandbox,
  handover: (args) => handover(args, say),
};

const main = async (): Promise<void> => {
  const [name = '', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (!command) throw new StartError(`there is no command ${name}; there are ${Object.keys(commands).join(', ')}`);
  process.exitCode = await command(args);
};

main().then(
  () => process.exit(),
  (error: unknown) => {
    const isPlain =
      error instanceof StartError ||
      error instanceof ConfigError ||
      error instanceof MasterKeyError ||
      (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    console.error(isPlain || error instanceof Error ? (error as Error).message : error);
    process.exit(1);
  },
);
