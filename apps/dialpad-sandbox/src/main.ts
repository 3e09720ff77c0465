import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';

const usage = `The Dialpad sandbox.
  --port 3910        port on 127.0.0.1 (0 takes a free one)
  --users 200        users of the seeded company, in every state
  --seed 1           equal seeds give equal companies
  --data-dir DIR     keep the state over a restart
  --switch NAME=VALUE  an undocumented choice of Dialpad's; GET /sandbox/state lists them`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '3910' },
      users: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      'data-dir': { type: 'string' },
      switch: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const whole = (name: 'port' | 'users' | 'seed'): number => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} must be a whole number, and is ${values[name]}`);
    return number;
  };
  const switches = Object.fromEntries(
    values.switch.map((each) => {
      const [name = '', ...value] = each.split('=');
      return [name, value.join('=')];
    }),
  );
  const sandbox = await startSandbox({
    port: whole('port'),
    users: whole('users'),
    seed: whole('seed'),
    switches,
    ...(values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] }),
  });
  console.log(`The Dialpad sandbox answers at ${sandbox.url} (API ${sandbox.url}/api/v2 with any bearer token, controls ${sandbox.url}/sandbox/state)`);
  const stop = (): void => void sandbox.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

main().catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(taken ? 'The port of the sandbox is taken: choose another with --port.' : error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
